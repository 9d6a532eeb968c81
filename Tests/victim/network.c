#define _GNU_SOURCE
#include "victim.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stddef.h>
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

// ADDRESS PORT
static long connect_tcp(int n, char **a) {
    if (n < 2) return -1;
    struct sockaddr_in address = inet4(a);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    return fd < 0 ? -1 : connect(fd, (struct sockaddr *)&address, sizeof address);
}

static long connect_tcp6(int n, char **a) {
    if (n < 2) return -1;
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = htons((unsigned short)atoi(a[1]))};
    inet_pton(AF_INET6, a[0], &address.sin6_addr);
    int fd = socket(AF_INET6, SOCK_STREAM, 0);
    return fd < 0 ? -1 : connect(fd, (struct sockaddr *)&address, sizeof address);
}

static long connect_udp(int n, char **a) {
    if (n < 2) return -1;
    struct sockaddr_in address = inet4(a);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    return fd < 0 ? -1 : connect(fd, (struct sockaddr *)&address, sizeof address);
}

static long send_udp(int n, char **a) {
    if (n < 2) return -1;
    struct sockaddr_in address = inet4(a);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    return fd < 0 ? -1 : sendto(fd, "x", 1, 0, (struct sockaddr *)&address, sizeof address);
}

static long send_message(int n, char **a) {
    if (n < 2) return -1;
    struct sockaddr_in address = inet4(a);
    struct iovec body = {"x", 1};
    struct msghdr message = {.msg_name = &address, .msg_namelen = sizeof address, .msg_iov = &body, .msg_iovlen = 1};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    return fd < 0 ? -1 : sendmsg(fd, &message, 0);
}

static long send_messages(int n, char **a) {
    if (n < 2) return -1;
    struct sockaddr_in address = inet4(a);
    struct iovec body = {"x", 1};
    struct mmsghdr messages[2];
    memset(messages, 0, sizeof messages);
    for (int i = 0; i < 2; i++)
        messages[i].msg_hdr = (struct msghdr){
            .msg_name = &address, .msg_namelen = sizeof address, .msg_iov = &body, .msg_iovlen = 1};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    return fd < 0 ? -1 : sendmmsg(fd, messages, 2, 0);
}

static long send_fast_open(int n, char **a) {
    if (n < 2) return -1;
    struct sockaddr_in address = inet4(a);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    return fd < 0 ? -1 : sendto(fd, "x", 1, MSG_FASTOPEN, (struct sockaddr *)&address, sizeof address);
}

static long bind_tcp(int n, char **a) {
    if (n < 2) return -1;
    struct sockaddr_in address = inet4(a);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    return fd < 0 ? -1 : bind(fd, (struct sockaddr *)&address, sizeof address);
}

static long listen_unbound(int n, char **a) {
    (void)n, (void)a;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    return fd < 0 ? -1 : listen(fd, 1);
}

static long connect_to(const char *path, socklen_t length, int abstract, int type) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path + abstract, path, length < sizeof address.sun_path ? length : sizeof address.sun_path - 1);
    int fd = socket(AF_UNIX, type, 0);
    if (fd < 0) return -1;
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + (abstract ? 1 : 1));
    return connect(fd, (struct sockaddr *)&address, size);
}

// PATH [DIRECTORY]
static long connect_unix(int n, char **a) {
    if (n < 1 || (n > 1 && chdir(a[1]) != 0)) return -1;
    return connect_to(a[0], (socklen_t)strlen(a[0]), 0, SOCK_STREAM);
}

// PATH LINK
static long connect_unix_link(int n, char **a) {
    if (n < 2 || symlink(a[0], a[1]) != 0) return -1;
    return connect_to(a[1], (socklen_t)strlen(a[1]), 0, SOCK_STREAM);
}

static long send_to_path(int fd, const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    return fd < 0 ? -1 : sendto(fd, "x", 1, 0, (struct sockaddr *)&address, sizeof address);
}

static long send_unix(int n, char **a) { return n < 1 ? -1 : send_to_path(socket(AF_UNIX, SOCK_DGRAM, 0), a[0]); }

// One end of a pair may send elsewhere, too.
static long send_unix_pair(int n, char **a) {
    int ends[2];
    return n < 1 || socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) != 0 ? -1 : send_to_path(ends[0], a[0]);
}

static long connect_unix_datagram(int n, char **a) {
    return n < 1 ? -1 : connect_to(a[0], (socklen_t)strlen(a[0]), 0, SOCK_DGRAM);
}
static long connect_abstract(int n, char **a) { return n < 1 ? -1 : connect_to(a[0], (socklen_t)strlen(a[0]), 1, SOCK_STREAM); }

static long bind_unix(int n, char **a) {
    if (n < 1) return -1;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, a[0], sizeof address.sun_path - 1);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    return fd < 0 ? -1 : bind(fd, (struct sockaddr *)&address, sizeof address);
}

