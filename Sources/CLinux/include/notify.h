// The supervisor's end of a seccomp filter (seccomp_unotify(2)).
#pragma once

#include <stdint.h>

struct gr_notification {
    uint64_t id;
    uint32_t pid; // the calling thread, as the supervisor sees it
    int32_t number;
    uint32_t architecture; // AUDIT_ARCH_*
    uint64_t arguments[6];
};

// Each returns 0, or -1 with errno set: ENOENT when the caller is gone or was interrupted.
int gr_notify_receive(int listener, struct gr_notification *notification);
int gr_notify_is_valid(int listener, uint64_t id);
int gr_notify_continue(int listener, uint64_t id);
int gr_notify_answer(int listener, uint64_t id, int64_t value, int error);
// Gives the caller a copy of `descriptor`, under its number `at` when that is not negative. With `answer` the
// call returns the new number at once. The new number, or -1.
int gr_notify_give(int listener, uint64_t id, int descriptor, int at, int close_on_exec, int answer);
// Wakes the supervisor and the caller on one processor when there is a call (Linux 6.6).
int gr_notify_sync_wake_up(int listener);
