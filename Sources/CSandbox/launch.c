// The launcher's side: process 1 comes into being.
#define _GNU_SOURCE
#include "steps.h"

#include <errno.h>
#include <linux/sched.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *const stage_names[] = {
    [GR_STAGE_NONE] = "none",
    [GR_STAGE_SOCKET] = "socketpair",
    [GR_STAGE_CLONE] = "clone3 into new namespaces",
    [GR_STAGE_IDENTITY] = "mapping of the user and group",
    [GR_STAGE_HOSTNAME] = "sethostname",
    [GR_STAGE_VIEW_ROOT] = "root of the mount view",
    [GR_STAGE_VIEW_SOURCE] = "source of a mount",
    [GR_STAGE_VIEW_TARGET] = "target of a mount",
    [GR_STAGE_VIEW_MOUNT] = "mount",
    [GR_STAGE_VIEW_PROC] = "mount of /proc",
    [GR_STAGE_VIEW_PIVOT] = "pivot_root",
    [GR_STAGE_WORKSPACE] = "copy-on-write layer over the working directory",
    [GR_STAGE_FORK] = "fork of the program",
    [GR_STAGE_CGROUP] = "cgroup",
    [GR_STAGE_TERMINAL] = "session and controlling terminal",
    [GR_STAGE_STANDARD_STREAMS] = "standard streams",
    [GR_STAGE_RLIMIT] = "setrlimit",
    [GR_STAGE_DIRECTORY] = "working directory",
    [GR_STAGE_CAPABILITIES] = "dropping of capabilities",
    [GR_STAGE_NO_NEW_PRIVILEGES] = "no_new_privs",
    [GR_STAGE_LANDLOCK] = "landlock",
    [GR_STAGE_SECCOMP] = "seccomp",
    [GR_STAGE_HANDSHAKE] = "handshake",
    [GR_STAGE_EXECUTE] = "execve",
};

const char *gr_stage_name(enum gr_stage stage) {
    return stage >= 0 && (size_t)stage < sizeof stage_names / sizeof stage_names[0] ? stage_names[stage] : "?";
}

int gr_start(const struct gr_birth *birth, const struct gr_shared *shared, struct gr_child *child,
             enum gr_stage *stage) {
    int ends[2];
    *stage = GR_STAGE_SOCKET;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return -1;

    int pidfd = -1;
    *stage = GR_STAGE_CLONE;
    int pid = gr_clone(birth->namespaces & ~(uint64_t)CLONE_NEWNET, &pidfd);
    if (pid == 0) {
        close(ends[0]);
        gr_run_init(birth, shared, ends[1]);
    }
    int error = errno;
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        errno = error;
        return -1;
    }
    *child = (struct gr_child){.pid = pid, .pidfd = pidfd, .control = ends[0]};
    *stage = GR_STAGE_NONE;
    return 0;
}
