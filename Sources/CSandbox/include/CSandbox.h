// The code that runs between clone3(2) and execve(2), and as process 1 of a run.
//
// Everything a launch needs is prepared before the clone and handed over in one struct: after it only
// async-signal-safe calls are made (signal-safety(7)), nothing is allocated and no library is entered.
#pragma once

#include <stddef.h>
#include <stdint.h>

// Where a launch failed. Reported with errno, and named by gr_stage_name().
enum gr_stage {
    GR_STAGE_NONE,
    GR_STAGE_SOCKET,
    GR_STAGE_CLONE,
    GR_STAGE_IDENTITY,
    GR_STAGE_HOSTNAME,
    GR_STAGE_VIEW_ROOT,
    GR_STAGE_VIEW_SOURCE,
    GR_STAGE_VIEW_TARGET,
    GR_STAGE_VIEW_MOUNT,
    GR_STAGE_VIEW_PROC,
    GR_STAGE_VIEW_PIVOT,
    GR_STAGE_WORKSPACE,
    GR_STAGE_FORK,
    GR_STAGE_CGROUP,
    GR_STAGE_TERMINAL,
    GR_STAGE_STANDARD_STREAMS,
    GR_STAGE_RLIMIT,
    GR_STAGE_DIRECTORY,
    GR_STAGE_CAPABILITIES,
    GR_STAGE_NO_NEW_PRIVILEGES,
    GR_STAGE_LANDLOCK,
    GR_STAGE_SECCOMP,
    GR_STAGE_HANDSHAKE,
    GR_STAGE_EXECUTE,
};

const char *gr_stage_name(enum gr_stage stage);

// One step of building the view, in order. Paths are relative to the view's root, without a leading slash.
enum gr_view_kind {
    GR_VIEW_DIRECTORY, // an empty directory with `mode`
    GR_VIEW_FILE,      // a file with `mode` holding `data`
    GR_VIEW_SYMLINK,   // a link whose text is `source`
    GR_VIEW_BIND,      // `source` and all that is mounted below it, with `attributes` added
    GR_VIEW_COVER,     // a file with `mode` holding `data`, laid over a path that is already there
    GR_VIEW_MASK,      // nothing, unreadable, laid over a path; a directory when `mode` says so
    GR_VIEW_TMPFS,     // a private file system in memory; `source` holds its options
    GR_VIEW_PROC,      // the processes of this run
    GR_VIEW_DEVPTS,    // pseudo-terminals of this run
    // A copy-on-write layer over the directory that `data` names, out of sight of the view. What is written goes to the
    // directory `upper` in `source`, beside the `work` that the kernel wants.
    GR_VIEW_WORKSPACE,
    GR_VIEW_WORKSPACE_COPY,      // the directory `source`, which holds all of it, in its place
    GR_VIEW_WORKSPACE_DIRECTORY, // an empty directory with `mode` in it; `target` is relative to it
    GR_VIEW_WORKSPACE_BIND,      // as a bind; `source` is relative to it
};

struct gr_view_step {
    enum gr_view_kind kind;
    const char *target;
    const char *source;
    uint64_t attributes; // MOUNT_ATTR_* of mount_setattr(2)
    uint32_t mode;
    const unsigned char *data;
    size_t length;
};

struct gr_landlock_rule {
    const char *path;
    uint64_t access;
};

struct gr_rlimit {
    int resource;
    uint64_t value;
};

// The system call filter; the launcher fills it in while the view is being built.
#define GR_MAX_INSTRUCTIONS 4000
struct gr_filter {
    uint32_t flags; // SECCOMP_FILTER_FLAG_*
    uint32_t length;
    uint64_t instructions[GR_MAX_INSTRUCTIONS]; // struct sock_filter
};

// What process 1 needs to come into being. The plan follows later, because making the namespaces, and those places in
// the view that every run has, takes as long as making the plan, and both can be done at once.
struct gr_birth {
    uint64_t namespaces; // CLONE_NEW*
    const char *uid_map; // NULL without a user namespace
    const char *gid_map;
    const char *hostname; // NULL without a uts namespace
    char *command_line;   // this process's own, which the run could read of process 1: it is overwritten there
    size_t command_line_length;
    const char *staging; // where the view is put together; NULL when that is told with the plan
    const struct gr_view_step *own;
    size_t own_count;
};

