// Ways to use more than was given.
#define _GNU_SOURCE
#include "victim.h"

#include <netinet/in.h>
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MEBIBYTE = 1 << 20 };

static void burn(long milliseconds) {
    struct timespec now;
    do clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    while (now.tv_sec * 1000 + now.tv_nsec / 1000000 < milliseconds);
}

// Children whose end nobody hears of, one after another: MILLISECONDS each. The kernel adds their time to nobody's.
static long cpu_unheard(int n, char **a) {
    signal(SIGCHLD, SIG_IGN);
    for (;;) {
        pid_t pid = fork();
        if (pid == 0) {
            burn(n < 1 ? 5 : atol(a[0]));
            _exit(0);
        }
        // Ends with ECHILD when the child is gone.
        if (pid > 0) waitpid(pid, NULL, 0);
    }
}

// Grandchildren, which become orphans: MILLISECONDS each.
static long cpu_orphans(int n, char **a) {
    for (;;) {
        int ends[2];
        char byte;
        if (pipe(ends) != 0) return -1;
        pid_t pid = fork();
        if (pid == 0) {
            if (fork() == 0) burn(n < 1 ? 50 : atol(a[0]));
            _exit(0);
        }
        close(ends[1]);
        if (pid > 0) waitpid(pid, NULL, 0);
        // The end of the stream is the end of the last of them.
        if (read(ends[0], &byte, 1) < 0) return -1;
        close(ends[0]);
    }
}

// Memory that can be shared and that no table of pages shows any more.
static long memory_forgotten(int n, char **a) {
    (void)n, (void)a;
    for (;;) {
        char *piece = mmap(NULL, MEBIBYTE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (piece == MAP_FAILED) return -1;
        memset(piece, 1, MEBIBYTE);
        madvise(piece, MEBIBYTE, MADV_DONTNEED);
    }
}

// The same, held by one page of it that stays.
static long memory_held_by_a_page(int n, char **a) {
    (void)n, (void)a;
    const size_t length = 16 * (size_t)MEBIBYTE;
    for (;;) {
        char *piece = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (piece == MAP_FAILED) return -1;
        memset(piece, 1, length);
        munmap(piece + 4096, length - 4096);
    }
}

// The file system in memory, without a name: DIRECTORY.
static long memory_unnamed(int n, char **a) {
    static char piece[MEBIBYTE];
    int fd = n < 1 ? -1 : open(a[0], O_TMPFILE | O_RDWR, 0600);
    memset(piece, 1, sizeof piece);
    while (fd >= 0 && write(fd, piece, sizeof piece) > 0) {}
    return -1;
}

// Reserved without being written: DIRECTORY.
static long memory_reserved(int n, char **a) {
    char path[4096];
    for (int i = 0; n > 0; i++) {
        snprintf(path, sizeof path, "%s/%d", a[0], i);
        int fd = open(path, O_RDWR | O_CREAT, 0600);
        if (fd < 0 || fallocate(fd, 0, 0, 4 * MEBIBYTE) != 0) return -1;
        close(fd);
    }
    return -1;
}

// What waits in sockets that nobody reads, and in pipes.
static long memory_in_sockets(int n, char **a) {
    (void)n, (void)a;
    static char piece[65536];
    for (;;) {
        int ends[2];
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) != 0) {
            if (fork() != 0)
                for (;;) pause();
            // The child has what its parent has; it closes that and makes its own.
            for (int fd = 3; fd < 4096; fd++) close(fd);
            continue;
        }
        for (int i = 0; i < 2; i++)
            while (write(ends[i], piece, sizeof piece) > 0) {}
    }
}

// memory-in-connections PORT: fills connections with itself, and reads none.
static long memory_in_connections(int n, char **a) {
    if (n != 1) return -1;
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(a[0])),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int server = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(server, (struct sockaddr *)&own, sizeof own) != 0 || listen(server, 64) != 0) return -1;
    static char block[1 << 16];
    for (int i = 0; i < 60; i++) {
        int ends[2] = {socket(AF_INET, SOCK_STREAM, 0), -1};
        if (connect(ends[0], (struct sockaddr *)&own, sizeof own) != 0) return -1;
        ends[1] = accept(server, NULL, NULL);
        for (int end = 0; end < 2; end++)
            for (int again = 0; again < 20; again++) {
                while (send(ends[end], block, sizeof block, MSG_DONTWAIT | MSG_NOSIGNAL) > 0) {}
                usleep(200);
            }
    }
    sleep(60);
    return 0;
}

