// Any system call by its name, as a hostile program makes it.
#define _GNU_SOURCE
#include "victim.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

// Numbers that Debian 12's headers do not have; since 5.6 they are the same on every architecture but x32.
#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

#define CALL(name) {#name, SYS_##name}

static const struct {
    const char *name;
    long number;
} calls[] = {
    CALL(acct), CALL(add_key), CALL(adjtimex), CALL(bpf), CALL(capset), CALL(chroot), CALL(clock_adjtime),
    CALL(clock_settime), CALL(delete_module), CALL(execveat), CALL(fanotify_init), CALL(fanotify_mark),
    CALL(fchmodat2), CALL(fchownat), CALL(finit_module), CALL(fsconfig), CALL(fsmount), CALL(fsopen), CALL(fspick),
    CALL(get_robust_list), CALL(init_module), CALL(io_setup), CALL(io_submit), CALL(io_uring_enter),
    CALL(io_uring_register), CALL(io_uring_setup), CALL(ioprio_set), CALL(kcmp), CALL(kexec_file_load),
    CALL(kexec_load), CALL(keyctl), CALL(landlock_create_ruleset), CALL(lookup_dcookie), CALL(memfd_create),
    CALL(memfd_secret), CALL(migrate_pages), CALL(mount), CALL(mount_setattr), CALL(move_mount), CALL(move_pages),
    CALL(mq_open), CALL(msgget), CALL(name_to_handle_at), CALL(nfsservctl), CALL(open_by_handle_at),
    CALL(open_tree), CALL(perf_event_open), CALL(personality), CALL(pidfd_getfd), CALL(pidfd_open),
    CALL(pivot_root), CALL(prctl), CALL(process_madvise), CALL(process_mrelease), CALL(ptrace), CALL(quotactl),
    CALL(quotactl_fd), CALL(reboot), CALL(request_key), CALL(rt_sigqueueinfo), CALL(rt_tgsigqueueinfo),
    CALL(sched_setaffinity), CALL(sched_setattr), CALL(sched_setparam), CALL(sched_setscheduler), CALL(seccomp),
    CALL(semget), CALL(setdomainname), CALL(setfsgid), CALL(setfsuid), CALL(setgid), CALL(setgroups),
    CALL(sethostname), CALL(setns), CALL(setpgid), CALL(setpriority), CALL(setregid), CALL(setresgid),
    CALL(setresuid), CALL(setreuid), CALL(settimeofday), CALL(setuid), CALL(shmget), CALL(swapoff), CALL(swapon),
    CALL(sync), CALL(syslog), CALL(tkill), CALL(umount2), CALL(unshare), CALL(userfaultfd), CALL(vhangup),
    CALL(vmsplice),
#ifdef __x86_64__
    CALL(ioperm), CALL(iopl), CALL(modify_ldt), CALL(_sysctl), CALL(sysfs), CALL(uselib), CALL(ustat),
    CALL(create_module), CALL(query_module), CALL(arch_prctl), CALL(inotify_init),
#endif
};

// An argument is a number, `@` and a text, `&` for a page of zeros, or `*` and a number for memory that holds it.
static long argument(const char *text) {
    static char page[4096] __attribute__((aligned(64)));
    static long words[6];
    static int used;
    switch (*text) {
    case '@': return (long)(text + 1);
    case '&': return (long)page;
    case '*': words[used] = strtol(text + 1, NULL, 0); return (long)&words[used++];
    default: return strtol(text, NULL, 0);
    }
}

// NAME ARGUMENT...
static long call(int n, char **a) {
    long arguments[6] = {0};
    for (int i = 1; i < n && i < 7; i++) arguments[i - 1] = argument(a[i]);
    for (size_t i = 0; n > 0 && i < sizeof calls / sizeof calls[0]; i++)
        if (strcmp(calls[i].name, a[0]) == 0)
            return syscall(calls[i].number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4],
                           arguments[5]);
    errno = EDOM;
    return -1;
}

#ifdef __x86_64__
// A call by the number of another table: NUMBER ARGUMENT... of x32, and NUMBER PATH of i386, where a pointer has to
// lie low.
static long call_x32(int n, char **a) {
    long arguments[6] = {0};
    for (int i = 1; i < n && i < 7; i++) arguments[i - 1] = argument(a[i]);
    return n < 1 ? -1
                 : syscall(0x40000000 + strtol(a[0], NULL, 0), arguments[0], arguments[1], arguments[2],
                           arguments[3], arguments[4], arguments[5]);
}

static long call_i386(int n, char **a) {
    static char low[4096];
    long result;
    if (n < 2) return -1;
    strncpy(low, a[1], sizeof low - 1);
    // The victim is linked statically and without relocation, so its data lies below four gigabytes.
    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(strtol(a[0], NULL, 0)), "b"(low), "c"(0L), "d"(0L)
                     : "memory", "r8", "r9", "r10", "r11");
    if (result >= 0) return result;
    errno = (int)-result;
    return -1;
}

// Time by the page that emulates the calls of twenty years ago: the kernel runs the filter for it, too.
static long call_vsyscall(int n, char **a) {
    (void)n, (void)a;
    long (*get_time)(long *) = (long (*)(long *))0xffffffffff600400;
    return get_time(NULL) > 0 ? 0 : -1;
}
#endif

const struct act call_acts[] = {
    {"call", call},
#ifdef __x86_64__
    {"call-x32", call_x32}, {"call-i386", call_i386}, {"call-vsyscall", call_vsyscall},
#endif
    {0},
};
