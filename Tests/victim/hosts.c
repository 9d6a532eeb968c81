// Programs run on a poorer host than this one: what the filter of a container or another supervisor takes away.
#define _GNU_SOURCE
#include "victim.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NAMESPACES (CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS)
#define NUMBER offsetof(struct seccomp_data, nr)
#define FIRST_ARGUMENT offsetof(struct seccomp_data, args)

// Becomes a program behind a filter. A listener that this makes stays open, because nobody else holds it.
static long execute_under(struct sock_filter *words, size_t count, unsigned long flags, char **a) {
    struct sock_fprog program = {(unsigned short)count, words};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
    long listener = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
    if (listener < 0 || (listener > 0 && fcntl((int)listener, F_SETFD, 0) != 0)) return -1;
    return execv(a[0], a);
}

// As Docker's default filter does: no namespaces, and no clone3, whose flags a filter cannot see. PROGRAM ARGUMENT...
static long without_namespaces(int n, char **a) {
    struct sock_filter words[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, NUMBER),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 5, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_unshare, 3, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 4),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, FIRST_ARGUMENT),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, NAMESPACES, 0, 2),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    return n < 1 ? -1 : execute_under(words, sizeof words / sizeof words[0], 0, a);
}

// A task has one listener above it: with this one there, guardrun can have none. PROGRAM ARGUMENT...
static long with_a_listener(int n, char **a) {
    struct sock_filter words[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    return n < 1 ? -1 : execute_under(words, 1, SECCOMP_FILTER_FLAG_NEW_LISTENER, a);
}

// As an ordinary user, where there is nothing else to become one with. PROGRAM ARGUMENT...
static long as_user(int n, char **a) {
    if (n < 1 || setgroups(0, NULL) != 0 || setgid(1000) != 0 || setuid(1000) != 0) return -1;
    return setenv("HOME", "/home/user", 1) == 0 ? execv(a[0], a) : -1;
}

const struct act host_acts[] = {
    {"as-user", as_user},
    {"without-namespaces", without_namespaces}, {"with-a-listener", with_a_listener}, {0}};
