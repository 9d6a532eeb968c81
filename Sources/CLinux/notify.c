#define _GNU_SOURCE
#include "notify.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/ioctl.h>

// Newer than Debian 12's headers (linux/seccomp.h of 6.6).
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#endif

int gr_notify_receive(int listener, struct gr_notification *notification) {
    // The kernel refuses a buffer that is not zeroed, and may know a longer struct than this header does.
    union {
        struct seccomp_notif call;
        char room[256];
    } buffer;
    memset(&buffer, 0, sizeof buffer);
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &buffer.call) != 0) return -1;
    notification->id = buffer.call.id;
    notification->pid = buffer.call.pid;
    notification->number = buffer.call.data.nr;
    notification->architecture = buffer.call.data.arch;
    for (int i = 0; i < 6; i++) notification->arguments[i] = buffer.call.data.args[i];
    return 0;
}

int gr_notify_is_valid(int listener, uint64_t id) { return ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id); }

static int send_response(int listener, struct seccomp_notif_resp response) {
    return ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

int gr_notify_continue(int listener, uint64_t id) {
    return send_response(listener,
                         (struct seccomp_notif_resp){.id = id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE});
}

int gr_notify_answer(int listener, uint64_t id, int64_t value, int error) {
    return send_response(listener, (struct seccomp_notif_resp){.id = id, .val = value, .error = -error});
}

int gr_notify_give(int listener, uint64_t id, int descriptor, int at, int close_on_exec, int answer) {
    struct seccomp_notif_addfd gift = {
        .id = id,
        .flags = (at >= 0 ? SECCOMP_ADDFD_FLAG_SETFD : 0) | (answer ? SECCOMP_ADDFD_FLAG_SEND : 0),
        .srcfd = (unsigned)descriptor,
        .newfd = at >= 0 ? (unsigned)at : 0,
        .newfd_flags = close_on_exec ? O_CLOEXEC : 0,
    };
    return ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &gift);
}

int gr_notify_sync_wake_up(int listener) {
    return ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
}
