// Process 1 of a run: builds the view, starts the payload, reaps, and takes everything down with it.
#define _GNU_SOURCE
#include "steps.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static _Noreturn void fail(int control, enum gr_stage stage) {
    struct gr_message message = {
        .kind = GR_MESSAGE_FAILED, .stage = stage, .error = errno, .detail = gr_failed_at};
    gr_send(control, &message, sizeof message, NULL, 0);
    _exit(125);
}

static int write_text(const char *path, const char *text) {
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0) return -1;
    ssize_t written = write(file, text, strlen(text));
    close(file);
    return written == (ssize_t)strlen(text) ? 0 : -1;
}

// user_namespaces(7): groups may not be changed before an unprivileged mapping of them is accepted. The network
// namespace takes longer to make than all the others together, so it is made here and not by the launcher's clone.
static enum gr_stage take_identity(const struct gr_birth *birth) {
    static const char name[] = "guardrun";
    memset(birth->command_line, 0, birth->command_line_length);
    if (birth->command_line_length >= sizeof name) memcpy(birth->command_line, name, sizeof name);
    if (birth->namespaces & CLONE_NEWNET && unshare(CLONE_NEWNET) != 0) return GR_STAGE_CLONE;
    if (birth->uid_map) {
        if (write_text("/proc/self/setgroups", "deny") != 0) return GR_STAGE_IDENTITY;
        if (write_text("/proc/self/uid_map", birth->uid_map) != 0) return GR_STAGE_IDENTITY;
        if (write_text("/proc/self/gid_map", birth->gid_map) != 0) return GR_STAGE_IDENTITY;
    }
    if (birth->hostname && sethostname(birth->hostname, strlen(birth->hostname)) != 0) return GR_STAGE_HOSTNAME;
    return GR_STAGE_NONE;
}

// Sent with the listener while the payload waits: the view's root, to look paths up in, and the main process.
static void introduce(int control, int listener, int pidfd) {
    struct gr_message message = {.kind = GR_MESSAGE_WAITING};
    int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    int descriptors[3] = {root, pidfd, listener};
    gr_send(control, &message, sizeof message, descriptors, listener >= 0 ? 3 : 2);
    if (root >= 0) close(root);
    if (listener >= 0) close(listener);
}

// With its memory closed to others, no privileges, one descriptor and a handful of calls left, there is little
// to gain here. Outside a pid namespace the tree is killed process by process, which the filter would forbid.
static void harden(int control, int in_pid_namespace) {
    if (control > 0) syscall(SYS_close_range, 0, control - 1, 0);
    syscall(SYS_close_range, control + 1, ~0u, 0);
    if (!in_pid_namespace) return;
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct none[2] = {{0, 0, 0}, {0, 0, 0}};
    syscall(SYS_capset, &header, none);
    // A change of credentials clears this one (prctl(2)), so it is asked for again.
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    static const int allowed[] = {SYS_wait4, SYS_kill, SYS_sendmsg, SYS_getrusage, SYS_exit_group, SYS_exit,
                                  SYS_read, SYS_close, SYS_rt_sigreturn, SYS_restart_syscall, SYS_nanosleep};
    gr_restrict_to(allowed, sizeof allowed / sizeof allowed[0]);
}

// Helpers end when they see that the program has, as Python's resource tracker does: they get a moment to, and no more
// however many of them follow one another.
static void let_helpers_end(void) {
    static const struct timespec millisecond = {0, 1000000};
    for (int i = 0; i < 100; i++) {
        pid_t pid = 1;
        for (int reaped = 0; pid > 0 && reaped < 64; reaped++) pid = wait4(-1, NULL, __WALL | WNOHANG, NULL);
        if (pid < 0) return;
        syscall(SYS_nanosleep, &millisecond, NULL);
    }
}

// Whether that is how a process ends that this file killed; one that had ended before is no leftover.
static unsigned was_killed(int status) { return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL; }

