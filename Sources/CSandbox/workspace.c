// The working directory as a copy-on-write layer of the run's own (overlayfs, Documentation/filesystems/overlayfs.rst), or
// as a copy.
#define _GNU_SOURCE
#include "steps.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

// Plain names in the scratch, because the options of the mount are text, in which a path may not hold what separates them.
static const char lower_name[] = ".lower", layers_name[] = ".layers", place_name[] = ".workspace";

// `userxattr` is what a user namespace may have, and turns redirected and metadata-only copies off: what is in the upper
// directory stands for itself. `volatile`, because the end of the mount would else wait for everything that is to be
// written to the disk below; what is taken from there later is checked by its size.
static const char options[] = "lowerdir=.lower,upperdir=.layers/upper,workdir=.layers/work,"
                              "userxattr,index=off,volatile";

// Gives a directory of the host a name in the scratch. Nothing that is mounted below it comes along: the layers are
// those of one file system.
static int name_in_scratch(int scratch, const char *path, const char *name) {
    int source = gr_open_plain(AT_FDCWD, path, 0);
    int tree = source < 0 ? -1 : gr_clone_mount(source, "", 0);
    int place = tree < 0 || mkdirat(scratch, name, 0700) != 0
                    ? -1
                    : openat(scratch, name, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    int result = place < 0 ? -1 : gr_move_mount(tree, place);
    if (source >= 0) close(source);
    if (tree >= 0) close(tree);
    if (place >= 0) close(place);
    return result;
}

static int forget(int scratch, const char *name) {
    if (fchdir(scratch) != 0 || umount2(name, MNT_DETACH | UMOUNT_NOFOLLOW) != 0) return -1;
    return unlinkat(scratch, name, AT_REMOVEDIR);
}

static enum gr_stage open_place(struct gr_view *view) {
    view->workspace = openat(view->scratch, place_name, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (view->workspace < 0) return GR_STAGE_WORKSPACE;
    return fchdir(view->root) == 0 ? GR_STAGE_NONE : GR_STAGE_WORKSPACE;
}

enum gr_stage gr_layer_workspace(struct gr_view *view, const char *lower, const char *layers) {
    if (name_in_scratch(view->scratch, lower, lower_name) != 0) return GR_STAGE_WORKSPACE;
    if (name_in_scratch(view->scratch, layers, layers_name) != 0) return GR_STAGE_WORKSPACE;
    if (mkdirat(view->scratch, place_name, 0700) != 0 || fchdir(view->scratch) != 0) return GR_STAGE_WORKSPACE;
    if (mount("overlay", place_name, "overlay", MS_NOSUID | MS_NODEV, options) != 0) return GR_STAGE_WORKSPACE;
    // The overlay has mounts of its own of both.
    if (forget(view->scratch, lower_name) != 0 || forget(view->scratch, layers_name) != 0) return GR_STAGE_WORKSPACE;
    return open_place(view);
}

enum gr_stage gr_show_workspace(struct gr_view *view, const char *copy) {
    return name_in_scratch(view->scratch, copy, place_name) == 0 ? open_place(view) : GR_STAGE_WORKSPACE;
}

enum gr_stage gr_hide_workspace(const struct gr_view *view) {
    close(view->workspace);
    return forget(view->scratch, place_name) == 0 ? GR_STAGE_NONE : GR_STAGE_WORKSPACE;
}