// A local socket of the run's own, both ends in it: PATH [DIRECTORY].
static long serve_unix(int n, char **a) {
    if (n < 1 || (n > 1 && chdir(a[1]) != 0)) return -1;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, a[0], sizeof address.sun_path - 1);
    int server = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0);
    if (server < 0 || client < 0 || bind(server, (struct sockaddr *)&address, sizeof address) != 0) return -1;
    if (listen(server, 4) != 0 || connect(client, (struct sockaddr *)&address, sizeof address) != 0) return -1;
    int peer = accept(server, NULL, NULL);
    char byte = 0;
    if (peer < 0 || write(client, "y", 1) != 1 || read(peer, &byte, 1) != 1) return -1;
    return byte == 'y' ? 0 : -1;
}

// What a server says on being connected to: its length.
static long ask(int fd, const struct sockaddr_in *address) {
    char buffer[16];
    if (fd < 0 || connect(fd, (const struct sockaddr *)address, sizeof *address) != 0) return -1;
    return read(fd, buffer, sizeof buffer);
}

static long ask_tcp(int n, char **a) {
    if (n < 2) return -1;
    struct sockaddr_in address = inet4(a);
    return ask(socket(AF_INET, SOCK_STREAM, 0), &address);
}

// The same by a socket that does not wait.
static long ask_tcp_later(int n, char **a) {
    if (n < 2) return -1;
    struct sockaddr_in address = inet4(a);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (fd < 0) return -1;
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0 && errno != EINPROGRESS) return -1;
    struct pollfd waiting = {fd, POLLIN, 0};
    char buffer[16];
    return poll(&waiting, 1, -1) == 1 ? read(fd, buffer, sizeof buffer) : -1;
}

// One connection, taken off and made into another: ADDRESS PORT ADDRESS PORT.
static long reconnect_tcp(int n, char **a) {
    if (n < 4) return -1;
    struct sockaddr_in first = inet4(a), second = inet4(a + 2);
    struct sockaddr none = {.sa_family = AF_UNSPEC};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&first, sizeof first) != 0) return -1;
    if (connect(fd, &none, sizeof none) != 0) return -1;
    return connect(fd, (struct sockaddr *)&second, sizeof second);
}

// Waits for one visitor: ADDRESS PORT. The byte that it says.
static long serve_tcp(int n, char **a) {
    if (n < 2) return -1;
    struct sockaddr_in address = inet4(a);
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) return -1;
    if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 4) != 0) return -1;
    int peer = accept(fd, NULL, NULL);
    unsigned char byte = 0;
    return peer >= 0 && read(peer, &byte, 1) == 1 ? byte : -1;
}

// A loose source route by way of another host, in the header of every packet (RFC 791): ADDRESS.
static long route4(int n, char **a) {
    unsigned char options[8] = {0x83, 7, 4};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (n < 1 || fd < 0 || inet_pton(AF_INET, a[0], options + 3) != 1) return -1;
    return setsockopt(fd, IPPROTO_IP, IP_OPTIONS, options, sizeof options);
}

// The same for IPv6, a segment routing header (RFC 8754), which needs no privilege: ADDRESS.
static long route6(int n, char **a) {
    unsigned char header[24] = {0, 2, 4};
    int fd = socket(AF_INET6, SOCK_STREAM, 0);
    if (n < 1 || fd < 0 || inet_pton(AF_INET6, a[0], header + 8) != 1) return -1;
    return setsockopt(fd, IPPROTO_IPV6, IPV6_RTHDR, header, sizeof header);
}

// FAMILY LEVEL OPTION VALUE
static long set_option(int n, char **a) {
    if (n < 4) return -1;
    int fd = socket(atoi(a[0]), SOCK_STREAM, 0), value = atoi(a[3]);
    return fd < 0 ? -1 : setsockopt(fd, atoi(a[1]), atoi(a[2]), &value, sizeof value);
}

// TYPE
static long make_pair(int n, char **a) {
    int ends[2];
    return n < 1 ? -1 : socketpair(AF_UNIX, atoi(a[0]), 0, ends);
}

// FAMILY TYPE PROTOCOL
static long make_socket(int n, char **a) { return n < 3 ? -1 : socket(atoi(a[0]), atoi(a[1]), atoi(a[2])); }

const struct act network_acts[] = {
    {"connect-tcp", connect_tcp}, {"connect-tcp6", connect_tcp6}, {"connect-udp", connect_udp},
    {"send-udp", send_udp}, {"sendmsg", send_message}, {"sendmmsg", send_messages}, {"send-fastopen", send_fast_open},
    {"bind-tcp", bind_tcp}, {"listen", listen_unbound}, {"connect-unix", connect_unix},
    {"connect-unix-datagram", connect_unix_datagram}, {"connect-abstract", connect_abstract},
    {"bind-unix", bind_unix}, {"serve-unix", serve_unix}, {"socket", make_socket}, {"ask-tcp", ask_tcp},
    {"ask-tcp-later", ask_tcp_later}, {"reconnect-tcp", reconnect_tcp}, {"serve-tcp", serve_tcp},
    {"socketpair", make_pair}, {"connect-unix-link", connect_unix_link}, {"send-unix", send_unix},
    {"send-unix-pair", send_unix_pair}, {"route4", route4}, {"route6", route6}, {"set-option", set_option}, {0},
};