// Kills what is left of the run and counts it. In a pid namespace one call reaches everything but process 1;
// elsewhere every descendant ends up as a child here sooner or later (PR_SET_CHILD_SUBREAPER), so children are
// killed until there are none.
static unsigned kill_the_rest(int in_pid_namespace) {
    unsigned count = 0;
    int status = 0;
    if (in_pid_namespace) {
        kill(-1, SIGKILL);
        while (wait4(-1, &status, __WALL, NULL) > 0 || errno == EINTR) count += was_killed(status);
        return count;
    }
    for (;;) {
        char text[4096];
        int list = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
        ssize_t length = list >= 0 ? read(list, text, sizeof text - 1) : 0;
        if (list >= 0) close(list);
        int pid = 0;
        for (ssize_t i = 0; i < length; i++) {
            if (text[i] >= '0' && text[i] <= '9') {
                pid = pid * 10 + (text[i] - '0');
            } else if (pid > 1) {
                kill(pid, SIGKILL);
                pid = 0;
            }
        }
        if (wait4(-1, &status, __WALL, NULL) > 0) count += was_killed(status);
        else if (errno != EINTR) return count;
    }
}

// Waits for the main process, reaping whatever else lands here, then reports and ends.
static _Noreturn void reap(int control, pid_t main_process, int in_pid_namespace) {
    struct gr_message message = {.kind = GR_MESSAGE_EXITED};
    for (;;) {
        // Outside a pid namespace the launcher's word is a signal. Both kinds stay blocked and are taken here, so that
        // none can come between a look and the wait for the next.
        sigset_t awaited;
        sigemptyset(&awaited);
        sigaddset(&awaited, SIGUSR1);
        sigaddset(&awaited, SIGCHLD);
        sigaddset(&awaited, SIGALRM);
        int status = 0;
        pid_t pid = wait4(-1, &status, in_pid_namespace ? __WALL : __WALL | WNOHANG, NULL);
        if (pid == main_process) {
            message.status = status;
            let_helpers_end();
            break;
        }
        if (pid < 0 && errno == ECHILD) break;
        int signal = pid == 0 ? sigwaitinfo(&awaited, NULL) : 0;
        if (signal == SIGUSR1 || signal == SIGALRM) break;
    }
    message.leftovers = kill_the_rest(in_pid_namespace);
    struct rusage usage = {0};
    getrusage(RUSAGE_CHILDREN, &usage);
    message.user_us = (uint64_t)usage.ru_utime.tv_sec * 1000000 + (uint64_t)usage.ru_utime.tv_usec;
    message.system_us = (uint64_t)usage.ru_stime.tv_sec * 1000000 + (uint64_t)usage.ru_stime.tv_usec;
    message.peak_kib = (uint64_t)usage.ru_maxrss;
    gr_send(control, &message, sizeof message, NULL, 0);
    // The view lasts as long as this process, and the launcher wants a last look at what was written there.
    char go;
    while (read(control, &go, 1) < 0 && errno == EINTR) {}
    _exit(0);
}

// What the caller has set for the end of a child. Where that is ignored, nobody learns how it ended (wait(2)), so here
// it is not; the program gets it as it was.
static struct sigaction caller_child_action;

// Process 1 must end when the launcher does. In a pid namespace the kernel then kills everything in it
// (pid_namespaces(7)); elsewhere a signal that stays pending until reap() takes it, and the tree down.
static void follow_launcher(int in_pid_namespace) {
    struct sigaction standard = {.sa_handler = SIG_DFL};
    sigaction(SIGCHLD, &standard, &caller_child_action);
    if (!in_pid_namespace) {
        sigset_t blocked;
        sigemptyset(&blocked);
        sigaddset(&blocked, SIGUSR1);
        sigaddset(&blocked, SIGCHLD);
        sigaddset(&blocked, SIGALRM);
        sigprocmask(SIG_BLOCK, &blocked, NULL);
        prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    }
    prctl(PR_SET_PDEATHSIG, in_pid_namespace ? SIGKILL : SIGUSR1, 0, 0, 0);
}

static void kill_everything(int signal) {
    (void)signal;
    kill(-1, SIGKILL);
}

// The launcher holds the limits. When it does not, because it waits for something that the run holds, this does.
static void end_at_last(unsigned seconds, int in_pid_namespace) {
    if (in_pid_namespace) {
        struct sigaction action = {.sa_handler = kill_everything};
        sigset_t taken;
        sigemptyset(&taken);
        sigaddset(&taken, SIGALRM);
        sigaction(SIGALRM, &action, NULL);
        // The launcher's caller may have blocked it.
        sigprocmask(SIG_UNBLOCK, &taken, NULL);
    }
    alarm(seconds);
}

