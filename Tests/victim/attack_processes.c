// Acts on other processes, on who one is, and on what a process leaves behind.
#define _GNU_SOURCE
#include "victim.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// What a file in the parent's /proc holds, or that of the parent's parent: NAME [GENERATIONS].
static long proc_of_parent(int n, char **a) {
    char path[128], buffer[256];
    int pid = getppid();
    if (n < 1) return -1;
    for (int up = n > 1 ? atoi(a[1]) : 0; up > 0; up--) {
        snprintf(path, sizeof path, "/proc/%d/stat", pid);
        FILE *file = fopen(path, "r");
        if (!file || fscanf(file, "%*d (%*[^)]) %*c %d", &pid) != 1) return -1;
        fclose(file);
    }
    snprintf(path, sizeof path, "/proc/%d/%s", pid, a[0]);
    int fd = open(path, O_RDONLY);
    return fd < 0 ? -1 : read(fd, buffer, sizeof buffer);
}

// Writes to memory that may not be written, the victim's own name for its source file.
static long write_own_text(int n, char **a) {
    (void)n, (void)a;
    static const char constant[] = "constant";
    int fd = open("/proc/self/mem", O_RDWR);
    if (fd < 0) return -1;
    return pwrite(fd, "C", 1, (off_t)(uintptr_t)constant);
}

// Every capability there is, as capset(2) takes them.
static long raise_capabilities(int n, char **a) {
    (void)n, (void)a;
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct all[2] = {{~0u, ~0u, ~0u}, {~0u, ~0u, ~0u}};
    return syscall(SYS_capset, &header, all);
}

// How many capabilities are left, in any of the sets that can be read.
static long count_capabilities(int n, char **a) {
    (void)n, (void)a;
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct held[2];
    long count = 0;
    if (syscall(SYS_capget, &header, held) != 0) return -1;
    for (int i = 0; i < 2; i++)
        count += __builtin_popcount(held[i].effective | held[i].permitted | held[i].inheritable);
    for (int i = 0; i < 64; i++)
        if (prctl(PR_CAPBSET_READ, i, 0, 0, 0) == 1) count++;
    errno = EPERM;
    return count ? count : -1;
}

// A program that runs as its owner, started: PROGRAM. It says who it is; the victim says whether that is somebody else.
static long run_as_owner(int n, char **a) {
    if (n < 1) return -1;
    char *arguments[] = {a[0], "who", NULL}, *environment[] = {NULL};
    execve(a[0], arguments, environment);
    return -1;
}

static long who(int n, char **a) {
    (void)n, (void)a;
    struct stat status;
    errno = EPERM;
    if (geteuid() != getuid() || getegid() != getgid()) return geteuid();
    return stat("/proc/self/exe", &status) == 0 && status.st_uid != getuid() ? (errno = EPERM, -1) : -1;
}

// Ends with a signal that leaves a core: whether it was written. CORE is where one would lie.
static long leave_core(int n, char **a) {
    int status = 0;
    struct rlimit most = {RLIM_INFINITY, RLIM_INFINITY};
    if (setrlimit(RLIMIT_CORE, &most) == 0) return 1;
    pid_t pid = fork();
    if (pid == 0) {
        if (n > 0 && chdir(a[0]) != 0) _exit(1);
        abort();
    }
    if (waitpid(pid, &status, 0) != pid || !WIFSIGNALED(status)) return 2;
    errno = EPERM;
    return WCOREDUMP(status) ? 0 : -1;
}

// What one's own next program gets: a descriptor above the three, or a variable. VARIABLE
static long inherited(int n, char **a) {
    for (int fd = 3; fd < 4096; fd++)
        if (fcntl(fd, F_GETFD) >= 0) return fd;
    errno = ENOENT;
    return n > 0 && getenv(a[0]) ? 0 : -1;
}

// WHICH WHO VALUE: setpriority(2). PID: of whom.
static long renice(int n, char **a) {
    return n < 3 ? -1 : setpriority((__priority_which_t)atoi(a[0]), (id_t)atoi(a[1]), atoi(a[2]));
}

