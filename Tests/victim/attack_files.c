// Ways to a file around its name.
#define _GNU_SOURCE
#include "victim.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

// Shows what it reads, so that whoever looks from outside sees a secret that got out.
static long show(int fd) {
    char buffer[512];
    if (fd < 0) return -1;
    ssize_t count = read(fd, buffer, sizeof buffer);
    if (count > 0) fwrite(buffer, 1, (size_t)count, stdout);
    return count;
}

static long read_file(int n, char **a) { return n < 1 ? -1 : show(open(a[0], O_RDONLY)); }

// PATH TEXT [FLAGS]
static long write_file(int n, char **a) {
    if (n < 2) return -1;
    int fd = open(a[0], O_WRONLY | (n > 2 ? (int)strtol(a[2], NULL, 0) : 0), 0644);
    return fd < 0 ? -1 : write(fd, a[1], strlen(a[1]));
}

// A descriptor that only names the file, opened again: PATH.
static long reopen_named(int n, char **a) {
    char again[64];
    int fd = n < 1 ? -1 : open(a[0], O_PATH);
    if (fd < 0) return -1;
    snprintf(again, sizeof again, "/proc/self/fd/%d", fd);
    return show(open(again, O_RDONLY));
}

// A link of the run's own to one of its descriptors, which names a file: PATH LINK.
static long link_to_descriptor(int n, char **a) {
    char target[64];
    int fd = n < 2 ? -1 : open(a[0], O_RDONLY);
    if (fd < 0) return -1;
    snprintf(target, sizeof target, "/proc/self/fd/%d", fd);
    if (symlink(target, a[1]) != 0) return -1;
    return show(open(a[1], O_RDONLY));
}

// Up from a directory that is granted, by the descriptor of it: DIRECTORY PATH.
static long climb(int n, char **a) {
    char path[4096] = "";
    int directory = n < 2 ? -1 : open(a[0], O_RDONLY | O_DIRECTORY);
    if (directory < 0) return -1;
    for (int i = 0; i < 40; i++) strcat(path, "../");
    strncat(path, a[1] + 1, sizeof path - strlen(path) - 1);
    return show(openat(directory, path, O_RDONLY));
}

// The three steps that fooled a peer: FROM is moved, written under its new name, and moved back.
static long move_write_back(int n, char **a) {
    if (n < 3 || rename(a[0], a[1]) != 0) return -1;
    int fd = open(a[2], O_WRONLY | O_TRUNC);
    long result = fd < 0 ? -1 : write(fd, "pwned", 5);
    int error = errno;
    if (rename(a[1], a[0]) != 0) return -1;
    errno = error;
    return result;
}

// Puts a link in the place of something: PLACE TARGET.
static long replace_by_link(int n, char **a) {
    char other[4096];
    if (n < 2) return -1;
    snprintf(other, sizeof other, "%s.new", a[0]);
    return symlink(a[1], other) != 0 ? -1 : rename(other, a[0]);
}

// What else lies in a directory: DIRECTORY WORD. The number of names that hold the word.
static long list(int n, char **a) {
    DIR *directory = n < 2 ? NULL : opendir(a[0]);
    long found = 0;
    if (!directory) return -1;
    for (struct dirent *entry; (entry = readdir(directory));)
        if (strstr(entry->d_name, a[1])) found++;
    errno = ENOENT;
    return found ? found : -1;
}

static long watch(int n, char **a) {
    int fd = inotify_init1(IN_CLOEXEC);
    return n < 1 || fd < 0 ? -1 : inotify_add_watch(fd, a[0], IN_ALL_EVENTS);
}

static long size_of_system(int n, char **a) {
    struct statfs status;
    return n < 1 ? -1 : statfs(a[0], &status);
}

static long read_link(int n, char **a) {
    char target[256];
    return n < 1 ? -1 : readlink(a[0], target, sizeof target);
}

// Into a pipe, without reading: PATH.
static long send_file(int n, char **a) {
    int ends[2], fd = n < 1 ? -1 : open(a[0], O_RDONLY);
    return fd < 0 || pipe(ends) != 0 ? -1 : sendfile(ends[1], fd, NULL, 64);
}

