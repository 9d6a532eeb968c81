// System calls that Swift's Glibc module does not show: variadic ones, macros, and calls newer than its map.
// Each function is its system call and nothing else: the result, or -1 with errno set.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "notify.h"
#include "watch.h"

const char *gr_errno_name(int number);
const char *gr_errno_text(int number);

int gr_open(int dirfd, const char *path, int flags, unsigned mode);
int gr_openat2(int dirfd, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve);
int gr_renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags);
long gr_getxattr(int fd, const char *name, void *into, size_t length);
long gr_listxattr(int fd, void *into, size_t length);
int gr_setxattr(int fd, const char *name, const void *value, size_t length);

// A descriptor that counts the processor time of a process and of all that it starts from now on, in nanoseconds.
int gr_task_clock(int pid);

int gr_fcntl(int fd, int command, long argument);

// Of the file that is open, which may be open as a name alone (O_PATH). `times` holds seconds and nanoseconds of the
// last access and the last change; NULL is now.
int gr_change_mode(int fd, unsigned mode);
int gr_change_owner(int fd, unsigned user, unsigned group);
int gr_change_times(int fd, const int64_t *times);
int gr_ioctl(int fd, unsigned long request, void *argument);
int gr_pipe(int ends[2], int flags);
int gr_memfd_create(const char *name, unsigned flags);
int gr_add_seals(int fd, int seals);
int gr_fallocate_keep_size(int fd, int64_t offset, int64_t length);
long gr_readlink(int dirfd, const char *path, void *into, size_t length);
int gr_faccess(int dirfd, const char *path, int mode, int flags);

int gr_pidfd_open(int pid);
int gr_pidfd_open_thread(int tid);
int gr_pidfd_send_signal(int pidfd, int signal);
int gr_pidfd_getfd(int pidfd, int target_fd);
long gr_process_read(int pid, uint64_t address, void *into, size_t length);
int gr_getrandom(void *into, size_t length);

int gr_signalfd(const int *signals, size_t count);
int gr_block_signals(const int *signals, size_t count);
int gr_unblock_signals(const int *signals, size_t count);
int gr_ignore_signal(int signal);
int gr_raise_default(int signal);

// Waits without end when `nanoseconds` is negative.
int gr_poll(void *entries, size_t count, int64_t nanoseconds);
int gr_set_dumpable(int dumpable);

// Names the network namespace of a socket (SO_NETNS_COOKIE); 0 where the kernel has no such names.
uint64_t gr_network_cookie(int socket);
// Connects, and ends with EINTR soon where that means waiting after all. It uses SIGALRM and ITIMER_REAL meanwhile.
int gr_connect_at_once(int fd, const struct sockaddr *address, socklen_t length);

// Reads from a local stream that names senders (SO_PASSCRED) what one process sent, and which (unix(7)). Descriptors that
// come along are dropped by the kernel, because there is no room for them. The length, or -1.
long gr_receive_from(int fd, void *into, size_t length, int *sender);

// A datagram and where it came from and was sent to, IPv4 addresses mapped (ipv6(7)). Sending goes the other way: back
// to the source, from the target. The length, or -1; neither waits.
struct gr_datagram {
    unsigned char source[16];
    unsigned char target[16];
    uint16_t source_port;
};
long gr_datagram_receive(int fd, void *into, size_t length, struct gr_datagram *datagram);
long gr_datagram_answer(int fd, const void *from, size_t length, const struct gr_datagram *datagram);

// The master of a new pseudo-terminal, unlocked; `slave` gets the path of its other end.
int gr_open_terminal(char *slave, size_t length);

int gr_landlock_abi(void);

// The words this process was started with, where the kernel put them.
int gr_argument_count(void);
char **gr_arguments(void);
char **gr_environment(void);
uint32_t gr_native_audit_arch(void);
int gr_is_ignored(int signal);
int gr_statfs_used(int fd, uint64_t *bytes_used, uint64_t *inodes_used);

// A copy of this process that is killed when this one ends: its pid, 0 in the copy, or -1.
int gr_fork_follower(void);

// How many processors this process may run on.
int gr_processors(void);
int gr_socketpair(int ends[2]);