// PID: only on the first processor.
static long pin(int n, char **a) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(0, &set);
    return n < 1 ? -1 : sched_setaffinity(atoi(a[0]), sizeof set, &set);
}

// PID: idle, so that it never runs beside anything else.
static long make_idle(int n, char **a) {
    struct sched_param none = {0};
    return n < 1 ? -1 : sched_setscheduler(atoi(a[0]), SCHED_IDLE, &none);
}

// PID: the same by the newer call.
static long make_idle_by_attributes(int n, char **a) {
    struct { uint32_t size, policy; uint64_t flags; int32_t nice; uint32_t priority; uint64_t rest[3]; } idle = {
        .size = 48, .policy = SCHED_IDLE};
    return n < 1 ? -1 : syscall(SYS_sched_setattr, atoi(a[0]), &idle, 0);
}

// PID SIGNAL through each descriptor signal that FD owners have: F_SETOWN_EX.
static long own_by_extended(int n, char **a) {
    struct { int type; pid_t pid; } owner = {1, n < 2 ? 0 : atoi(a[0])}; // F_OWNER_PID
    int ends[2];
    if (n < 2 || pipe(ends) != 0 || fcntl(ends[0], 15, &owner) != 0) return -1;
    if (fcntl(ends[0], F_SETSIG, atoi(a[1])) != 0 || fcntl(ends[0], F_SETFL, O_ASYNC) != 0) return -1;
    return write(ends[1], "x", 1) == 1 ? 0 : -1;
}

// A signal to every process that may be signalled, and to the caller's whole group: SIGNAL.
static long signal_everybody(int n, char **a) {
    signal(n < 1 ? SIGTERM : atoi(a[0]), SIG_IGN);
    return syscall(SYS_kill, -1, n < 1 ? SIGTERM : atoi(a[0]));
}

// Opens PATH with FLAGS and asks the driver for REQUEST with ARGUMENT, a number that is also pointed to.
static long control_device(int n, char **a) {
    if (n < 3) return -1;
    long argument = n > 3 ? strtol(a[3], NULL, 0) : 0;
    int fd = *a[0] == '/' ? open(a[0], (int)strtol(a[1], NULL, 0)) : atoi(a[0]);
    return fd < 0 ? -1 : syscall(SYS_ioctl, fd, strtoul(a[2], NULL, 0), &argument);
}

// Memory that is written and then executed, from a file: PATH.
static long map_executable(int n, char **a) {
    int fd = n < 1 ? -1 : open(a[0], O_RDWR | O_CREAT, 0755);
    if (fd < 0 || ftruncate(fd, 4096) != 0) return -1;
    return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) == MAP_FAILED ? -1 : 0;
}

// A child that leaves its group and its session, and one that is born beside its parent instead of below it: SECONDS.
static long sibling(int n, char **a) {
    long pid = syscall(SYS_clone, 0x8000 /* CLONE_PARENT */ | SIGCHLD, 0, 0, 0, 0);
    if (pid == 0) {
        setsid();
        sleep(n < 1 ? 100 : (unsigned)atoi(a[0]));
        _exit(0);
    }
    return pid > 0 ? 0 : -1;
}

const struct act attack_process_acts[] = {
    {"proc-of-parent", proc_of_parent}, {"write-own-text", write_own_text},
    {"raise-capabilities", raise_capabilities}, {"count-capabilities", count_capabilities},
    {"run-as-owner", run_as_owner}, {"who", who}, {"leave-core", leave_core}, {"inherited", inherited},
    {"renice", renice}, {"pin", pin}, {"make-idle", make_idle}, {"make-idle-attributes", make_idle_by_attributes},
    {"kill-owner-extended", own_by_extended}, {"kill-everybody", signal_everybody},
    {"control-device", control_device}, {"map-executable", map_executable}, {"sibling", sibling}, {0},
};