struct gr_launch {
    int has_view;
    const char *staging; // where the view is put together, unless that was told at birth
    int root_is_bind;    // the view's root is the host's root, not an empty directory
    uint64_t root_attributes;
    const struct gr_view_step *view; // the steps that are left
    size_t view_count;
    size_t view_done; // how many were made at birth

    size_t datagram_sockets; // sockets in the run's network that the supervisor is to have; 0 without one of its own

    unsigned longest; // seconds after which process 1 ends the run by itself; 0 for none

    int controlling_terminal; // standard input becomes the controlling terminal
    const struct gr_rlimit *rlimits;
    size_t rlimit_count;
    const char *directory;

    int last_capability; // the bounding set is dropped up to and including it
    uint32_t securebits;

    uint64_t landlock_files; // handled accesses; 0 without Landlock
    uint64_t landlock_network;
    uint64_t landlock_scoped;
    int landlock_abi;
    const struct gr_landlock_rule *landlock_rules;
    size_t landlock_rule_count;

    const char *program;
    char *const *arguments;
    char *const *environment;
};

// Memory that the launcher shares with process 1 (MAP_SHARED): what is written there after the clone, and everything
// the plan points to, is at the same address on both sides.
struct gr_shared {
    struct gr_launch launch;
    struct gr_filter filter;
};

// Swift sees an array in a struct as a tuple of four thousand.
static inline uint64_t *gr_filter_words(struct gr_shared *shared) { return shared->filter.instructions; }

// What process 1 says on the control socket (SOCK_SEQPACKET), one message each.
enum gr_message_kind {
    GR_MESSAGE_FAILED = 1,  // stage and error: the launch is over
    GR_MESSAGE_WAITING = 2, // confined, before execve; carries the listener, the view's root and the main pidfd
    GR_MESSAGE_STARTED = 3, // execve worked
    GR_MESSAGE_EXITED = 4,  // the main process is gone, and so is everything else
    GR_MESSAGE_NETWORK = 5, // carries the sockets that the launcher wanted, or says in `error` why there are none
};

struct gr_message {
    uint32_t kind;
    uint32_t stage;
    int32_t error;
    int32_t status;     // of wait(2)
    uint32_t leftovers; // processes that were still there when the main process went
    uint32_t detail;    // index of the view step or rule that failed
    uint64_t user_us;
    uint64_t system_us;
    uint64_t peak_kib;  // the largest single process
};

struct gr_child {
    int pid;     // of process 1, as the launcher sees it
    int pidfd;
    int control; // the launcher's end
};

// What the launcher says, one byte each, with descriptors where the program is to have them.
#define GR_GO_PLAN 'p'    // the plan is in the shared memory; carries standard input, output and error
#define GR_GO_FILTER 'f'  // the filter is too; carries the entrances of control groups, three at most
#define GR_GO_EXECUTE 'x' // the verdict is in: execute; said only where no listener holds the execve
#define GR_GO_EXIT 'e'    // what there was to see of the run has been seen: process 1 may go

// Starts process 1 of a run. On failure returns -1 with *stage and errno set, and nothing is left behind.
int gr_start(const struct gr_birth *birth, const struct gr_shared *shared, struct gr_child *child,
             enum gr_stage *stage);

// Allows this process the numbered system calls alone, for good; others answer EPERM. 0 or -1.
int gr_restrict_to(const int *calls, size_t count);

// Tells process 1 to go on; 0 or -1.
int gr_order(int control, char word, const int *descriptors, size_t count);

// The most descriptors that one message carries.
#define GR_MOST_DESCRIPTORS 32

// Receives one message; `descriptors`, with room for `room`, gets -1 where there is none. 0 at the end of the stream.
int gr_receive(int control, struct gr_message *message, int *descriptors, size_t room);
