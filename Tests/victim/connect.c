// What connect(2) promises besides the connection.
#define _GNU_SOURCE
#include "victim.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

// ADDRESS PORT of either family; its length.
static socklen_t parse(char **a, union address *address) {
    memset(address, 0, sizeof *address);
    unsigned short port = htons((unsigned short)atoi(a[1]));
    if (inet_pton(AF_INET, a[0], &address->v4.sin_addr) == 1) {
        address->v4.sin_family = AF_INET;
        address->v4.sin_port = port;
        return sizeof address->v4;
    }
    inet_pton(AF_INET6, a[0], &address->v6.sin6_addr);
    address->v6.sin6_family = AF_INET6;
    address->v6.sin6_port = port;
    return sizeof address->v6;
}

// Connects and reads what the server says: ADDRESS PORT. Its length.
static long ask(int n, char **a) {
    union address address;
    char buffer[16];
    if (n < 2) return -1;
    socklen_t length = parse(a, &address);
    int fd = socket(address.any.sa_family, SOCK_STREAM, 0);
    return fd < 0 || connect(fd, &address.any, length) != 0 ? -1 : read(fd, buffer, sizeof buffer);
}

// Connects what is connected: ADDRESS PORT.
static long connect_again(int n, char **a) {
    union address address;
    if (n < 2) return -1;
    socklen_t length = parse(a, &address);
    int fd = socket(address.any.sa_family, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, &address.any, length) != 0) return -1;
    return connect(fd, &address.any, length);
}

// Connects without waiting, as programs did that asked by connecting again whether it is done: ADDRESS PORT. Anything
// but one connection is an error.
static long connect_by_asking(int n, char **a) {
    union address address;
    char buffer[16];
    if (n < 2) return -1;
    socklen_t length = parse(a, &address);
    int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (fd < 0) return -1;
    while (connect(fd, &address.any, length) != 0) {
        if (errno == EISCONN) break;
        if (errno != EINPROGRESS && errno != EALREADY) return -1;
        struct pollfd waiting = {fd, POLLOUT, 0};
        if (errno == EALREADY && poll(&waiting, 1, -1) != 1) return -1;
    }
    struct pollfd waiting = {fd, POLLIN, 0};
    return poll(&waiting, 1, -1) == 1 ? read(fd, buffer, sizeof buffer) : -1;
}

// Connects to somebody who does not answer, for 100 ms (SO_SNDTIMEO): ADDRESS PORT.
static long connect_for_a_while(int n, char **a) {
    union address address;
    struct timeval while_ = {0, 100000};
    if (n < 2) return -1;
    socklen_t length = parse(a, &address);
    int fd = socket(address.any.sa_family, SOCK_STREAM, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &while_, sizeof while_) != 0) return -1;
    return connect(fd, &address.any, length);
}

static void ring(int signal) { (void)signal; }

// The same until a signal comes: ADDRESS PORT.
static long connect_until_signal(int n, char **a) {
    union address address;
    struct sigaction action = {.sa_handler = ring};
    struct itimerval soon = {{0, 0}, {0, 100000}};
    if (n < 2) return -1;
    socklen_t length = parse(a, &address);
    int fd = socket(address.any.sa_family, SOCK_STREAM, 0);
    if (fd < 0 || sigaction(SIGALRM, &action, NULL) != 0 || setitimer(ITIMER_REAL, &soon, NULL) != 0) return -1;
    return connect(fd, &address.any, length);
}

static char **slow;
static atomic_int has_begun, is_over;

static void *wait_for_ever(void *unused) {
    (void)unused;
    union address address;
    socklen_t length = parse(slow, &address);
    int fd = socket(address.any.sa_family, SOCK_STREAM, 0);
    atomic_store(&has_begun, 1);
    connect(fd, &address.any, length);
    atomic_store(&is_over, 1);
    return NULL;
}

// One thread waits for somebody who does not answer, another goes on with judged calls: ADDRESS PORT ADDRESS PORT,
// the second answers. The number of bytes that it says, unless the first thread came back.
static long connect_beside(int n, char **a) {
    pthread_t thread;
    if (n < 4) return -1;
    slow = a;
    if (pthread_create(&thread, NULL, wait_for_ever, NULL) != 0) return -1;
    while (!atomic_load(&has_begun)) usleep(1000);
    for (int i = 0; i < 200; i++) {
        int fd = open("/nowhere", O_RDONLY);
        if (fd >= 0) close(fd);
        usleep(500);
    }
    long length = ask(2, a + 2);
    errno = EDOM;
    return atomic_load(&is_over) ? -1 : length;
}

static int has(int fd, int level, int name, int wanted) {
    int value = 0;
    socklen_t length = sizeof value;
    return getsockopt(fd, level, name, &value, &length) == 0 && value == wanted;
}

