#define _GNU_SOURCE
#include "CProfiles.h"

#include <string.h>

static const unsigned char strict[] = {
#embed "../../profiles/strict.yaml"
};
static const unsigned char python[] = {
#embed "../../profiles/python.yaml"
};
static const unsigned char python_data[] = {
#embed "../../profiles/python-data.yaml"
};
static const unsigned char shell[] = {
#embed "../../profiles/shell.yaml"
};
static const unsigned char build[] = {
#embed "../../profiles/build.yaml"
};
static const unsigned char network_allowlist[] = {
#embed "../../profiles/network-allowlist.yaml"
};
static const unsigned char observe[] = {
#embed "../../profiles/observe.yaml"
};

#define PROFILE(symbol, name) {name, symbol, sizeof symbol}
static const struct gr_profile profiles[] = {
    PROFILE(strict, "strict"),
    PROFILE(python, "python"),
    PROFILE(python_data, "python-data"),
    PROFILE(shell, "shell"),
    PROFILE(build, "build"),
    PROFILE(network_allowlist, "network-allowlist"),
    PROFILE(observe, "observe"),
};

const struct gr_profile *gr_profile_at(size_t index) {
    return index < sizeof profiles / sizeof profiles[0] ? &profiles[index] : NULL;
}

size_t gr_profile_run_length(const struct gr_profile *profile) {
    const char mark[] = "\nexamples:";
    const unsigned char *found = memmem(profile->bytes, profile->length, mark, sizeof mark - 1);
    return found == NULL ? profile->length : (size_t)(found - profile->bytes) + 1;
}
