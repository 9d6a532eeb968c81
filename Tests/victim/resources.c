#define _GNU_SOURCE
#include "victim.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long spin(int n, char **a) {
    (void)n, (void)a;
    for (volatile unsigned long i = 0;; i++) {}
}

// In that many processes at once: COUNT.
static long spin_many(int n, char **a) {
    for (int i = n < 1 ? 2 : atoi(a[0]); i > 1; i--)
        if (fork() == 0) spin(0, NULL);
    return spin(0, NULL);
}

static long stubborn(int n, char **a) {
    (void)n, (void)a;
    signal(SIGTERM, SIG_IGN);
    for (;;) pause();
}

// MEBIBYTES, or without end.
static long memory(int n, char **a) {
    long limit = n < 1 ? 1L << 40 : atol(a[0]);
    for (long i = 0; i < limit; i++) {
        char *piece = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (piece == MAP_FAILED) return -1;
        memset(piece, 1, 1 << 20);
    }
    return 0;
}

// COUNT processes of MEBIBYTES each.
static long memory_many(int n, char **a) {
    for (int i = n < 1 ? 4 : atoi(a[0]); i > 0; i--)
        if (fork() == 0) {
            memory(1, a + 1);
            for (;;) pause();
        }
    for (;;) pause();
}

// Anonymous memory that could be shared, which no process is said to have alone.
static long memory_shared(int n, char **a) {
    (void)n, (void)a;
    for (;;) {
        char *piece = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (piece == MAP_FAILED) return -1;
        memset(piece, 1, 1 << 20);
    }
}

// Tables that lead to the one page of zeros: a terabyte that is only looked at costs two gigabytes of them.
static long memory_tables(int n, char **a) {
    (void)n, (void)a;
    const size_t span = 1UL << 40;
    volatile char *piece = mmap(NULL, span, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (piece == MAP_FAILED) return -1;
    madvise((void *)piece, span, MADV_NOHUGEPAGE);
    for (size_t at = 0; at < span; at += 1 << 21) (void)piece[at];
    return 0;
}

// Memory that belongs to no process.
static long memory_by_name(int n, char **a) {
    (void)n, (void)a;
    int fd = (int)syscall(SYS_memfd_create, "victim", 8);
    static char piece[1 << 20];
    memset(piece, 1, sizeof piece);
    while (write(fd, piece, sizeof piece) > 0) {}
    return -1;
}

static long forks(int n, char **a) {
    (void)n, (void)a;
    for (;;)
        if (fork() < 0) usleep(1000);
}

// How many processes can be had, up to COUNT; all of them wait.
static long fork_until(int n, char **a) {
    long made = 0;
    for (long i = n < 1 ? 1000 : atol(a[0]); i > 0; i--, made++) {
        pid_t pid = fork();
        if (pid < 0) break;
        if (pid == 0)
            for (;;) pause();
    }
    kill(0, SIGCONT);
    printf("made %ld\n", made);
    return made;
}

static void *wait_for_ever(void *unused) {
    (void)unused;
    for (;;) pause();
}

static long threads_until(int n, char **a) {
    long made = 0;
    for (long i = n < 1 ? 1000 : atol(a[0]); i > 0; i--, made++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, wait_for_ever, NULL) != 0) break;
    }
    return made;
}

// How many files can be open at once.
static long descriptors(int n, char **a) {
    (void)n, (void)a;
    long made = 0;
    while (open("/dev/null", O_RDONLY) >= 0) made++;
    printf("made %ld\n", made);
    return made;
}

// Writes to a file until it fails: PATH.
static long fill(int n, char **a) {
    if (n < 1) return -1;
    int fd = open(a[0], O_WRONLY | O_CREAT | O_TRUNC, 0644);
    static char piece[1 << 16];
    if (fd < 0) return -1;
    while (write(fd, piece, sizeof piece) > 0) {}
    return -1;
}

// Many files of one mebibyte each, each given another name when it is full: DIRECTORY. How: "rename" or "link".
static long fill_and_hide(int n, char **a) {
    if (n < 2) return -1;
    static char piece[1 << 20], path[4096], moved[4096], hidden[4200];
    for (int i = 0;; i++) {
        snprintf(path, sizeof path, "%s/d", a[0]);
        snprintf(moved, sizeof moved, "%s/e%d", a[0], i);
        if (mkdir(path, 0755) != 0) return -1;
        snprintf(hidden, sizeof hidden, "%s/f", path);
        int fd = open(hidden, O_WRONLY | O_CREAT, 0644);
        if (fd < 0 || write(fd, piece, sizeof piece) != sizeof piece) return -1;
        close(fd);
        if (a[1][0] == 'r') {
            if (rename(path, moved) != 0) return -1;
        } else if (link(hidden, moved) != 0 || unlink(hidden) != 0 || rmdir(path) != 0) {
            return -1;
        }
    }
}

// Many files of one mebibyte each: DIRECTORY.
static long fill_many(int n, char **a) {
    if (n < 1) return -1;
    static char piece[1 << 20], path[4096];
    for (int i = 0;; i++) {
        snprintf(path, sizeof path, "%s/%d", a[0], i);
        int fd = open(path, O_WRONLY | O_CREAT, 0644);
        if (fd < 0 || write(fd, piece, sizeof piece) != sizeof piece) return -1;
        close(fd);
    }
}

static long flood(int n, char **a) {
    (void)n, (void)a;
    static char line[4096];
    memset(line, 'y', sizeof line);
    line[sizeof line - 1] = '\n';
    for (;;)
        if (write(1, line, sizeof line) < 0) return -1;
}

// SECONDS
static long sleep_for(int n, char **a) { return n < 1 ? -1 : (long)sleep((unsigned)atoi(a[0])); }
static long stop(int n, char **a) { (void)n, (void)a; return raise(SIGSTOP); }
static long core(int n, char **a) { (void)n, (void)a; abort(); }

static long limit_of(int n, char **a) {
    struct rlimit limit;
    if (n < 1 || getrlimit(atoi(a[0]), &limit) != 0) return -1;
    return (long)limit.rlim_cur;
}

const struct act resource_acts[] = {
    {"spin", spin}, {"spin-many", spin_many}, {"stubborn", stubborn}, {"memory", memory},
    {"memory-many", memory_many}, {"memory-by-name", memory_by_name},
    {"memory-shared", memory_shared}, {"memory-tables", memory_tables}, {"forks", forks},
    {"fork-until", fork_until}, {"threads-until", threads_until}, {"descriptors", descriptors}, {"fill", fill},
    {"fill-many", fill_many}, {"fill-and-hide", fill_and_hide}, {"flood", flood}, {"sleep", sleep_for}, {"stop", stop}, {"core", core},
    {"rlimit", limit_of}, {0},
};
