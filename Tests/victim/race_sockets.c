// Acts on a descriptor that becomes another socket while the call is judged: each says how often a stream was connected
// that nobody granted.
#define _GNU_SOURCE
#include "victim.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int descriptor, other;
static atomic_int order;
static struct sockaddr_in address, wanted;

// Puts the other socket and the wanted address in place, a little later each time.
static void *exchange(void *unused) {
    (void)unused;
    for (;;) {
        int wait;
        while (!(wait = atomic_load(&order))) {}
        for (volatile int i = 0; i < wait * 40; i++) {}
        dup2(other, descriptor);
        memcpy(&address, &wanted, sizeof wanted);
        atomic_store(&order, 0);
    }
    return NULL;
}

static long race(char **arguments, struct sockaddr_in shown, int flags) {
    wanted = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(arguments[1])),
                                  .sin_addr.s_addr = inet_addr(arguments[0])};
    if (!shown.sin_family) shown = wanted;
    pthread_t thread;
    if (pthread_create(&thread, NULL, exchange, NULL) != 0) return -1;
    long tries = atol(arguments[2]), connected = 0;
    descriptor = dup(1);
    for (long i = 0; i < tries; i++) {
        int datagram = socket(AF_INET, SOCK_DGRAM, 0);
        other = socket(AF_INET, SOCK_STREAM, 0);
        // Bound to any address it may be one of the host's.
        struct sockaddr_in any = {.sin_family = AF_INET};
        if (flags && bind(other, (struct sockaddr *)&any, sizeof any) != 0) return -1;
        dup2(datagram, descriptor);
        memcpy(&address, &shown, sizeof shown);
        atomic_store(&order, 1 + (int)(i % 600));
        if (flags) sendto(descriptor, "x", 1, flags, (struct sockaddr *)&address, sizeof address);
        else connect(descriptor, (struct sockaddr *)&address, sizeof address);
        while (atomic_load(&order)) {}
        int type = 0;
        socklen_t length = sizeof type;
        getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &length);
        struct sockaddr_in peer;
        length = sizeof peer;
        connected += type == SOCK_STREAM && getpeername(descriptor, (struct sockaddr *)&peer, &length) == 0;
        close(datagram);
        close(other);
    }
    return connected;
}

// race-fast-open ADDRESS PORT TRIES: sends to the name server on a datagram socket, with MSG_FASTOPEN.
static long race_fast_open(int count, char **arguments) {
    if (count != 3) return -1;
    struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons(53), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    return race(arguments, server, MSG_FASTOPEN | MSG_NOSIGNAL);
}

// race-kind ADDRESS PORT TRIES: connects a datagram socket that becomes a stream.
static long race_kind(int count, char **arguments) {
    return count == 3 ? race(arguments, (struct sockaddr_in){0}, 0) : -1;
}

// linger: how long the socket says it would wait when it is closed, after it was told to.
static long linger(int count, char **arguments) {
    (void)count, (void)arguments;
    int stream = socket(AF_INET, SOCK_STREAM, 0);
    struct linger long_time = {1, 100000}, is = {0, 0};
    socklen_t length = sizeof is;
    if (setsockopt(stream, SOL_SOCKET, SO_LINGER, &long_time, sizeof long_time) != 0) return -1;
    if (getsockopt(stream, SOL_SOCKET, SO_LINGER, &is, &length) != 0) return -1;
    return is.l_onoff ? is.l_linger : 0;
}

const struct act race_socket_acts[] = {
    {"race-fast-open", race_fast_open}, {"race-kind", race_kind}, {"linger", linger}, {NULL, NULL}};
