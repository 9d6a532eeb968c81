#define _GNU_SOURCE
#include "watch.h"

#include <sys/inotify.h>

int gr_inotify_init(void) { return inotify_init1(IN_CLOEXEC | IN_NONBLOCK); }

int gr_inotify_add(int watcher, const char *directory) {
    return inotify_add_watch(watcher, directory, IN_CREATE | IN_MODIFY | IN_ONLYDIR);
}
