// Changes in a directory as they happen (inotify(7)).
#pragma once

// Close-on-exec and never blocking.
int gr_inotify_init(void);
// Files that are made and files that grow.
int gr_inotify_add(int watcher, const char *directory);
