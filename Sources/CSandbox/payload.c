// The process that becomes the guarded program.
#define _GNU_SOURCE
#include "steps.h"

#include <errno.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// Tells process 1 where and why, and ends.
static _Noreturn void fail(int to_init, enum gr_stage stage) {
    struct gr_message message = {
        .kind = GR_MESSAGE_FAILED, .stage = stage, .error = errno, .detail = gr_failed_at};
    ssize_t ignored = write(to_init, &message, sizeof message);
    (void)ignored;
    _exit(127);
}

static enum gr_stage enter_cgroups(const int entrances[GR_DESCRIPTORS]) {
    // A thread that moves itself through `tasks` spares the kernel the lock that moving a process takes
    // (17 ms when it is cold, 0.05 ms this way).
    for (int i = 0; i < GR_DESCRIPTORS && entrances[i] >= 0; i++) {
        gr_failed_at = (uint32_t)i;
        if (write(entrances[i], "0", 1) != 1) return GR_STAGE_CGROUP;
    }
    return GR_STAGE_NONE;
}

static enum gr_stage take_streams(const struct gr_launch *launch, const int standard[3]) {
    for (int i = 0; i < 3; i++)
        if (dup2(standard[i], i) < 0) return GR_STAGE_STANDARD_STREAMS;
    // A session of its own: no terminal to push input into, and signals of the caller's terminal stay there.
    if (setsid() < 0) return GR_STAGE_TERMINAL;
    if (launch->controlling_terminal && ioctl(0, TIOCSCTTY, 0) != 0) return GR_STAGE_TERMINAL;
    return GR_STAGE_NONE;
}

// Handlers went with CLONE_CLEAR_SIGHAND; what the launcher ignored or blocked for itself goes here.
static void restore_signals(void) {
    struct sigaction standard = {.sa_handler = SIG_DFL};
    sigaction(SIGPIPE, &standard, NULL);
    // Blocked, the signal of setrlimit(2)'s RLIMIT_FSIZE waits for ever and the write answers EFBIG.
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGXFSZ);
    sigprocmask(SIG_SETMASK, &blocked, NULL);
}

_Noreturn void gr_run_payload(const struct gr_shared *shared, int control, int to_init, const int standard[3]) {
    const struct gr_launch *launch = &shared->launch;
    int listener = -1, entrances[GR_DESCRIPTORS];
    // The supervisor reads the arguments of the very first execve; process 1, whose memory this is a copy of, hides.
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    enum gr_stage stage = take_streams(launch, standard);
    if (stage == GR_STAGE_NONE) stage = gr_confine(launch);
    if (stage != GR_STAGE_NONE) fail(to_init, stage);
    if (gr_await(control, GR_GO_FILTER, entrances) != 0) _exit(127);
    stage = enter_cgroups(entrances);
    if (stage == GR_STAGE_NONE) stage = gr_install_filter(&shared->filter, &listener);
    if (stage != GR_STAGE_NONE) fail(to_init, stage);

    // The descriptor table is shared with process 1, so the listener is in its hands by number alone.
    struct gr_message message = {.kind = GR_MESSAGE_WAITING, .error = listener};
    if (write(to_init, &message, sizeof message) != sizeof message) fail(to_init, GR_STAGE_HANDSHAKE);
    // Where there is a listener, execve itself waits for the launcher's word.
    char go;
    if (listener < 0 && (read(control, &go, 1) != 1 || go != GR_GO_EXECUTE)) _exit(127);

    // From here the table is this process's own, and nothing but the three streams survives execve. The listener goes
    // before that: an execve that waits for a launcher that is gone must not be what keeps it open.
    unsigned to_keep = (unsigned)to_init;
    if (syscall(SYS_close_range, to_keep, to_keep, CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC) != 0 ||
        (to_keep > 3 && syscall(SYS_close_range, 3, to_keep - 1, 0) != 0) ||
        syscall(SYS_close_range, to_keep + 1, ~0u, 0) != 0)
        fail(to_init, GR_STAGE_HANDSHAKE);
    if (write(to_init, "u", 1) != 1) fail(to_init, GR_STAGE_HANDSHAKE);
    restore_signals();
    execve(launch->program, launch->arguments, launch->environment);
    fail(to_init, GR_STAGE_EXECUTE);
}
