// The shipped policies, compiled into the executable so that it needs no files of its own.
#pragma once

#include <stddef.h>

struct gr_profile {
    const char *name;
    const unsigned char *bytes;
    size_t length;
};

// The profile at `index`, in the order of their strictness, or NULL past the last.
const struct gr_profile *gr_profile_at(size_t index);

// How much of a profile a run needs: all before the `examples:` at its end.
size_t gr_profile_run_length(const struct gr_profile *profile);
