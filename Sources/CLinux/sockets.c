#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

// Since Linux 5.14; newer than some headers.
#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

uint64_t gr_network_cookie(int socket) {
    uint64_t cookie = 0;
    socklen_t length = sizeof cookie;
    return getsockopt(socket, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &length) == 0 ? cookie : 0;
}

static void wake_up(int signal) { (void)signal; }

int gr_connect_at_once(int fd, const struct sockaddr *address, socklen_t length) {
    // O_NONBLOCK belongs to the open file, which the run has too and may change at any moment. So a signal ends the
    // wait, again and again, in case the first one comes before it.
    struct sigaction action = {.sa_handler = wake_up}, usual;
    struct itimerval alarm = {{0, 20000}, {0, 20000}}, none = {{0, 0}, {0, 0}};
    sigset_t set, mask;
    sigemptyset(&set);
    sigaddset(&set, SIGALRM);
    sigaction(SIGALRM, &action, &usual);
    sigprocmask(SIG_UNBLOCK, &set, &mask);
    setitimer(ITIMER_REAL, &alarm, NULL);
    int result = connect(fd, address, length);
    int error = errno;
    setitimer(ITIMER_REAL, &none, NULL);
    sigprocmask(SIG_SETMASK, &mask, NULL);
    sigaction(SIGALRM, &usual, NULL);
    errno = error;
    return result;
}

long gr_receive_from(int fd, void *into, size_t length, int *sender) {
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(struct ucred))];
    } control;
    struct iovec body = {into, length};
    struct msghdr message = {.msg_iov = &body, .msg_iovlen = 1, .msg_control = &control,
                             .msg_controllen = sizeof control};
    ssize_t received = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
    struct cmsghdr *header = received > 0 ? CMSG_FIRSTHDR(&message) : NULL;
    *sender = 0;
    if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_CREDENTIALS) {
        struct ucred from;
        memcpy(&from, CMSG_DATA(header), sizeof from);
        *sender = from.pid;
    }
    return received;
}

union packet_info {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(struct in6_pktinfo))];
};

long gr_datagram_receive(int fd, void *into, size_t length, struct gr_datagram *datagram) {
    union packet_info info;
    struct sockaddr_in6 source = {0};
    struct iovec body = {into, length};
    struct msghdr message = {.msg_name = &source, .msg_namelen = sizeof source, .msg_iov = &body, .msg_iovlen = 1,
                             .msg_control = &info, .msg_controllen = sizeof info};
    ssize_t received = recvmsg(fd, &message, MSG_DONTWAIT);
    if (received < 0) return -1;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (!header || header->cmsg_level != IPPROTO_IPV6 || header->cmsg_type != IPV6_PKTINFO) {
        errno = EPROTO;
        return -1;
    }
    struct in6_pktinfo target;
    memcpy(&target, CMSG_DATA(header), sizeof target);
    memcpy(datagram->target, &target.ipi6_addr, 16);
    memcpy(datagram->source, &source.sin6_addr, 16);
    datagram->source_port = ntohs(source.sin6_port);
    return received;
}

long gr_datagram_answer(int fd, const void *from, size_t length, const struct gr_datagram *datagram) {
    union packet_info info;
    struct sockaddr_in6 source = {.sin6_family = AF_INET6, .sin6_port = htons(datagram->source_port)};
    struct in6_pktinfo target = {.ipi6_ifindex = 0};
    struct iovec body = {(void *)from, length};
    struct msghdr message = {.msg_name = &source, .msg_namelen = sizeof source, .msg_iov = &body, .msg_iovlen = 1,
                             .msg_control = &info, .msg_controllen = sizeof info};
    memset(&info, 0, sizeof info);
    memcpy(&source.sin6_addr, datagram->source, 16);
    memcpy(&target.ipi6_addr, datagram->target, 16);
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = IPPROTO_IPV6;
    header->cmsg_type = IPV6_PKTINFO;
    header->cmsg_len = CMSG_LEN(sizeof target);
    memcpy(CMSG_DATA(header), &target, sizeof target);
    return sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}
