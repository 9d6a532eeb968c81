// The launcher's side: the clone, and the messages of process 1.
#define _GNU_SOURCE
#include "steps.h"

#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
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

int gr_clone(uint64_t flags, int *pidfd) {
    struct clone_args arguments = {
        .flags = flags | CLONE_PIDFD, .pidfd = (uint64_t)(uintptr_t)pidfd, .exit_signal = SIGCHLD};
    long pid = syscall(SYS_clone3, &arguments, sizeof arguments);
    if (pid < 0 && errno == ENOSYS) pid = syscall(SYS_clone, flags | CLONE_PIDFD | SIGCHLD, NULL, pidfd, NULL, NULL);
    return (int)pid;
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

union ancillary {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(GR_DESCRIPTORS * sizeof(int))];
};

int gr_send(int socket, const void *bytes, size_t length, const int *descriptors, size_t count) {
    union ancillary ancillary;
    struct iovec body = {(void *)bytes, length};
    struct msghdr packet = {.msg_iov = &body, .msg_iovlen = 1};
    if (count) {
        memset(&ancillary, 0, sizeof ancillary);
        packet.msg_control = &ancillary;
        packet.msg_controllen = CMSG_SPACE(count * sizeof(int));
        struct cmsghdr *header = CMSG_FIRSTHDR(&packet);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(count * sizeof(int));
        memcpy(CMSG_DATA(header), descriptors, count * sizeof(int));
    }
    return sendmsg(socket, &packet, MSG_NOSIGNAL) == (ssize_t)length ? 0 : -1;
}

int gr_take(int socket, void *bytes, size_t length, int descriptors[GR_DESCRIPTORS]) {
    union ancillary ancillary;
    struct iovec body = {bytes, length};
    struct msghdr packet = {.msg_iov = &body,
                            .msg_iovlen = 1,
                            .msg_control = &ancillary,
                            .msg_controllen = sizeof ancillary};
    for (int i = 0; i < GR_DESCRIPTORS; i++) descriptors[i] = -1;
    ssize_t count;
    do count = recvmsg(socket, &packet, MSG_CMSG_CLOEXEC);
    while (count < 0 && errno == EINTR);
    if (count <= 0) return (int)count;
    if (count != (ssize_t)length) {
        errno = EPROTO;
        return -1;
    }
    struct cmsghdr *header = CMSG_FIRSTHDR(&packet);
    if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
        size_t size = header->cmsg_len - CMSG_LEN(0);
        if (size <= GR_DESCRIPTORS * sizeof(int)) memcpy(descriptors, CMSG_DATA(header), size);
    }
    return 1;
}

int gr_receive(int control, struct gr_message *message, int descriptors[GR_DESCRIPTORS]) {
    return gr_take(control, message, sizeof *message, descriptors);
}

int gr_order(int control, char word, const int *descriptors, size_t count) {
    return gr_send(control, &word, 1, descriptors, count);
}

int gr_await(int control, char word, int descriptors[GR_DESCRIPTORS]) {
    char heard = 0;
    return gr_take(control, &heard, 1, descriptors) == 1 && heard == word ? 0 : -1;
}
