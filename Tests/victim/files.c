#define _GNU_SOURCE
#include "victim.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/xattr.h>
#include <unistd.h>

static long close_of(long fd) {
    if (fd >= 0) close((int)fd);
    return fd >= 0 ? 0 : -1;
}

static long open_read(int n, char **a) { return n < 1 ? -1 : close_of(syscall(SYS_openat, AT_FDCWD, a[0], O_RDONLY)); }

static long open_write(int n, char **a) {
    return n < 1 ? -1 : close_of(syscall(SYS_openat, AT_FDCWD, a[0], O_WRONLY | O_CREAT, 0644));
}

static long open_append(int n, char **a) {
    return n < 1 ? -1 : close_of(syscall(SYS_openat, AT_FDCWD, a[0], O_WRONLY | O_APPEND));
}

#ifdef SYS_open
static long old_open(int n, char **a) { return n < 1 ? -1 : close_of(syscall(SYS_open, a[0], O_RDONLY)); }
static long old_creat(int n, char **a) { return n < 1 ? -1 : close_of(syscall(SYS_creat, a[0], 0644)); }
#endif

static long open_how(int n, char **a) {
    struct open_how how = {.flags = O_RDONLY};
    return n < 1 ? -1 : close_of(syscall(SYS_openat2, AT_FDCWD, a[0], &how, sizeof how));
}

// A path relative to a directory descriptor: DIRECTORY NAME.
static long open_at(int n, char **a) {
    if (n < 2) return -1;
    int directory = open(a[0], O_RDONLY | O_DIRECTORY);
    if (directory < 0) return -1;
    long result = close_of(syscall(SYS_openat, directory, a[1], O_RDONLY));
    int error = errno;
    close(directory);
    errno = error;
    return result;
}

// Through a link that the run makes itself: TARGET LINK.
static long open_through_link(int n, char **a) {
    if (n < 2 || symlink(a[0], a[1]) != 0) return -1;
    return open_read(1, a + 1);
}

static long stat_of(int n, char **a) {
    struct stat status;
    return n < 1 ? -1 : fstatat(AT_FDCWD, a[0], &status, 0);
}

static long access_of(int n, char **a) { return n < 1 ? -1 : faccessat(AT_FDCWD, a[0], R_OK, 0); }
static long unlink_of(int n, char **a) { return n < 1 ? -1 : syscall(SYS_unlinkat, AT_FDCWD, a[0], 0); }
static long rmdir_of(int n, char **a) { return n < 1 ? -1 : syscall(SYS_unlinkat, AT_FDCWD, a[0], AT_REMOVEDIR); }
static long mkdir_of(int n, char **a) { return n < 1 ? -1 : mkdirat(AT_FDCWD, a[0], 0755); }
static long mknod_of(int n, char **a) { return n < 1 ? -1 : mknodat(AT_FDCWD, a[0], S_IFCHR | 0600, 0x103); }
// As layered file systems mark what was removed.
static long mknod_none(int n, char **a) { return n < 1 ? -1 : mknodat(AT_FDCWD, a[0], S_IFCHR | 0600, 0); }
static long mkfifo_of(int n, char **a) { return n < 1 ? -1 : mkfifoat(AT_FDCWD, a[0], 0600); }
static long symlink_of(int n, char **a) { return n < 2 ? -1 : symlinkat(a[0], AT_FDCWD, a[1]); }
static long link_of(int n, char **a) { return n < 2 ? -1 : linkat(AT_FDCWD, a[0], AT_FDCWD, a[1], 0); }
static long rename_of(int n, char **a) { return n < 2 ? -1 : syscall(SYS_renameat2, AT_FDCWD, a[0], AT_FDCWD, a[1], 0); }
// PATH [MODE]
static long chmod_of(int n, char **a) {
    return n < 1 ? -1 : syscall(SYS_fchmodat, AT_FDCWD, a[0], n > 1 ? strtol(a[1], NULL, 8) : 0777);
}
// The same through a descriptor: NUMBER or PATH, MODE
static long chmod_open(int n, char **a) {
    if (n < 2) return -1;
    int fd = *a[0] == '/' ? open(a[0], O_RDONLY) : atoi(a[0]);
    return fd < 0 ? -1 : fchmod(fd, (mode_t)strtol(a[1], NULL, 8));
}
// PATH MODE
static long create_with(int n, char **a) {
    return n < 2 ? -1 : close_of(open(a[0], O_CREAT | O_RDWR, (mode_t)strtol(a[1], NULL, 8)));
}
static long mknod_with(int n, char **a) {
    return n < 2 ? -1 : mknodat(AT_FDCWD, a[0], S_IFREG | (mode_t)strtol(a[1], NULL, 8), 0);
}
static long setxattr_open(int n, char **a) {
    return n < 1 ? -1 : fsetxattr(atoi(a[0]), "user.victim", "x", 1, 0);
}
static long chown_of(int n, char **a) { return n < 1 ? -1 : fchownat(AT_FDCWD, a[0], getuid(), getgid(), 0); }
static long truncate_of(int n, char **a) { return n < 1 ? -1 : truncate(a[0], 0); }
static long utimes_of(int n, char **a) { return n < 1 ? -1 : utimensat(AT_FDCWD, a[0], NULL, 0); }
static long setxattr_of(int n, char **a) { return n < 1 ? -1 : setxattr(a[0], "user.victim", "x", 1, 0); }
static long chdir_of(int n, char **a) { return n < 1 ? -1 : chdir(a[0]); }

