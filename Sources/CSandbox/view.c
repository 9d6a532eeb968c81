// The mount view: a root that holds only what the policy grants (mount_namespaces(7), mount_setattr(2)).
#define _GNU_SOURCE
#include "steps.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int gr_clone_mount(int directory, const char *path, unsigned flags) {
    flags |= OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (*path ? 0 : AT_EMPTY_PATH);
    return (int)syscall(SYS_open_tree, directory, path, flags);
}

int gr_move_mount(int tree, int place) {
    unsigned flags = MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH;
    return (int)syscall(SYS_move_mount, tree, "", place, "", flags);
}

static int open_tree_of(int directory, const char *path) { return gr_clone_mount(directory, path, AT_RECURSIVE); }

static int add_attributes(int mount, uint64_t attributes) {
    struct mount_attr change = {.attr_set = attributes};
    return (int)syscall(SYS_mount_setattr, mount, "", AT_EMPTY_PATH | AT_RECURSIVE, &change, sizeof change);
}

int gr_open_plain(int directory, const char *path, uint64_t resolve) {
    struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_NO_SYMLINKS | resolve};
    return (int)syscall(SYS_openat2, directory, path, &how, sizeof how);
}

static enum gr_stage attach(int tree, uint64_t attributes, int root, const char *target) {
    if (attributes && add_attributes(tree, attributes) != 0) return GR_STAGE_VIEW_MOUNT;
    int place = gr_open_plain(root, target, RESOLVE_IN_ROOT);
    if (place < 0) return GR_STAGE_VIEW_TARGET;
    int moved = gr_move_mount(tree, place);
    close(place);
    return moved == 0 ? GR_STAGE_NONE : GR_STAGE_VIEW_MOUNT;
}

static enum gr_stage bind(const struct gr_view_step *step, int root, int from, uint64_t resolve) {
    int source = gr_open_plain(from, step->source, resolve);
    if (source < 0) return GR_STAGE_VIEW_SOURCE;
    int tree = open_tree_of(source, "");
    close(source);
    if (tree < 0) return GR_STAGE_VIEW_SOURCE;
    enum gr_stage stage = attach(tree, step->attributes, root, step->target);
    close(tree);
    return stage;
}

static enum gr_stage make_file(int root, const char *path, const struct gr_view_step *step) {
    int file = openat(root, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0) return GR_STAGE_VIEW_TARGET;
    size_t written = 0;
    while (written < step->length) {
        ssize_t count = write(file, step->data + written, step->length - written);
        if (count <= 0) break;
        written += (size_t)count;
    }
    int failed = written < step->length || fchmod(file, step->mode & 07777) != 0;
    close(file);
    return failed ? GR_STAGE_VIEW_TARGET : GR_STAGE_NONE;
}

// Something of ours over a path that is already there: made in `scratch`, mounted, and its first name removed.
static enum gr_stage cover(const struct gr_view_step *step, int scratch, int root) {
    static const char name[] = ".cover";
    int directory = step->kind == GR_VIEW_MASK && S_ISDIR(step->mode);
    if (directory) {
        if (mkdirat(scratch, name, 0) != 0) return GR_STAGE_VIEW_TARGET;
    } else {
        enum gr_stage made = make_file(scratch, name, step);
        if (made != GR_STAGE_NONE) return made;
    }
    int tree = open_tree_of(scratch, name);
    if (tree < 0) return GR_STAGE_VIEW_SOURCE;
    enum gr_stage stage = attach(tree, step->attributes, root, step->target);
    close(tree);
    if (stage == GR_STAGE_NONE && unlinkat(scratch, name, directory ? AT_REMOVEDIR : 0) != 0)
        return GR_STAGE_VIEW_TARGET;
    return stage;
}

