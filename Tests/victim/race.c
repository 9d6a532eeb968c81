// Acts whose arguments another thread changes while they are judged: each says how often what it must not get
// came of it.
#define _GNU_SOURCE
#include "victim.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIZE = 128 };

// What the judge reads and the kernel reads again: now one thing, now the other.
static struct swap {
    _Alignas(16) char shown[SIZE];
    char granted[SIZE], forbidden[SIZE];
    size_t length;
    atomic_int over;
    atomic_long count;
} swap;

static void *alternate(void *unused) {
    (void)unused;
    while (!atomic_load_explicit(&swap.over, memory_order_relaxed)) {
        memcpy(swap.shown, swap.forbidden, swap.length);
        __asm__ volatile("" ::: "memory");
        for (volatile int i = 0; i < 200; i++) {}
        memcpy(swap.shown, swap.granted, swap.length);
        __asm__ volatile("" ::: "memory");
        for (volatile int i = 0; i < 200; i++) {}
        atomic_fetch_add_explicit(&swap.count, 2, memory_order_relaxed);
    }
    return NULL;
}

// Whether to go on: for so many rounds, and until the memory has changed a million times.
static int goes_on(long *rounds) {
    return (*rounds)-- > 0 || atomic_load_explicit(&swap.count, memory_order_relaxed) < 1000000;
}

static pthread_t begin(size_t length) {
    pthread_t thread;
    swap.length = length;
    memcpy(swap.shown, swap.granted, SIZE);
    if (pthread_create(&thread, NULL, alternate, NULL) != 0) _exit(3);
    return thread;
}

static void end(pthread_t thread) {
    atomic_store(&swap.over, 1);
    pthread_join(thread, NULL);
}

// Opens GRANTED or FORBIDDEN, ROUNDS times; paths of one length. What is forbidden begins with an `s`.
static long race_open(int n, char **a) {
    if (n < 3) return -1;
    strncpy(swap.granted, a[0], SIZE - 1);
    strncpy(swap.forbidden, a[1], SIZE - 1);
    pthread_t thread = begin(SIZE);
    long wrong = 0, right = 0;
    for (long i = atol(a[2]); goes_on(&i);) {
        int fd = (int)syscall(SYS_openat, AT_FDCWD, swap.shown, O_RDONLY);
        char first = 0;
        if (fd < 0) continue;
        if (read(fd, &first, 1) == 1 && first == 's') wrong++;
        else right++;
        close(fd);
    }
    end(thread);
    // Without a success of the granted kind nothing was raced.
    return right ? wrong : -1;
}

// Runs GRANTED or FORBIDDEN, which say by their status whether they are the first: GRANTED FORBIDDEN ROUNDS.
static long race_execute(int n, char **a) {
    if (n < 3) return -1;
    strncpy(swap.granted, a[0], SIZE - 1);
    strncpy(swap.forbidden, a[1], SIZE - 1);
    pthread_t thread = begin(SIZE);
    long wrong = 0, right = 0;
    for (long i = atol(a[2]); goes_on(&i);) {
        // The memory is shared, so that the thread goes on changing what the child gives to execve.
        char *arguments[] = {"victim", "is-program", a[0], NULL}, *environment[] = {NULL};
        int status = 0;
        pid_t pid = vfork();
        if (pid == 0) {
            syscall(SYS_execve, swap.shown, arguments, environment);
            _exit(127);
        }
        if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status)) continue;
        if (WEXITSTATUS(status) == 0) right++;
        else if (WEXITSTATUS(status) != 127) wrong++;
    }
    end(thread);
    return right ? wrong : -1;
}

// Changes what is known of GRANTED or FORBIDDEN beside its contents, ROUNDS times: mode, owner and times.
static long race_metadata(int n, char **a) {
    if (n < 3) return -1;
    strncpy(swap.granted, a[0], SIZE - 1);
    strncpy(swap.forbidden, a[1], SIZE - 1);
    int fd = open(a[0], O_WRONLY | O_CREAT, 0600);
    if (fd < 0) return -1;
    pthread_t thread = begin(SIZE);
    const struct timespec long_ago[2] = {{1, 0}, {1, 0}};
    long right = 0;
    for (long i = atol(a[2]); goes_on(&i);) {
        right += chmod(swap.shown, 0777) == 0;
        right += chown(swap.shown, (uid_t)-1, getgid()) == 0;
        right += utimensat(AT_FDCWD, swap.shown, long_ago, 0) == 0;
        right += syscall(SYS_setxattr, swap.shown, "user.victim", "x", 1, 0) == 0;
    }
    end(thread);
    return right ? 0 : -1;
}

// Whether the program that runs is the one at PATH.
static long is_program(int n, char **a) {
    char path[4096] = {0};
    if (n < 1 || readlink("/proc/self/exe", path, sizeof path - 1) < 0) return -1;
    // Silent: it is run very often.
    _exit(strcmp(path, a[0]) == 0 ? 0 : 1);
}

static void *answer(void *server) {
    for (;;) {
        int peer = accept(*(int *)server, NULL, NULL);
        if (peer >= 0) close(peer);
    }
    return NULL;
}

static void local(char *into, const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    memcpy(into, &address, sizeof address);
}

