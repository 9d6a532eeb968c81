#define _GNU_SOURCE
#include "victim.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/io_uring.h>
#include <linux/perf_event.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

// A system call with arguments as they stand: NUMBER [ARGUMENT...], or NAME of the list below.
static long raw(int n, char **a) {
    long arguments[6] = {0};
    if (n < 1) return -1;
    for (int i = 1; i < n && i < 7; i++) arguments[i - 1] = strtol(a[i], NULL, 0);
    return syscall(strtol(a[0], NULL, 0), arguments[0], arguments[1], arguments[2], arguments[3], arguments[4],
                   arguments[5]);
}

static long mount_of(int n, char **a) { return n < 2 ? -1 : mount(a[0], a[1], n > 2 ? a[2] : "tmpfs", 0, NULL); }
static long bind_mount(int n, char **a) { return n < 2 ? -1 : mount(a[0], a[1], NULL, MS_BIND, NULL); }
static long unmount(int n, char **a) { return n < 1 ? -1 : umount2(a[0], MNT_DETACH); }
static long pivot(int n, char **a) { return n < 2 ? -1 : syscall(SYS_pivot_root, a[0], a[1]); }
static long change_root(int n, char **a) { return n < 1 ? -1 : syscall(SYS_chroot, a[0]); }
static long open_tree_of(int n, char **a) { return n < 1 ? -1 : syscall(SYS_open_tree, AT_FDCWD, a[0], 1); }
static long fsopen_of(int n, char **a) { return n < 1 ? -1 : syscall(SYS_fsopen, a[0], 0); }

static long move_mount_of(int n, char **a) {
    return n < 2 ? -1 : syscall(SYS_move_mount, AT_FDCWD, a[0], AT_FDCWD, a[1], 0);
}

static long bpf_of(int n, char **a) {
    (void)n, (void)a;
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.map_type = BPF_MAP_TYPE_ARRAY;
    attributes.key_size = attributes.value_size = 4;
    attributes.max_entries = 1;
    return syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof attributes);
}

static long io_uring(int n, char **a) {
    (void)n, (void)a;
    struct io_uring_params parameters;
    memset(&parameters, 0, sizeof parameters);
    return syscall(SYS_io_uring_setup, 4, &parameters);
}

static long perf(int n, char **a) {
    (void)n, (void)a;
    struct perf_event_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.size = sizeof attributes;
    attributes.type = PERF_TYPE_SOFTWARE;
    return syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0);
}

static long userfault(int n, char **a) { (void)n, (void)a; return syscall(SYS_userfaultfd, O_CLOEXEC | 1); }
static long keys(int n, char **a) { (void)n, (void)a; return syscall(SYS_keyctl, 0, -3, 1); }
static long add_key_of(int n, char **a) { (void)n, (void)a; return syscall(SYS_add_key, "user", "victim", "x", 1, -2); }

static long handle(int n, char **a) {
    struct { unsigned bytes; int type; unsigned char data[128]; } file = {128, 0, {0}};
    int mount_id;
    return n < 1 ? -1 : syscall(SYS_name_to_handle_at, AT_FDCWD, a[0], &file, &mount_id, 0);
}

static long open_handle(int n, char **a) {
    (void)n, (void)a;
    struct { unsigned bytes; int type; unsigned char data[8]; } file = {8, 1, {2, 0, 0, 0, 0, 0, 0, 0}};
    return syscall(SYS_open_by_handle_at, AT_FDCWD, &file, O_RDONLY);
}

// TIOCSTI with what stands above the low 32 bits set, too: HIGH.
static long push_input(int n, char **a) {
    unsigned long request = TIOCSTI | (n > 0 ? strtoul(a[0], NULL, 0) << 32 : 0);
    char byte = 'x';
    return syscall(SYS_ioctl, 0, request, &byte);
}

static long second_listener(int n, char **a) {
    (void)n, (void)a;
    struct sock_filter allow = {0x06, 0, 0, SECCOMP_RET_ALLOW};
    struct sock_fprog program = {1, &allow};
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

static long own_filter(int n, char **a) {
    (void)n, (void)a;
    struct sock_filter allow = {0x06, 0, 0, SECCOMP_RET_ALLOW};
    struct sock_fprog program = {1, &allow};
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

#if defined(__x86_64__)
// getpid by the numbers of x32 and of i386.
static long x32(int n, char **a) { (void)n, (void)a; return syscall(0x40000000 + SYS_getpid); }

static long i386(int n, char **a) {
    (void)n, (void)a;
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(20L) : "memory", "r8", "r9", "r10", "r11");
    return result;
}
#endif

static long module(int n, char **a) { (void)n, (void)a; return syscall(SYS_init_module, "", 0, ""); }
static long kernel_load(int n, char **a) { (void)n, (void)a; return syscall(SYS_kexec_load, 0, 0, NULL, 0); }
static long swap(int n, char **a) { return n < 1 ? -1 : syscall(SYS_swapon, a[0], 0); }
static long host_name(int n, char **a) { (void)n, (void)a; return syscall(SYS_sethostname, "victim", 6); }
static long set_clock(int n, char **a) { (void)n, (void)a; return syscall(SYS_settimeofday, NULL, NULL); }
static long kernel_log(int n, char **a) { (void)n, (void)a; return syscall(SYS_syslog, 10, NULL, 0); }
static long persona(int n, char **a) { return n < 1 ? -1 : syscall(SYS_personality, strtol(a[0], NULL, 0)); }

const struct act kernel_acts[] = {
    {"raw", raw}, {"mount", mount_of}, {"bind-mount", bind_mount}, {"umount", unmount}, {"pivot-root", pivot},
    {"chroot", change_root}, {"open-tree", open_tree_of}, {"fsopen", fsopen_of}, {"move-mount", move_mount_of},
    {"bpf", bpf_of}, {"io-uring", io_uring}, {"perf", perf}, {"userfaultfd", userfault}, {"keyctl", keys},
    {"add-key", add_key_of}, {"name-to-handle", handle}, {"open-handle", open_handle}, {"tiocsti", push_input},
    {"second-listener", second_listener}, {"own-filter", own_filter},
#if defined(__x86_64__)
    {"x32", x32}, {"i386", i386},
#endif
    {"init-module", module}, {"kexec", kernel_load}, {"swapon", swap}, {"sethostname", host_name},
    {"settimeofday", set_clock}, {"syslog", kernel_log}, {"personality", persona}, {0},
};