static pid_t start_payload(const struct gr_shared *shared, int control, int ends[2], const int standard[3],
                           int *pidfd) {
    // The descriptor table is shared until the payload executes, so that the listener it is given by
    // seccomp(2) can be passed on from here: after the filter the payload itself may not send it.
    pid_t pid = gr_clone(CLONE_FILES, pidfd);
    if (pid == 0 && caller_child_action.sa_handler == SIG_IGN) sigaction(SIGCHLD, &caller_child_action, NULL);
    if (pid == 0) gr_run_payload(shared, control, ends[1], standard);
    return pid;
}

// Whether execve worked. The payload first says that its descriptor table is its own; once this side has closed
// its copy of the writing end, the end of the stream means that execve closed the other.
static struct gr_message executed(int ends[2]) {
    struct gr_message message = {.kind = GR_MESSAGE_FAILED, .stage = GR_STAGE_HANDSHAKE};
    char own_table;
    if (read(ends[0], &own_table, 1) != 1) return message;
    close(ends[1]);
    struct gr_message failure;
    ssize_t length = read(ends[0], &failure, sizeof failure);
    if (length == sizeof failure) return failure;
    if (length == 0) message.kind = GR_MESSAGE_STARTED;
    return message;
}

// What every run's view has, made while the launcher makes the plan.
static enum gr_stage begin_view(const struct gr_birth *birth, struct gr_view *view) {
    if (!birth->staging) return GR_STAGE_NONE;
    enum gr_stage stage = gr_place_root(view, birth->staging, 0, 0);
    return stage == GR_STAGE_NONE ? gr_furnish(view, birth->own, birth->own_count, 0) : stage;
}

static enum gr_stage finish_view(const struct gr_launch *launch, struct gr_view *view) {
    enum gr_stage stage = GR_STAGE_NONE;
    if (!launch->has_view) return stage;
    if (!view->is_placed) stage = gr_place_root(view, launch->staging, launch->root_is_bind, launch->root_attributes);
    if (stage == GR_STAGE_NONE) stage = gr_furnish(view, launch->view, launch->view_count, launch->view_done);
    return stage == GR_STAGE_NONE ? gr_enter_view(view, launch->root_is_bind) : stage;
}

// What the supervisor wants in the network of the run. Whether it can do without is for it to say.
static void offer_network(int control, size_t count) {
    int sockets[GR_MOST_DESCRIPTORS];
    struct gr_message message = {.kind = GR_MESSAGE_NETWORK};
    if (count > GR_MOST_DESCRIPTORS) count = GR_MOST_DESCRIPTORS;
    if (gr_make_network(sockets, count) != 0) {
        message.error = errno;
        count = 0;
    }
    gr_send(control, &message, sizeof message, sockets, count);
    for (size_t i = 0; i < count; i++) close(sockets[i]);
}

_Noreturn void gr_run_init(const struct gr_birth *birth, const struct gr_shared *shared, int control) {
    int in_pid_namespace = (birth->namespaces & CLONE_NEWPID) != 0;
    int standard[GR_DESCRIPTORS];
    struct gr_view view = {0};
    follow_launcher(in_pid_namespace);
    enum gr_stage stage = take_identity(birth);
    if (stage == GR_STAGE_NONE) stage = begin_view(birth, &view);
    if (stage != GR_STAGE_NONE) fail(control, stage);
    if (gr_await(control, GR_GO_PLAN, standard) != 0) _exit(125);
    stage = finish_view(&shared->launch, &view);
    if (stage != GR_STAGE_NONE) fail(control, stage);
    if (shared->launch.datagram_sockets) offer_network(control, shared->launch.datagram_sockets);
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);

    // The payload hears the launcher's next words itself.
    int ends[2], pidfd = -1;
    if (pipe2(ends, O_CLOEXEC) != 0) fail(control, GR_STAGE_FORK);
    pid_t payload = start_payload(shared, control, ends, standard, &pidfd);
    if (payload < 0) fail(control, GR_STAGE_FORK);

    struct gr_message message;
    if (read(ends[0], &message, sizeof message) != sizeof message) fail(control, GR_STAGE_HANDSHAKE);
    if (message.kind == GR_MESSAGE_WAITING) {
        introduce(control, message.error, pidfd);
        message = executed(ends);
    }
    gr_send(control, &message, sizeof message, NULL, 0);
    if (message.kind == GR_MESSAGE_FAILED) _exit(125);
    if (shared->launch.longest) end_at_last(shared->launch.longest, in_pid_namespace);
    harden(control, in_pid_namespace);
    reap(control, payload, in_pid_namespace);
}
