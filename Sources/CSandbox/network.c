// The network of a run whose datagrams the supervisor carries: every address is this machine's, and sockets of the
// supervisor's wait there.
#define _GNU_SOURCE
#include "steps.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

// linux/in6.h, which does not go together with netinet/in.h.
#ifndef IPV6_FREEBIND
#define IPV6_FREEBIND 78
#endif

static int raise_loopback(void) {
    struct ifreq request = {.ifr_name = "lo"};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    int result = ioctl(fd, SIOCGIFFLAGS, &request);
    request.ifr_flags |= IFF_UP;
    if (result == 0) result = ioctl(fd, SIOCSIFFLAGS, &request);
    close(fd);
    return result;
}

// Makes every address of a family local (ip-route(8), `local default dev lo`): what is sent anywhere arrives here.
static int keep_everything(int netlink, unsigned char family) {
    struct {
        struct nlmsghdr header;
        struct rtmsg route;
        struct rtattr attribute;
        uint32_t link;
    } request = {
        {sizeof request, RTM_NEWROUTE, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE, 1, 0},
        {.rtm_family = family,
         .rtm_table = RT_TABLE_LOCAL,
         .rtm_protocol = RTPROT_BOOT,
         .rtm_scope = RT_SCOPE_HOST,
         .rtm_type = RTN_LOCAL},
        {RTA_LENGTH(sizeof(uint32_t)), RTA_OIF},
        1, // the first link of every network namespace is its loopback
    };
    struct {
        struct nlmsghdr header;
        struct nlmsgerr error;
        char room[256];
    } answer;
    if (send(netlink, &request, sizeof request, 0) != sizeof request) return -1;
    if (recv(netlink, &answer, sizeof answer, 0) < (ssize_t)(sizeof answer.header + sizeof answer.error.error)) return -1;
    if (answer.header.nlmsg_type != NLMSG_ERROR || answer.error.error == 0) return 0;
    errno = -answer.error.error;
    return -1;
}

// A socket for both families that tells where a datagram was sent to, and may answer from there.
static int make_socket(void) {
    int on = 1, off = 0;
    int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return -1;
    if (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) == 0 &&
        setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on) == 0 &&
        setsockopt(fd, IPPROTO_IPV6, IPV6_FREEBIND, &on, sizeof on) == 0 &&
        setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &on, sizeof on) == 0)
        return fd;
    close(fd);
    return -1;
}

int gr_make_network(int *sockets, size_t count) {
    int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (netlink < 0) return -1;
    int result = raise_loopback();
    if (result == 0) result = keep_everything(netlink, AF_INET);
    // A machine may have no IPv6, or have it switched off; then there is nobody to send to.
    if (result == 0) keep_everything(netlink, AF_INET6);
    close(netlink);
    for (size_t i = 0; result == 0 && i < count; i++) {
        sockets[i] = make_socket();
        if (sockets[i] >= 0) continue;
        while (i > 0) close(sockets[--i]);
        result = -1;
    }
    return result;
}
