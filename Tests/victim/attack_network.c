// Ways out by sockets.
#define _GNU_SOURCE
#include "victim.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct sockaddr_in inet4(char **a) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(a[1]))};
    inet_pton(AF_INET, a[0], &address.sin_addr);
    return address;
}

// A question to a name server, in one datagram: ADDRESS PORT.
static long ask_name(int n, char **a) {
    static const unsigned char question[] = {0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 6, 's', 'e', 'c', 'r',
                                             'e', 't', 7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 0, 0, 1, 0, 1};
    if (n < 2) return -1;
    struct sockaddr_in address = inet4(a);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    return fd < 0 ? -1 : sendto(fd, question, sizeof question, 0, (struct sockaddr *)&address, sizeof address);
}

// TCP's other fast ways: the option that puts connect(2) off, and the flag of sendmsg(2). ADDRESS PORT
static long connect_later(int n, char **a) {
    if (n < 2) return -1;
    struct sockaddr_in address = inet4(a);
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    if (fd < 0 || setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &on, sizeof on) != 0) return -1;
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) return -1;
    return write(fd, "x", 1);
}

static long send_message_fast(int n, char **a) {
    if (n < 2) return -1;
    struct sockaddr_in address = inet4(a);
    struct iovec body = {"x", 1};
    struct msghdr message = {.msg_name = &address, .msg_namelen = sizeof address, .msg_iov = &body, .msg_iovlen = 1};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    return fd < 0 ? -1 : sendmsg(fd, &message, MSG_FASTOPEN);
}

// An address of four bytes in sixteen: ADDRESS PORT.
static long connect_mapped(int n, char **a) {
    if (n < 2) return -1;
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = htons((unsigned short)atoi(a[1]))};
    address.sin6_addr.s6_addr[10] = address.sin6_addr.s6_addr[11] = 0xff;
    inet_pton(AF_INET, a[0], &address.sin6_addr.s6_addr[12]);
    int fd = socket(AF_INET6, SOCK_STREAM, 0);
    return fd < 0 ? -1 : connect(fd, (struct sockaddr *)&address, sizeof address);
}

// Forged credentials on the run's own socket: PID 1, user 0.
static long forge_credentials(int n, char **a) {
    (void)n, (void)a;
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return -1;
    union { struct cmsghdr header; char bytes[CMSG_SPACE(sizeof(struct ucred))]; } ancillary;
    memset(&ancillary, 0, sizeof ancillary);
    struct iovec body = {"x", 1};
    struct msghdr message = {.msg_iov = &body, .msg_iovlen = 1, .msg_control = &ancillary,
                             .msg_controllen = sizeof ancillary};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    *header = (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_CREDENTIALS,
                               .cmsg_len = CMSG_LEN(sizeof(struct ucred))};
    struct ucred forged = {1, getuid() + 1, getgid() + 1};
    memcpy(CMSG_DATA(header), &forged, sizeof forged);
    return sendmsg(ends[0], &message, 0);
}

// A descriptor of the directory above, handed to another process of the run and opened from there: DIRECTORY NAME.
static long pass_directory(int n, char **a) {
    int ends[2], directory = n < 2 ? -1 : open(a[0], 0x10000 /* O_DIRECTORY */);
    if (directory < 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return -1;
    union { struct cmsghdr header; char bytes[CMSG_SPACE(sizeof(int))]; } ancillary;
    memset(&ancillary, 0, sizeof ancillary);
    char byte = 'x', buffer[64];
    struct iovec body = {&byte, 1};
    struct msghdr message = {.msg_iov = &body, .msg_iovlen = 1, .msg_control = &ancillary,
                             .msg_controllen = sizeof ancillary};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    *header = (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int))};
    memcpy(CMSG_DATA(header), &directory, sizeof directory);
    if (sendmsg(ends[0], &message, 0) != 1 || recvmsg(ends[1], &message, 0) != 1) return -1;
    memcpy(&directory, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof directory);
    int fd = openat(directory, a[1], 0);
    ssize_t count = fd < 0 ? -1 : read(fd, buffer, sizeof buffer);
    if (count > 0) fwrite(buffer, 1, (size_t)count, stdout);
    return count;
}

// The socket of the name cache, and every service: NAME.
static long look_up(int n, char **a) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (n < 1) return -1;
    strncpy(address.sun_path, a[0], sizeof address.sun_path - 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    return fd < 0 ? -1 : connect(fd, (struct sockaddr *)&address, sizeof address);
}

// Takes what listens there for its own: ADDRESS PORT, with the port shared.
static long share_port(int n, char **a) {
    if (n < 2) return -1;
    struct sockaddr_in address = inet4(a);
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0) return -1;
    return bind(fd, (struct sockaddr *)&address, sizeof address);
}

// A host option of its own: NAME of SOL_SOCKET, VALUE.
static long option_of(int n, char **a) {
    if (n < 2) return -1;
    int fd = socket(AF_INET, SOCK_STREAM, 0), value = atoi(a[1]);
    return fd < 0 ? -1 : setsockopt(fd, SOL_SOCKET, atoi(a[0]), &value, sizeof value);
}

const struct act attack_network_acts[] = {
    {"ask-name", ask_name}, {"connect-later", connect_later}, {"sendmsg-fastopen", send_message_fast},
    {"connect-mapped", connect_mapped}, {"forge-credentials", forge_credentials},
    {"pass-directory", pass_directory}, {"look-up", look_up}, {"share-port", share_port}, {"option-of", option_of},
    {0},
};
