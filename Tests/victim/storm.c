// Calls nobody would make: random numbers and arguments, on memory that another thread changes meanwhile. What comes
// of them does not matter here; whoever judges them must outlive them.
#define _GNU_SOURCE
#include "victim.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CALLS_OF_ONE_PROCESS = 400, REGION = 1 << 16 };

static uint64_t state;

static uint64_t draw(void) {
    // xorshift64*, so that a storm can be had again by its seed.
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * 2685821657736338717u;
}

static uint64_t below(uint64_t bound) { return draw() % bound; }

// Readable and writable, followed by a page that is neither.
static unsigned char *region;
static char **paths;
static int path_count;

static void scatter(size_t place) {
    switch (below(7)) {
    case 0: {  // An address on the network.
        struct sockaddr_in to = {.sin_family = below(8) ? AF_INET : (sa_family_t)below(50), .sin_port = (in_port_t)draw(),
                                 .sin_addr.s_addr = below(2) ? htonl(0x7f000001) : (in_addr_t)draw()};
        memcpy(region + place, &to, sizeof to);
        break;
    }
    case 1: {  // A local one, its name now and then without an end.
        struct sockaddr_un to = {.sun_family = AF_UNIX};
        memset(to.sun_path, 'a', sizeof to.sun_path);
        if (below(2)) snprintf(to.sun_path, sizeof to.sun_path, "%s", paths[below(path_count)]);
        memcpy(region + place, &to, sizeof to);
        break;
    }
    case 2: {  // A message, its parts anywhere.
        struct msghdr message = {.msg_name = region + below(REGION), .msg_namelen = (socklen_t)below(200),
                                 .msg_iov = (void *)(region + below(REGION)), .msg_iovlen = below(2) ? 1 : draw(),
                                 .msg_control = region + below(REGION), .msg_controllen = below(4096)};
        memcpy(region + place, &message, sizeof message);
        break;
    }
    case 3: {  // A list of pointers, as execve(2) takes them: some lead nowhere, some lists have no end.
        uint64_t *list = (void *)(region + (place & ~7ul));
        for (int i = 0; i < 16; i++)
            list[i] = below(3) ? (uint64_t)(region + below(REGION)) : below(2) ? (uint64_t)paths[below(path_count)] : draw();
        if (below(2)) list[below(16)] = 0;
        break;
    }
    case 4:  // A path.
        strcpy((char *)region + place, paths[below(path_count)]);
        break;
    case 5:  // Flags, sizes and times, small and not.
        for (int i = 0; i < 8; i++) ((uint64_t *)(region + (place & ~7ul)))[i] = below(3) ? below(64) : draw();
        break;
    default:
        for (int i = 0; i < 64; i++) region[place + i] = (unsigned char)draw();
    }
}

static void *scribble(void *seed) {
    // Its own numbers: the other thread's calls are to be the same each time.
    uint64_t mine = (uint64_t)(uintptr_t)seed | 1;
    for (;;) {
        mine = mine * 6364136223846793005u + 1442695040888963407u;
        size_t place = (mine >> 20) % (REGION - 8);
        memcpy(region + place, &mine, (mine >> 60) % 8 + 1);
        for (volatile int i = 0; i < 50; i++) {}
    }
    return NULL;
}

static long argument(void) {
    switch (below(12)) {
    case 0: return (long)draw();
    case 1: return (int)(-1 - (int)below(2));
    case 2: return AT_FDCWD;
    case 3: return (long)(region + REGION - below(64));  // Across the end of what there is.
    case 4: case 5: return (long)paths[below(path_count)];
    case 6: case 7: case 8: {
        size_t place = below(REGION - 8192);
        scatter(place);
        return (long)(region + (below(4) ? place & ~7ul : place));
    }
    case 9: return (long)(1ul << below(64));
    default: return (long)below(40);
    }
}

// What would only end the storm, or wait for what never comes.
static int is_boring(long number) {
    static const short boring[] = {
        SYS_exit, SYS_exit_group, SYS_pause, SYS_rt_sigsuspend, SYS_rt_sigtimedwait, SYS_kill, SYS_tkill, SYS_tgkill,
        SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo, SYS_rt_sigreturn, SYS_vfork, SYS_clone, SYS_fork, SYS_select,
        SYS_pselect6, SYS_poll, SYS_ppoll, SYS_wait4, SYS_waitid, SYS_nanosleep, SYS_clock_nanosleep, SYS_munmap,
        SYS_epoll_wait, SYS_epoll_pwait, SYS_futex, SYS_rt_sigprocmask, SYS_setitimer, SYS_alarm, SYS_setpgid, SYS_setsid,
    };
    for (size_t i = 0; i < sizeof boring / sizeof boring[0]; i++)
        if (boring[i] == number) return 1;
    return 0;
}

static void blow(void) {
    region = mmap(NULL, REGION + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (region == MAP_FAILED || mprotect(region + REGION, 4096, PROT_NONE)) _exit(3);
    pthread_t thread;
    if (pthread_create(&thread, NULL, scribble, (void *)(uintptr_t)draw())) _exit(3);
    alarm(2);
    for (int i = 0; i < CALLS_OF_ONE_PROCESS; i++) {
        long number = (long)below(below(8) ? 336 : 480);
        if (is_boring(number)) continue;
        long words[6];
        for (int j = 0; j < 6; j++) words[j] = argument();
        syscall(number, words[0], words[1], words[2], words[3], words[4], words[5]);
    }
    _exit(0);
}

// storm SEED CALLS PATH...: how many processes it took.
static long storm(int count, char **arguments) {
    if (count < 3) return -1;
    state = strtoull(arguments[0], NULL, 10) * 2 + 1;
    long calls = atol(arguments[1]), processes = 0;
    paths = arguments + 2;
    path_count = count - 2;
    for (; calls > 0; calls -= CALLS_OF_ONE_PROCESS, processes++) {
        uint64_t seed = draw();
        pid_t child = fork();
        if (child < 0) continue;
        if (child == 0) {
            state = seed ^ 0x9e3779b97f4a7c15u;
            blow();
        }
        // It may have blocked its alarm.
        for (int i = 0; waitpid(child, NULL, WNOHANG) == 0; i++) {
            if (i > 3000) kill(child, SIGKILL);
            usleep(1000);
        }
    }
    return processes;
}

const struct act storm_acts[] = {{"storm", storm}, {NULL, NULL}};