static enum gr_stage take(struct gr_view *view, const struct gr_view_step *step) {
    const int scratch = view->scratch, root = view->root;
    const unsigned long quiet = MS_NOSUID | MS_NODEV | MS_NOEXEC;
    switch (step->kind) {
    case GR_VIEW_DIRECTORY:
        return mkdirat(root, step->target, step->mode) == 0 ? GR_STAGE_NONE : GR_STAGE_VIEW_TARGET;
    case GR_VIEW_FILE:
        return make_file(root, step->target, step);
    case GR_VIEW_SYMLINK:
        return symlinkat(step->source, root, step->target) == 0 ? GR_STAGE_NONE : GR_STAGE_VIEW_TARGET;
    case GR_VIEW_BIND:
        return bind(step, root, AT_FDCWD, 0);
    case GR_VIEW_COVER:
    case GR_VIEW_MASK:
        return cover(step, scratch, root);
    case GR_VIEW_TMPFS: {
        unsigned long flags = MS_NOSUID | MS_NODEV | (step->attributes & MOUNT_ATTR_NOEXEC ? MS_NOEXEC : 0);
        return mount("tmpfs", step->target, "tmpfs", flags, step->source) == 0 ? GR_STAGE_NONE
                                                                              : GR_STAGE_VIEW_MOUNT;
    }
    case GR_VIEW_PROC:
        return mount("proc", step->target, "proc", quiet | MS_RDONLY, NULL) == 0 ? GR_STAGE_NONE
                                                                                : GR_STAGE_VIEW_PROC;
    case GR_VIEW_DEVPTS:
        return mount("devpts", step->target, "devpts", MS_NOSUID | MS_NOEXEC, step->source) == 0
                   ? GR_STAGE_NONE
                   : GR_STAGE_VIEW_MOUNT;
    case GR_VIEW_WORKSPACE:
        return gr_layer_workspace(view, (const char *)step->data, step->source);
    case GR_VIEW_WORKSPACE_COPY:
        return gr_show_workspace(view, step->source);
    case GR_VIEW_WORKSPACE_DIRECTORY:
        return mkdirat(view->workspace, step->target, step->mode) == 0 ? GR_STAGE_NONE : GR_STAGE_VIEW_TARGET;
    case GR_VIEW_WORKSPACE_BIND:
        return bind(step, root, view->workspace, RESOLVE_IN_ROOT);
    }
    return GR_STAGE_VIEW_MOUNT;
}

// An empty root is its own scratch; where the root is the host's, a file system that nothing shows holds what covers
// are made of.
enum gr_stage gr_place_root(struct gr_view *view, const char *staging, int bind, uint64_t attributes) {
    const unsigned long flags = MS_NOSUID | MS_NODEV;
    view->mask = umask(0);
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) return GR_STAGE_VIEW_ROOT;
    if (mount("tmpfs", staging, "tmpfs", flags, "mode=0755,size=64m") != 0) return GR_STAGE_VIEW_ROOT;
    view->scratch = open(staging, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (view->scratch < 0) return GR_STAGE_VIEW_ROOT;
    if (!bind) {
        view->root = view->scratch;
    } else {
        int tree = open_tree_of(AT_FDCWD, "/");
        if (tree < 0 || add_attributes(tree, attributes) != 0) return GR_STAGE_VIEW_ROOT;
        if (mkdirat(view->scratch, "root", 0755) != 0) return GR_STAGE_VIEW_ROOT;
        int place = openat(view->scratch, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (place < 0 || gr_move_mount(tree, place) != 0) return GR_STAGE_VIEW_ROOT;
        close(place);
        close(tree);
        view->root = openat(view->scratch, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (view->root < 0) return GR_STAGE_VIEW_ROOT;
    }
    view->is_placed = 1;
    return fchdir(view->root) == 0 ? GR_STAGE_NONE : GR_STAGE_VIEW_ROOT;
}

enum gr_stage gr_furnish(struct gr_view *view, const struct gr_view_step *steps, size_t count, size_t first) {
    for (size_t i = 0; i < count; i++) {
        gr_failed_at = (uint32_t)(first + i);
        enum gr_stage stage = take(view, &steps[i]);
        if (stage != GR_STAGE_NONE) return stage;
    }
    return GR_STAGE_NONE;
}

enum gr_stage gr_enter_view(struct gr_view *view, int is_bind) {
    if (view->workspace && gr_hide_workspace(view) != GR_STAGE_NONE) return GR_STAGE_WORKSPACE;
    // The old root ends up stacked on the new one and is taken off again: pivot_root(2), "pivot_root(".", ".")".
    if (fchdir(view->root) != 0 || syscall(SYS_pivot_root, ".", ".") != 0) return GR_STAGE_VIEW_PIVOT;
    if (umount2(".", MNT_DETACH) != 0 || chdir("/") != 0) return GR_STAGE_VIEW_PIVOT;
    if (!is_bind) {
        struct mount_attr change = {.attr_set = MOUNT_ATTR_RDONLY};
        if (syscall(SYS_mount_setattr, view->root, "", AT_EMPTY_PATH, &change, sizeof change) != 0)
            return GR_STAGE_VIEW_PIVOT;
    }
    if (view->root != view->scratch) close(view->scratch);
    close(view->root);
    umask(view->mask);
    return GR_STAGE_NONE;
}