static long memory_in_pipes(int n, char **a) {
    (void)n, (void)a;
    static char piece[65536];
    long held = 0;
    int ends[2];
    while (pipe2(ends, O_NONBLOCK) == 0) {
        fcntl(ends[1], F_SETPIPE_SZ, MEBIBYTE);
        for (ssize_t count; (count = write(ends[1], piece, sizeof piece)) > 0;) held += count;
    }
    errno = EMFILE;
    // More than 64 MiB in pipes is more than one user gets (pipe(7)).
    return held > 80L * MEBIBYTE ? held : -1;
}

// Names without contents: DIRECTORY. Without an end of its own, the file system would be full of them.
static long inodes(int n, char **a) {
    char path[4096];
    for (long i = 0; n > 0 && i < 10000000; i++) {
        snprintf(path, sizeof path, "%s/%ld", a[0], i);
        if (mknod(path, 0100600, 0) != 0) return i < 100000 ? -1 : i;
    }
    return 0;
}

// Many names of one empty file: DIRECTORY COUNT.
static long link_many(int n, char **a) {
    char first[4096], path[4096];
    if (n < 2) return -1;
    snprintf(first, sizeof first, "%s/first", a[0]);
    int fd = open(first, O_WRONLY | O_CREAT, 0644);
    if (fd < 0 || close(fd) != 0) return -1;
    for (long i = 0; i < atol(a[1]); i++) {
        snprintf(path, sizeof path, "%s/%ld", a[0], i);
        if (link(first, path) != 0) return -1;
    }
    return 0;
}

// A child that is stopped, and one whose parent waits for its execve in the kernel, where no signal but one reaches it.
static long stopped_child(int n, char **a) {
    (void)n, (void)a;
    if (fork() == 0) raise(SIGSTOP);
    signal(SIGTERM, SIG_IGN);
    for (;;) pause();
}

static long waiting_parent(int n, char **a) {
    (void)n, (void)a;
    signal(SIGTERM, SIG_IGN);
    // vfork(2), without a library that has opinions about it.
    if (syscall(SYS_clone, 0x4000 /* CLONE_VFORK */ | SIGCHLD, 0, 0, 0, 0) == 0) {
        raise(SIGSTOP);
        for (;;) pause();
    }
    for (;;) pause();
}

// Stops itself and everything of its group.
static long stop_all(int n, char **a) {
    (void)n, (void)a;
    signal(SIGTERM, SIG_IGN);
    for (int i = 0; i < 4; i++)
        if (fork() == 0)
            for (;;) pause();
    kill(0, SIGSTOP);
    for (;;) pause();
}

static int another(void *unused) {
    (void)unused;
    for (;;) pause();
}

static long threads(int n, char **a) {
    (void)n, (void)a;
    static char stacks[4096][4096];
    for (int i = 0; i < 4096; i++)
        if (clone(another, stacks[i] + sizeof stacks[i], 0x10f00, NULL) < 0) usleep(1000);
    for (;;) pause();
}

// COUNT forbidden acts as fast as they come; each is an event.
static long denials(int n, char **a) {
    long refused = 0;
    for (long i = n < 1 ? 1000 : atol(a[0]); i > 0; i--)
        if (syscall(SYS_acct, NULL) != 0 && errno == EPERM) refused++;
    return refused;
}

// COUNT programs that are not there, in a row.
static long failing_execs(int n, char **a) {
    char *arguments[] = {"none", NULL}, *environment[] = {NULL};
    for (long i = n < 1 ? 1000 : atol(a[0]); i > 0; i--) execve("/tmp/none", arguments, environment);
    return -1;
}

const struct act attack_limit_acts[] = {
    {"cpu-unheard", cpu_unheard}, {"cpu-orphans", cpu_orphans}, {"memory-forgotten", memory_forgotten},
    {"memory-held-by-a-page", memory_held_by_a_page}, {"memory-unnamed", memory_unnamed},
    {"memory-reserved", memory_reserved}, {"memory-in-sockets", memory_in_sockets},
    {"memory-in-pipes", memory_in_pipes}, {"memory-in-connections", memory_in_connections}, {"inodes", inodes}, {"link-many", link_many},
    {"stopped-child", stopped_child},
    {"waiting-parent", waiting_parent}, {"stop-all", stop_all}, {"thread-bomb", threads}, {"denials", denials},
    {"failing-execs", failing_execs}, {0},
};
