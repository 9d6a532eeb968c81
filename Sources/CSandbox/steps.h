// What the files of this directory share: each step returns a stage, GR_STAGE_NONE when it worked.
#pragma once

#include "CSandbox.h"

// The index of the view step or rule that a failing step was at, for the report.
extern uint32_t gr_failed_at;

// A view that is being built: its root, where covers are made, the layered working directory where there is one, and the
// caller's umask. All zero before it has a root.
struct gr_view {
    int is_placed;
    int root;
    int scratch;
    int workspace; // 0 where there is none
    unsigned mask;
};

// Puts a root in place on `staging`, the host's where `bind` says so.
enum gr_stage gr_place_root(struct gr_view *view, const char *staging, int bind, uint64_t attributes);
// Takes steps; `first` is the number of the first one in reports.
enum gr_stage gr_furnish(struct gr_view *view, const struct gr_view_step *steps, size_t count, size_t first);
// A mount of what is at `directory` alone or of all below it, not attached yet; and its attachment to an open place.
int gr_clone_mount(int directory, const char *path, unsigned flags);
int gr_move_mount(int tree, int place);
// Neither a source nor a target may lead through a symbolic link: the plan settled them all, so one that shows up now was
// put there by somebody since.
int gr_open_plain(int directory, const char *path, uint64_t resolve);
// Layers the run's own files over a directory of the host, out of sight of the view; has a copy of that directory there
// instead; and takes the name of either away.
enum gr_stage gr_layer_workspace(struct gr_view *view, const char *lower, const char *layers);
enum gr_stage gr_show_workspace(struct gr_view *view, const char *copy);
enum gr_stage gr_hide_workspace(const struct gr_view *view);
// Makes the view the root of this process, and lets go of the host's.
enum gr_stage gr_enter_view(struct gr_view *view, int is_bind);
enum gr_stage gr_confine(const struct gr_launch *launch);
enum gr_stage gr_install_filter(const struct gr_filter *filter, int *listener);
_Noreturn void gr_run_payload(const struct gr_shared *shared, int control, int to_init, const int standard[3]);
_Noreturn void gr_run_init(const struct gr_birth *birth, const struct gr_shared *shared, int control);

// clone3(2), or clone(2) where that is filtered away: a container's filter cannot look at clone3's flags and answers
// ENOSYS. The flags fit both; the exit signal is SIGCHLD and *pidfd is set.
int gr_clone(uint64_t flags, int *pidfd);

// One datagram with descriptors (unix(7)), GR_MOST_DESCRIPTORS at most.
#define GR_DESCRIPTORS 3
int gr_send(int socket, const void *bytes, size_t length, const int *descriptors, size_t count);
int gr_take(int socket, void *bytes, size_t length, int *descriptors, size_t room);

// Prepares the network namespace this runs in for datagrams, and makes sockets there; 0 or -1 with errno.
int gr_make_network(int *sockets, size_t count);

// Waits for a word of the launcher; -1 when another one or the end of the stream comes.
int gr_await(int control, char word, int descriptors[GR_DESCRIPTORS]);
