#define _GNU_SOURCE
// What comes before Swift's runtime starts: words for it, and words from the caller.
#include "CLinux.h"

#include <stdlib.h>
#include <unistd.h>

static int argument_count;
static char **arguments;

int gr_argument_count(void) { return argument_count; }
char **gr_arguments(void) { return arguments; }
char **gr_environment(void) { return environ; }

// Looking for the program that prints backtraces, which is not shipped, the runtime asks /proc where it lies itself, and
// aborts in a container that has no /proc (swift/stdlib/public/runtime/Paths.cpp). Told where, it does not look.
// Embedded Swift has no such runtime.
__attribute__((constructor(101))) static void before_the_runtime(int count, char **words) {
    argument_count = count;
    arguments = words;
#ifndef GUARDRUN_EMBEDDED
    setenv("SWIFT_ROOT", "/", 0);
    setenv("SWIFT_BACKTRACE", "enable=no,swift-backtrace=/", 0);
#endif
}
