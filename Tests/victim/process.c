#define _GNU_SOURCE
#include "victim.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

// Runs a program in a child and returns its status, or -1 with the errno of execve.
static long execute(int n, char **a) {
    if (n < 1) return -1;
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    pid_t pid = fork();
    if (pid == 0) {
        execv(a[0], a);
        int error = errno;
        ssize_t ignored = write(ends[1], &error, sizeof error);
        (void)ignored;
        _exit(127);
    }
    close(ends[1]);
    int error = 0, status = 0;
    ssize_t count = read(ends[0], &error, sizeof error);
    waitpid(pid, &status, 0);
    if (count == sizeof error) {
        errno = error;
        return -1;
    }
    return WEXITSTATUS(status);
}

static int copy_to(int fd, const char *path) {
    int source = open(path, O_RDONLY);
    if (source < 0) return -1;
    char buffer[65536];
    ssize_t count;
    while ((count = read(source, buffer, sizeof buffer)) > 0)
        if (write(fd, buffer, (size_t)count) != count) return -1;
    close(source);
    return 0;
}

// Memory with a program in it, executed by descriptor: PROGRAM.
static long execute_memory(int n, char **a) {
    if (n < 1) return -1;
    int fd = (int)syscall(SYS_memfd_create, "victim", 0);
    if (fd < 0 || copy_to(fd, a[0]) != 0) return -1;
    char *arguments[] = {"victim-memory", NULL}, *environment[] = {NULL};
    return syscall(SYS_execveat, fd, "", arguments, environment, AT_EMPTY_PATH);
}

static long execute_memory_by_path(int n, char **a) {
    if (n < 1) return -1;
    int fd = (int)syscall(SYS_memfd_create, "victim", 0);
    if (fd < 0 || copy_to(fd, a[0]) != 0) return -1;
    char path[64], *arguments[] = {"victim-memory", NULL}, *environment[] = {NULL};
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return execve(path, arguments, environment);
}

// A program by a descriptor of its file: PROGRAM.
static long execute_descriptor(int n, char **a) {
    int fd = n < 1 ? -1 : open(a[0], O_RDONLY);
    char *arguments[] = {"victim-descriptor", NULL}, *environment[] = {NULL};
    return fd < 0 ? -1 : syscall(SYS_execveat, fd, "", arguments, environment, AT_EMPTY_PATH);
}

static long execute_at(int n, char **a) {
    char *environment[] = {NULL};
    return n < 1 ? -1 : syscall(SYS_execveat, AT_FDCWD, a[0], a, environment, 0);
}

// A copy of a program in a place that may be written: PROGRAM COPY.
static long execute_copy(int n, char **a) {
    if (n < 2) return -1;
    int fd = open(a[1], O_WRONLY | O_CREAT | O_TRUNC, 0755);
    if (fd < 0 || copy_to(fd, a[0]) != 0) return -1;
    close(fd);
    return execute(1, a + 1);
}

static long make_memory(int n, char **a) { return n < 1 ? -1 : syscall(SYS_memfd_create, "victim", atoi(a[0])); }

static long trace_me(int n, char **a) { (void)n, (void)a; return ptrace(PTRACE_TRACEME, 0, 0, 0); }
static long trace(int n, char **a) { return n < 1 ? -1 : ptrace(PTRACE_SEIZE, atoi(a[0]), 0, 0); }

static long read_memory(int n, char **a) {
    char byte;
    struct iovec local = {&byte, 1}, remote = {&byte, 1};
    return n < 1 ? -1 : syscall(SYS_process_vm_readv, atoi(a[0]), &local, 1, &remote, 1, 0);
}

static long write_memory(int n, char **a) {
    char byte = 0;
    struct iovec local = {&byte, 1}, remote = {&byte, 1};
    return n < 1 ? -1 : syscall(SYS_process_vm_writev, atoi(a[0]), &local, 1, &remote, 1, 0);
}

static long take_descriptor(int n, char **a) {
    if (n < 1) return -1;
    int handle = (int)syscall(SYS_pidfd_open, atoi(a[0]), 0);
    return handle < 0 ? -1 : syscall(SYS_pidfd_getfd, handle, 0, 0);
}

static long compare(int n, char **a) { (void)n, (void)a; return syscall(SYS_kcmp, getpid(), getpid(), 0, 0, 0); }

// PID SIGNAL, by a descriptor of the process.
static long signal_descriptor(int n, char **a) {
    if (n < 2) return -1;
    int handle = (int)syscall(SYS_pidfd_open, atoi(a[0]), 0);
    return handle < 0 ? -1 : syscall(SYS_pidfd_send_signal, handle, atoi(a[1]), NULL, 0);
}