// What may be done to a file through a descriptor that only reads it: PATH or NUMBER, ACT.
static long change_open(int n, char **a) {
    if (n < 2) return -1;
    int fd = *a[0] == '/' ? open(a[0], O_RDONLY) : atoi(a[0]);
    const struct timespec long_ago[2] = {{1, 0}, {1, 0}};
    unsigned long flags = 0x80; // FS_NOATIME_FL
    if (fd < 0) return -1;
    if (strcmp(a[1], "mode") == 0) return fchmod(fd, 0777);
    if (strcmp(a[1], "owner") == 0) return fchown(fd, (uid_t)-1, getgid());
    if (strcmp(a[1], "times") == 0) return futimens(fd, long_ago);
    if (strcmp(a[1], "times-by-name") == 0) return (long)syscall(SYS_utimensat, fd, "", long_ago, AT_EMPTY_PATH);
    if (strcmp(a[1], "mode-by-name") == 0) return syscall(452, fd, "", 0777, AT_EMPTY_PATH);
    if (strcmp(a[1], "owner-by-name") == 0) return fchownat(fd, "", (uid_t)-1, getgid(), AT_EMPTY_PATH);
    if (strcmp(a[1], "attribute") == 0) return syscall(SYS_fsetxattr, fd, "user.victim", "x", 1, 0);
    if (strcmp(a[1], "flags") == 0) return syscall(SYS_ioctl, fd, 0x40086602, &flags);
    if (strcmp(a[1], "size") == 0) return ftruncate(fd, 0);
    if (strcmp(a[1], "blocks") == 0) return fallocate(fd, 0, 0, 1 << 20);
    if (strcmp(a[1], "map") == 0)
        return mmap(NULL, 4096, PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED ? -1 : 0;
    errno = EDOM;
    return -1;
}

// Links upon links: each leads up and down a deep directory before it leads to the next. BASE FILE.
static long link_bomb(int n, char **a) {
    char deep[4096] = "", text[4096], name[64];
    if (n < 1 || chdir(a[0]) != 0) return -1;
    for (int i = 0; i < 900; i++) {
        strcat(deep, "d/");
        if (mkdir("d", 0755) != 0 || chdir("d") != 0) return -1;
    }
    if (chdir(a[0]) != 0) return -1;
    for (int i = 0; i < 40; i++) {
        int length = snprintf(text, sizeof text, "%s/%s", a[0], deep);
        while (length < 3900) length += snprintf(text + length, sizeof text - (size_t)length, "../d/");
        // Every link but the last leads on by way of the deepest place.
        snprintf(text + length, sizeof text - (size_t)length, "../d/l");
        snprintf(name, sizeof name, "l%d", i);
        if (symlink(text, name) != 0) return -1;
    }
    if (chdir(deep) != 0) return -1;
    char target[4096];
    snprintf(target, sizeof target, "%s/l0", a[0]);
    if (symlink(target, "l") != 0 || chdir(a[0]) != 0) return -1;
    long failed = 0;
    for (int i = 0; i < 20; i++)
        if (open("l1", O_RDONLY) < 0) failed++;
    errno = ELOOP;
    return failed == 20 ? -1 : 0;
}

// A path of LENGTH bytes, and one that leads nowhere.
static long long_path(int n, char **a) {
    size_t length = n < 1 ? 1 << 20 : (size_t)atol(a[0]);
    char *path = malloc(length + 1);
    memset(path, 'a', length);
    for (size_t i = 0; i < length; i += 100) path[i] = '/';
    path[length] = 0;
    return open(path, O_RDONLY);
}

static long path_nowhere(int n, char **a) { (void)n, (void)a; return syscall(SYS_openat, AT_FDCWD, (char *)16, 0, 0); }

const struct act attack_file_acts[] = {
    {"read-file", read_file}, {"write-file", write_file}, {"reopen-named", reopen_named},
    {"link-to-descriptor", link_to_descriptor}, {"climb", climb}, {"move-write-back", move_write_back},
    {"replace-by-link", replace_by_link}, {"list", list}, {"watch", watch}, {"statfs", size_of_system},
    {"readlink", read_link}, {"sendfile", send_file}, {"change-open", change_open}, {"link-bomb", link_bomb},
    {"long-path", long_path}, {"path-nowhere", path_nowhere}, {0},
};
