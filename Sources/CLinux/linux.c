#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/landlock.h>
#include <linux/openat2.h>
#include <linux/perf_event.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>

const char *gr_errno_name(int number) { return strerrorname_np(number); }
const char *gr_errno_text(int number) { return strerrordesc_np(number); }

int gr_open(int dirfd, const char *path, int flags, unsigned mode) { return openat(dirfd, path, flags, mode); }

int gr_openat2(int dirfd, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve) {
    struct open_how how = {.flags = flags, .mode = mode, .resolve = resolve};
    return (int)syscall(SYS_openat2, dirfd, path, &how, sizeof how);
}

int gr_renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags) {
    return renameat2(from_dir, from, to_dir, to, flags);
}

long gr_getxattr(int fd, const char *name, void *into, size_t length) { return fgetxattr(fd, name, into, length); }
long gr_listxattr(int fd, void *into, size_t length) { return flistxattr(fd, into, length); }

int gr_setxattr(int fd, const char *name, const void *value, size_t length) {
    return fsetxattr(fd, name, value, length, 0);
}

int gr_task_clock(int pid) {
    struct perf_event_attr attributes = {
        .type = PERF_TYPE_SOFTWARE,
        .size = sizeof attributes,
        .config = PERF_COUNT_SW_TASK_CLOCK,
        .inherit = 1,
        // What an ordinary user may ask for; a clock does not stop in the kernel for it.
        .exclude_kernel = 1,
        .exclude_hv = 1,
    };
    return (int)syscall(SYS_perf_event_open, &attributes, pid, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

int gr_change_mode(int fd, unsigned mode) {
    // fchmod(2) knows no descriptor that is only a name.
    char name[64];
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    return fchmodat(AT_FDCWD, name, mode, 0);
}

int gr_change_owner(int fd, unsigned user, unsigned group) {
    return fchownat(fd, "", user, group, AT_EMPTY_PATH);
}

int gr_change_times(int fd, const int64_t *times) {
    struct timespec both[2];
    if (times)
        for (int i = 0; i < 2; i++) both[i] = (struct timespec){times[2 * i], times[2 * i + 1]};
    return utimensat(fd, "", times ? both : NULL, AT_EMPTY_PATH);
}

int gr_fcntl(int fd, int command, long argument) { return fcntl(fd, command, argument); }
int gr_ioctl(int fd, unsigned long request, void *argument) { return ioctl(fd, request, argument); }
int gr_pipe(int ends[2], int flags) { return pipe2(ends, flags); }
int gr_memfd_create(const char *name, unsigned flags) { return memfd_create(name, flags); }
int gr_add_seals(int fd, int seals) { return fcntl(fd, F_ADD_SEALS, seals); }

int gr_fallocate_keep_size(int fd, int64_t offset, int64_t length) {
    return fallocate(fd, FALLOC_FL_KEEP_SIZE, offset, length);
}

long gr_readlink(int dirfd, const char *path, void *into, size_t length) {
    return readlinkat(dirfd, path, into, length);
}

int gr_faccess(int dirfd, const char *path, int mode, int flags) { return faccessat(dirfd, path, mode, flags); }

int gr_pidfd_open(int pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

// PIDFD_THREAD, which is O_EXCL, since Linux 6.9.
int gr_pidfd_open_thread(int tid) { return (int)syscall(SYS_pidfd_open, tid, O_EXCL); }

int gr_pidfd_send_signal(int pidfd, int signal) {
    return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0);
}

int gr_pidfd_getfd(int pidfd, int target_fd) { return (int)syscall(SYS_pidfd_getfd, pidfd, target_fd, 0); }

long gr_process_read(int pid, uint64_t address, void *into, size_t length) {
    // A transfer stops at the first page that is not there, so the page boundary is given to the kernel as
    // the border of two pieces: what lies before it arrives even when what lies after it does not exist.
    const size_t page = 4096;
    size_t first = page - (size_t)(address & (page - 1));
    if (first > length) first = length;
    struct iovec local = {into, length};
    struct iovec remote[2] = {
        {(void *)(uintptr_t)address, first},
        {(void *)(uintptr_t)(address + first), length - first},
    };
    return process_vm_readv(pid, &local, 1, remote, length > first ? 2 : 1, 0);
}

int gr_getrandom(void *into, size_t length) { return getrandom(into, length, 0) == (ssize_t)length ? 0 : -1; }

static sigset_t set_of(const int *signals, size_t count) {
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < count; i++) sigaddset(&set, signals[i]);
    return set;
}

int gr_signalfd(const int *signals, size_t count) {
    sigset_t set = set_of(signals, count);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int gr_block_signals(const int *signals, size_t count) {
    sigset_t set = set_of(signals, count);
    return sigprocmask(SIG_BLOCK, &set, NULL);
}

int gr_unblock_signals(const int *signals, size_t count) {
    sigset_t set = set_of(signals, count);
    return sigprocmask(SIG_UNBLOCK, &set, NULL);
}

int gr_ignore_signal(int number) { return signal(number, SIG_IGN) == SIG_ERR ? -1 : 0; }

int gr_raise_default(int number) {
    sigset_t set = set_of(&number, 1);
    signal(number, SIG_DFL);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    return raise(number);
}

int gr_poll(void *entries, size_t count, int64_t nanoseconds) {
    const int64_t second = 1000000000;
    struct timespec time = {(time_t)(nanoseconds / second), (long)(nanoseconds % second)};
    return ppoll(entries, (nfds_t)count, nanoseconds < 0 ? NULL : &time, NULL);
}

int gr_set_dumpable(int dumpable) { return prctl(PR_SET_DUMPABLE, dumpable, 0, 0, 0); }

int gr_landlock_abi(void) {
    return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

uint32_t gr_native_audit_arch(void) {
#if defined(__x86_64__)
    return AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
    return AUDIT_ARCH_AARCH64;
#else
#error "guardrun knows x86-64 and aarch64"
#endif
}

int gr_is_ignored(int signal) {
    struct sigaction action;
    return sigaction(signal, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

int gr_statfs_used(int fd, uint64_t *bytes_used, uint64_t *inodes_used) {
    struct statfs fs;
    if (fstatfs(fd, &fs) != 0) return -1;
    *bytes_used = (uint64_t)(fs.f_blocks - fs.f_bfree) * (uint64_t)fs.f_bsize;
    *inodes_used = (uint64_t)(fs.f_files - fs.f_ffree);
    return 0;
}

int gr_open_terminal(char *slave, size_t length) {
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (master < 0) return -1;
    if (grantpt(master) == 0 && unlockpt(master) == 0 && ptsname_r(master, slave, length) == 0) return master;
    close(master);
    return -1;
}

int gr_fork_follower(void) {
    pid_t parent = getpid(), pid = fork();
    if (pid != 0) return pid;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || getppid() != parent) _exit(125);
    return 0;
}

int gr_processors(void) {
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

int gr_socketpair(int ends[2]) { return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends); }