// Many times: PATH COUNT. The number of times it failed.
static long open_many(int n, char **a) {
    long failed = 0;
    for (long i = n < 2 ? 0 : atol(a[1]); i > 0; i--) {
        int fd = open(a[0], O_RDONLY);
        if (fd < 0) failed++;
        else close(fd);
    }
    return failed;
}

// Opens DIRECTORY/0 to DIRECTORY/63 in turn, TIMES in all, and adds a byte to FILE for each that was answered.
static long open_in_turn(int n, char **a) {
    if (n < 3) return -1;
    int answers = open(a[2], O_WRONLY | O_APPEND);
    if (answers < 0) return -1;
    char path[4096];
    for (int i = 0; i < atoi(a[1]); i++) {
        snprintf(path, sizeof path, "%s/%d", a[0], i % 64);
        close_of(syscall(SYS_openat, AT_FDCWD, path, O_RDONLY));
        // What nobody answers any more the kernel refuses, and that is no answer of guardrun's.
        if (errno == ENOSYS) return -1;
        if (write(answers, ".", 1) != 1) return -1;
    }
    return 0;
}

const struct act file_acts[] = {
    {"open-read", open_read}, {"open-write", open_write}, {"open-append", open_append},
#ifdef SYS_open
    {"old-open", old_open}, {"creat", old_creat},
#endif
    {"openat2", open_how}, {"open-at", open_at}, {"open-through-link", open_through_link}, {"stat", stat_of},
    {"access", access_of}, {"unlink", unlink_of}, {"rmdir", rmdir_of}, {"mkdir", mkdir_of}, {"mknod", mknod_of},
    {"mknod-none", mknod_none},
    {"mkfifo", mkfifo_of}, {"symlink", symlink_of}, {"link", link_of}, {"rename", rename_of}, {"chmod", chmod_of},
    {"chmod-open", chmod_open}, {"create-with", create_with}, {"mknod-with", mknod_with},
    {"setxattr-open", setxattr_open},
    {"chown", chown_of}, {"truncate", truncate_of}, {"utimes", utimes_of}, {"setxattr", setxattr_of},
    {"chdir", chdir_of}, {"open-many", open_many}, {"open-in-turn", open_in_turn}, {0},
};
