// Runs the code between clone3(2) and execve(2), and process 1 of a run, under AddressSanitizer and
// UndefinedBehaviorSanitizer: a whole launch with a view, limits, Landlock, a filter and a listener, and launches that
// fail at each step that can be made to. Says `launched` and `failed at STAGE`; the sanitizers end it when they see
// something.
#define _GNU_SOURCE
#include "../../Sources/CSandbox/include/CSandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum fault { NO_FAULT, BAD_SOURCE, BAD_TARGET, BAD_PROC, BAD_RLIMIT, BAD_DIRECTORY, BAD_RULE, BAD_FILTER, BAD_PROGRAM, FAULTS };

#ifdef WITHOUT_OWN_FILTER
// AddressSanitizer makes calls as a process ends which process 1 gives up before.
int gr_restrict_to(const int *calls, size_t count) { return calls && count ? 0 : -1; }
#endif

static char map_of_user[64], map_of_group[64];
static char *arguments[] = {"true", NULL}, *environment[] = {"PATH=/bin", NULL};

// What every launch has; each fault changes one thing.
static void lay(struct gr_shared *shared, struct gr_view_step *steps, struct gr_landlock_rule *rules,
                struct gr_rlimit *limits, enum fault fault) {
    struct gr_launch *launch = &shared->launch;
    size_t n = 0;
    static const char *const places[] = {"usr", "lib", "lib64", "bin", "etc"};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        static char sources[8][16];
        snprintf(sources[i], sizeof sources[i], "/%s", places[i]);
        char real[4096];
        if (!realpath(sources[i], real)) continue;
        if (strcmp(real, sources[i]) != 0) {
            steps[n++] = (struct gr_view_step){.kind = GR_VIEW_SYMLINK, .target = places[i], .source = strdup(real + 1)};
            continue;
        }
        steps[n++] = (struct gr_view_step){.kind = GR_VIEW_DIRECTORY, .target = places[i], .mode = 0755};
        steps[n++] = (struct gr_view_step){.kind = GR_VIEW_BIND, .target = places[i], .source = sources[i], .attributes = 1 | 2 | 4};
    }
    steps[n++] = (struct gr_view_step){.kind = GR_VIEW_DIRECTORY, .target = "proc", .mode = 0755};
    steps[n++] = (struct gr_view_step){.kind = GR_VIEW_PROC, .target = fault == BAD_PROC ? "none" : "proc"};
    steps[n++] = (struct gr_view_step){.kind = GR_VIEW_DIRECTORY, .target = "tmp", .mode = 0755};
    steps[n++] = (struct gr_view_step){.kind = GR_VIEW_TMPFS, .target = "tmp", .source = "mode=1777,size=65536"};
    steps[n++] = (struct gr_view_step){.kind = GR_VIEW_FILE, .target = "tmp/file", .mode = 0644,
                                       .data = (const unsigned char *)"hello", .length = 5};
    steps[n++] = (struct gr_view_step){.kind = GR_VIEW_COVER, .target = "tmp/file", .mode = 0400, .attributes = 1,
                                       .data = (const unsigned char *)"other", .length = 5};
    steps[n++] = (struct gr_view_step){.kind = GR_VIEW_MASK, .target = "usr/bin/id", .mode = 0, .attributes = 1};
    if (fault == BAD_SOURCE)
        steps[n++] = (struct gr_view_step){.kind = GR_VIEW_BIND, .target = "tmp", .source = "/none/at/all"};
    if (fault == BAD_TARGET) steps[n++] = (struct gr_view_step){.kind = GR_VIEW_DIRECTORY, .target = "none/deep", .mode = 0755};
    launch->has_view = 1;
    launch->staging = "/proc";
    launch->view = steps;
    launch->view_count = n;
    limits[0] = (struct gr_rlimit){RLIMIT_CORE, 0};
    limits[1] = (struct gr_rlimit){fault == BAD_RLIMIT ? 4711 : RLIMIT_NOFILE, 64};
    launch->rlimits = limits;
    launch->rlimit_count = 2;
    launch->directory = fault == BAD_DIRECTORY ? "/none" : "/";
    launch->last_capability = 40;
    launch->landlock_files = 0x1fff;
    launch->landlock_abi = 2;
    rules[0] = (struct gr_landlock_rule){fault == BAD_RULE ? "/none" : "/", 0x1d};
    launch->landlock_rules = rules;
    launch->landlock_rule_count = 1;
    launch->program = fault == BAD_PROGRAM ? "/bin/none" : "/bin/true";
    launch->arguments = arguments;
    launch->environment = environment;
    // The layout of struct sock_filter: code, jumps, and what it answers above them.
    shared->filter.instructions[0] = 0x06 | (uint64_t)SECCOMP_RET_ALLOW << 32;
    shared->filter.length = fault == BAD_FILTER ? 0 : 1;
    shared->filter.flags = SECCOMP_FILTER_FLAG_NEW_LISTENER;
}

static int launch(enum fault fault) {
    struct gr_shared *shared =
        mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct gr_view_step *steps = (struct gr_view_step *)(shared + 1);
    struct gr_landlock_rule *rules = (struct gr_landlock_rule *)(steps + 64);
    struct gr_rlimit *limits = (struct gr_rlimit *)(rules + 8);
    lay(shared, steps, rules, limits, fault);
    char line[64];
    struct gr_birth birth = {
        .namespaces = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET,
        .uid_map = map_of_user, .gid_map = map_of_group, .hostname = "guardrun", .command_line = line,
        .command_line_length = sizeof line,
    };
    struct gr_child child;
    enum gr_stage stage = GR_STAGE_NONE;
    if (gr_start(&birth, shared, &child, &stage) != 0) {
        printf("failed at %s\n", gr_stage_name(stage));
        return 1;
    }
    int streams[3] = {0, 1, 2}, received[8], failed = 1;
    struct gr_message message = {0};
    gr_order(child.control, GR_GO_PLAN, streams, 3);
    gr_order(child.control, GR_GO_FILTER, NULL, 0);
    while (gr_receive(child.control, &message, received, 8) == 1) {
        if (message.kind == GR_MESSAGE_FAILED) {
            printf("failed at %s, %u: %s\n", gr_stage_name(message.stage), message.detail, strerror(message.error));
            break;
        }
        for (int i = 0; i < 8; i++)
            if (received[i] >= 0) close(received[i]);
        if (message.kind == GR_MESSAGE_EXITED) {
            failed = message.status != 0;
            printf(failed ? "ended with %d\n" : "launched\n", message.status);
            gr_order(child.control, GR_GO_EXIT, NULL, 0);
            break;
        }
    }
    close(child.control);
    waitpid(child.pid, NULL, 0);
    close(child.pidfd);
    munmap(shared, 1 << 20);
    return failed;
}

int main(void) {
    setvbuf(stdout, NULL, _IONBF, 0);
    snprintf(map_of_user, sizeof map_of_user, "%u %u 1", getuid(), getuid());
    snprintf(map_of_group, sizeof map_of_group, "%u %u 1", getgid(), getgid());
    int failures = launch(NO_FAULT);
    for (enum fault fault = NO_FAULT + 1; fault < FAULTS; fault++)
        if (!launch(fault)) failures++;
    return failures;
}
