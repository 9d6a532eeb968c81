// What the launcher, process 1 and the payload say to each other, on one socket (unix(7), SOCK_SEQPACKET).
#define _GNU_SOURCE
#include "steps.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

uint32_t gr_failed_at;

union ancillary {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(GR_MOST_DESCRIPTORS * sizeof(int))];
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

int gr_take(int socket, void *bytes, size_t length, int *descriptors, size_t room) {
    union ancillary ancillary;
    struct iovec body = {bytes, length};
    struct msghdr packet = {.msg_iov = &body,
                            .msg_iovlen = 1,
                            .msg_control = &ancillary,
                            .msg_controllen = sizeof ancillary};
    for (size_t i = 0; i < room; i++) descriptors[i] = -1;
    ssize_t count;
    // Who ends without having read everything resets the other side, once, and what was said last comes after that.
    do count = recvmsg(socket, &packet, MSG_CMSG_CLOEXEC);
    while (count < 0 && (errno == EINTR || errno == ECONNRESET));
    if (count <= 0) return (int)count;
    if (count != (ssize_t)length) {
        errno = EPROTO;
        return -1;
    }
    struct cmsghdr *header = CMSG_FIRSTHDR(&packet);
    if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
        size_t size = header->cmsg_len - CMSG_LEN(0);
        if (size <= room * sizeof(int)) memcpy(descriptors, CMSG_DATA(header), size);
    }
    return 1;
}

int gr_receive(int control, struct gr_message *message, int *descriptors, size_t room) {
    return gr_take(control, message, sizeof *message, descriptors, room);
}

int gr_order(int control, char word, const int *descriptors, size_t count) {
    return gr_send(control, &word, 1, descriptors, count);
}

int gr_await(int control, char word, int descriptors[GR_DESCRIPTORS]) {
    char heard = 0;
    return gr_take(control, &heard, 1, descriptors, GR_DESCRIPTORS) == 1 && heard == word ? 0 : -1;
}