// What was set before connecting is set afterwards: ADDRESS PORT. 0, or which one is not.
static long connect_with_options(int n, char **a) {
    union address address;
    if (n < 2) return -1;
    socklen_t length = parse(a, &address), size;
    int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1, ninety = 90, room = 65536;
    struct timeval time = {7, 250000}, found;
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one) != 0 ||
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) != 0 ||
        setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &ninety, sizeof ninety) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room) != 0)
        return -1;
    if (connect(fd, &address.any, length) != 0) return -1;
    if (!has(fd, SOL_SOCKET, SO_KEEPALIVE, 1)) return 1;
    if (!has(fd, IPPROTO_TCP, TCP_NODELAY, 1)) return 2;
    if (!has(fd, IPPROTO_TCP, TCP_KEEPIDLE, 90)) return 3;
    size = sizeof found;
    if (getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &found, &size) != 0 || found.tv_sec != 7) return 4;
    if (!has(fd, SOL_SOCKET, SO_RCVBUF, 131072)) return 5;
    if (!(fcntl(fd, F_GETFD) & FD_CLOEXEC)) return 6;
    return fcntl(fd, F_GETFL) & O_NONBLOCK ? 7 : 0;
}

// A connection by way of a socket that was passed on before: ADDRESS PORT. The copy is not connected, and cannot be
// to anybody else.
static long connect_copy(int n, char **a) {
    union address address, other;
    if (n < 4) return -1;
    socklen_t length = parse(a, &address), length2 = parse(a + 2, &other);
    int fd = socket(address.any.sa_family, SOCK_STREAM, 0), copy = dup(fd);
    if (copy < 0 || connect(fd, &address.any, length) != 0) return -1;
    return connect(copy, &other.any, length2);
}

static int flipped;
static void *flip(void *unused) {
    (void)unused;
    while (!atomic_load(&is_over)) {
        int flags = fcntl(flipped, F_GETFL);
        fcntl(flipped, F_SETFL, flags & ~O_NONBLOCK);
    }
    return NULL;
}

// Connects to a local server of its own that takes nobody, by a socket that another thread keeps telling to wait: PATH
// ROUNDS. The number of times it was told that nobody takes it.
static long connect_full(int n, char **a) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    pthread_t thread;
    long refused = 0;
    if (n < 2) return -1;
    strncpy(address.sun_path, a[0], sizeof address.sun_path - 1);
    int server = socket(AF_UNIX, SOCK_STREAM, 0), first = socket(AF_UNIX, SOCK_STREAM, 0);
    flipped = socket(AF_UNIX, SOCK_STREAM, 0);
    if (bind(server, (struct sockaddr *)&address, sizeof address) != 0 || listen(server, 0) != 0) return -1;
    if (connect(first, (struct sockaddr *)&address, sizeof address) != 0) return -1;
    if (pthread_create(&thread, NULL, flip, NULL) != 0) return -1;
    for (long i = atol(a[1]); i > 0; i--)
        if (connect(flipped, (struct sockaddr *)&address, sizeof address) != 0 && errno == EAGAIN) refused++;
    atomic_store(&is_over, 1);
    pthread_join(thread, NULL);
    return refused;
}

static long exchange(int fd, long sent) {
    char buffer[128];
    struct timeval while_ = {20, 0};
    if (sent < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &while_, sizeof while_) != 0) return -1;
    return recv(fd, buffer, sizeof buffer, 0);
}

// Sends a datagram of three bytes by one of four calls, and waits for the answer: ADDRESS PORT CALL. Its length.
static long ask_datagram(int n, char **a) {
    union address address;
    if (n < 3) return -1;
    socklen_t length = parse(a, &address);
    int fd = socket(address.any.sa_family, SOCK_DGRAM, 0);
    struct iovec body = {"ask", 3};
    struct mmsghdr message = {.msg_hdr = {.msg_name = &address, .msg_namelen = length, .msg_iov = &body, .msg_iovlen = 1}};
    if (fd < 0) return -1;
    if (strcmp(a[2], "send") == 0)
        return connect(fd, &address.any, length) != 0 ? -1 : exchange(fd, send(fd, "ask", 3, 0));
    if (strcmp(a[2], "sendto") == 0) return exchange(fd, sendto(fd, "ask", 3, 0, &address.any, length));
    if (strcmp(a[2], "sendmsg") == 0) return exchange(fd, sendmsg(fd, &message.msg_hdr, 0));
    return exchange(fd, sendmmsg(fd, &message, 1, 0));
}

// Connects a datagram socket and sends, which no call of its own is needed for: ADDRESS PORT.
static long tell_datagram(int n, char **a) {
    union address address;
    if (n < 2) return -1;
    socklen_t length = parse(a, &address);
    int fd = socket(address.any.sa_family, SOCK_DGRAM, 0);
    return fd < 0 || connect(fd, &address.any, length) != 0 ? -1 : write(fd, "tell", 4);
}

const struct act connect_acts[] = {
    {"ask-datagram", ask_datagram}, {"tell-datagram", tell_datagram},
    {"ask", ask}, {"connect-again", connect_again}, {"connect-by-asking", connect_by_asking},
    {"connect-for-a-while", connect_for_a_while}, {"connect-until-signal", connect_until_signal},
    {"connect-beside", connect_beside}, {"connect-with-options", connect_with_options},
    {"connect-copy", connect_copy}, {"connect-full", connect_full}, {0},
};