// PID SIGNAL, sent by the kernel when there is something to read.
static long signal_by_owner(int n, char **a) {
    int ends[2];
    if (n < 2 || pipe(ends) != 0 || fcntl(ends[0], F_SETOWN, atoi(a[0])) != 0) return -1;
    if (fcntl(ends[0], F_SETSIG, atoi(a[1])) != 0 || fcntl(ends[0], F_SETFL, O_ASYNC) != 0) return -1;
    return write(ends[1], "x", 1) == 1 ? 0 : -1;
}

// PID: takes all files from it but those that it has.
static long limit_other(int n, char **a) {
    uint64_t limit[2] = {0, 0};
    return n < 1 ? -1 : syscall(SYS_prlimit64, atoi(a[0]), 7, limit, NULL);
}

// PID SIGNAL
static long signal_of(int n, char **a) { return n < 2 ? -1 : syscall(SYS_kill, atoi(a[0]), atoi(a[1])); }
static long signal_thread(int n, char **a) { return n < 2 ? -1 : syscall(SYS_tgkill, atoi(a[0]), atoi(a[0]), atoi(a[1])); }

static long signal_parent(int n, char **a) {
    (void)n, (void)a;
    return syscall(SYS_kill, getppid(), SIGTERM);
}

static long unshare_of(int n, char **a) { return n < 1 ? -1 : syscall(SYS_unshare, strtol(a[0], NULL, 0)); }

static long clone_of(int n, char **a) {
    if (n < 1) return -1;
    long pid = syscall(SYS_clone, strtol(a[0], NULL, 0) | SIGCHLD, 0, 0, 0, 0);
    if (pid == 0) _exit(0);
    if (pid > 0) waitpid((pid_t)pid, NULL, 0);
    return pid > 0 ? 0 : -1;
}

static long clone3_of(int n, char **a) {
    struct clone_args arguments = {
        .flags = n < 1 ? 0 : (uint64_t)strtoull(a[0], NULL, 0), .exit_signal = SIGCHLD};
    long pid = syscall(SYS_clone3, &arguments, sizeof arguments);
    if (pid == 0) _exit(0);
    if (pid > 0) waitpid((pid_t)pid, NULL, 0);
    return pid > 0 ? 0 : -1;
}

static long enter_namespace(int n, char **a) {
    if (n < 1) return -1;
    int fd = open(a[0], O_RDONLY);
    return fd < 0 ? -1 : syscall(SYS_setns, fd, 0);
}

static long become(int n, char **a) { return n < 1 ? -1 : syscall(SYS_setuid, atoi(a[0])); }
static long become_group(int n, char **a) { return n < 1 ? -1 : syscall(SYS_setgid, atoi(a[0])); }

static long become_all(int n, char **a) {
    if (n < 1) return -1;
    int id = atoi(a[0]);
    return syscall(SYS_setresuid, id, id, id);
}

static long control(int n, char **a) { return n < 2 ? -1 : prctl(atoi(a[0]), strtoul(a[1], NULL, 0), 0, 0, 0); }

// A process that leaves its session and its parent and stays: SECONDS.
static long daemon_of(int n, char **a) {
    unsigned seconds = n < 1 ? 100 : (unsigned)atoi(a[0]);
    pid_t between = fork();
    if (between == 0) {
        setsid();
        if (fork() == 0) sleep(seconds);
        _exit(0);
    }
    // So that there is one process left when this one goes, and not sometimes two.
    return waitpid(between, NULL, 0) == between ? 0 : -1;
}

// How many descriptors there are.
static long opened(int n, char **a) {
    (void)n, (void)a;
    long count = 0;
    for (int fd = 0; fd < 1024; fd++)
        if (fcntl(fd, F_GETFD) >= 0) count++;
    return count;
}

// How many of these variables there are: NAME...
static long environment_of(int n, char **a) {
    long count = 0;
    for (int i = 0; i < n; i++)
        if (getenv(a[i])) count++;
    return count;
}

const struct act process_acts[] = {
    {"execute", execute}, {"execute-memory", execute_memory}, {"execute-memory-path", execute_memory_by_path},
    {"execute-copy", execute_copy}, {"memfd", make_memory}, {"traceme", trace_me}, {"trace", trace},
    {"read-memory", read_memory}, {"write-memory", write_memory}, {"pidfd-getfd", take_descriptor},
    {"kcmp", compare}, {"kill", signal_of}, {"tgkill", signal_thread}, {"kill-parent", signal_parent},
    {"unshare", unshare_of}, {"clone", clone_of}, {"clone3", clone3_of}, {"setns", enter_namespace},
    {"setuid", become}, {"setgid", become_group}, {"setresuid", become_all}, {"prctl", control},
    {"daemon", daemon_of}, {"execute-descriptor", execute_descriptor}, {"execveat", execute_at}, {"opened", opened},
    {"environment", environment_of}, {"kill-descriptor", signal_descriptor}, {"kill-owner", signal_by_owner},
    {"limit-other", limit_other}, {0},
};