static int serve(const char *path) {
    static int server;
    pthread_t thread;
    struct sockaddr_un address;
    local((char *)&address, path);
    server = socket(AF_UNIX, SOCK_STREAM, 0);
    if (server < 0 || bind(server, (struct sockaddr *)&address, sizeof address) != 0) return -1;
    if (listen(server, 128) != 0 || pthread_create(&thread, NULL, answer, &server) != 0) return -1;
    return 0;
}

static long connect_rounds(long rounds, int family, int type, size_t length) {
    long right = 0;
    struct linger at_once = {1, 0};
    while (family == AF_UNIX ? rounds-- > 0 : goes_on(&rounds)) {
        int fd = socket(family, type, 0);
        if (fd < 0) return -1;
        if (family != AF_UNIX) setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        if (connect(fd, (struct sockaddr *)swap.shown, (socklen_t)length) == 0) right++;
        if (family != AF_UNIX) setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        close(fd);
    }
    return right;
}

// Connects to the run's own socket OWN or to FORBIDDEN, ROUNDS times. Who listens there knows who came.
static long race_connect_unix(int n, char **a) {
    if (n < 3 || serve(a[0]) != 0) return -1;
    local(swap.granted, a[0]);
    local(swap.forbidden, a[1]);
    pthread_t thread = begin(sizeof(struct sockaddr_un));
    long right = connect_rounds(atol(a[2]), AF_UNIX, SOCK_STREAM, sizeof(struct sockaddr_un));
    end(thread);
    return right;
}

// The same through one name, a symbolic link that leads now here, now there: OWN FORBIDDEN LINK ROUNDS.
static void *relink(void *arguments) {
    char **a = arguments, other[SIZE];
    snprintf(other, sizeof other, "%s.new", a[2]);
    for (int i = 0; !atomic_load(&swap.over); i++)
        if (symlink(a[i & 1], other) == 0) rename(other, a[2]);
    return NULL;
}

static long race_link(int n, char **a) {
    pthread_t thread;
    if (n < 4 || serve(a[0]) != 0 || symlink(a[0], a[2]) != 0) return -1;
    local(swap.shown, a[2]);
    if (pthread_create(&thread, NULL, relink, a) != 0) return -1;
    long right = connect_rounds(atol(a[3]), AF_UNIX, SOCK_STREAM, sizeof(struct sockaddr_un));
    end(thread);
    return right;
}

static void internet(char *into, char **a) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(a[1]))};
    inet_pton(AF_INET, a[0], &address.sin_addr);
    memcpy(into, &address, sizeof address);
}

// ADDRESS PORT ADDRESS PORT ROUNDS: the first is granted.
static long race_connect_tcp(int n, char **a) {
    if (n < 5) return -1;
    internet(swap.granted, a);
    internet(swap.forbidden, a + 2);
    pthread_t thread = begin(sizeof(struct sockaddr_in));
    long right = connect_rounds(atol(a[4]), AF_INET, SOCK_STREAM, sizeof(struct sockaddr_in));
    end(thread);
    return right;
}

// A connection that is there, taken off (AF_UNSPEC) or turned to what is forbidden: the same arguments.
static long race_disconnect(int n, char **a) {
    if (n < 5) return -1;
    struct sockaddr_in first;
    internet((char *)&first, a);
    internet(swap.forbidden, a + 2);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&first, sizeof first) != 0) return -1;
    pthread_t thread = begin(sizeof first);
    long made = 0;
    for (long i = atol(a[4]); goes_on(&i);)
        if (connect(fd, (struct sockaddr *)swap.shown, sizeof first) == 0) made++;
    end(thread);
    return made;
}

// Sends to nobody (AF_UNSPEC) or to what is forbidden: ADDRESS PORT ROUNDS. Without a network of its own the run has
// no such socket.
static long race_send(int n, char **a) {
    if (n < 3) return -1;
    internet(swap.forbidden, a);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0) return -1;
    pthread_t thread = begin(sizeof(struct sockaddr_in));
    long sent = 0;
    for (long i = atol(a[2]); goes_on(&i);) {
        struct iovec body = {"x", 1};
        struct msghdr message = {
            .msg_name = swap.shown, .msg_namelen = sizeof(struct sockaddr_in), .msg_iov = &body, .msg_iovlen = 1};
        if (sendmsg(fd, &message, 0) == 1) sent++;
    }
    end(thread);
    return sent;
}

// Sends to who is granted or to who is not: ADDRESS PORT ADDRESS PORT ROUNDS. How often that was let go.
static long race_send_granted(int n, char **a) {
    if (n < 5) return -1;
    internet(swap.granted, a);
    internet(swap.forbidden, a + 2);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0) return -1;
    pthread_t thread = begin(sizeof(struct sockaddr_in));
    long sent = 0, rounds = atol(a[4]);
    while (goes_on(&rounds))
        if (sendto(fd, "x", 1, 0, (struct sockaddr *)swap.shown, sizeof(struct sockaddr_in)) == 1) sent++;
    end(thread);
    return sent;
}

const struct act race_acts[] = {
    {"race-open", race_open}, {"race-connect-unix", race_connect_unix}, {"race-link", race_link},
    {"race-connect-tcp", race_connect_tcp}, {"race-disconnect", race_disconnect}, {"race-send", race_send},
    {"race-send-granted", race_send_granted},
    {"race-execute", race_execute}, {"race-metadata", race_metadata}, {"is-program", is_program}, {0},
};
