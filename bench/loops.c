// One act many times: prints the nanoseconds that one takes.
//
//     loops open|stat|getpid|fork COUNT [PATH]
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

int main(int count, char **arguments) {
    if (count < 3) return 2;
    const char *act = arguments[1], *path = count > 3 ? arguments[3] : "/etc/ld.so.cache";
    long times = atol(arguments[2]);
    struct stat status;
    double start = now();
    for (long i = 0; i < times; i++) {
        if (strcmp(act, "open") == 0) {
            int file = open(path, O_RDONLY);
            if (file < 0) return 1;
            close(file);
        } else if (strcmp(act, "stat") == 0) {
            if (stat(path, &status) != 0) return 1;
        } else if (strcmp(act, "getpid") == 0) {
            syscall(SYS_getpid);
        } else {
            pid_t pid = fork();
            if (pid == 0) _exit(0);
            waitpid(pid, NULL, 0);
        }
    }
    printf("%.1f\n", (now() - start) / (double)times);
}
