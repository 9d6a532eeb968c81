// What a process gives up for good: capabilities(7), no_new_privs, landlock(7), seccomp(2).
#define _GNU_SOURCE
#include "steps.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

// The kernel's struct as of ABI 6; Debian 12's header ends at ABI 2. The kernel takes any length it knows and
// refuses a longer one only when what it does not know is not zero (landlock_create_ruleset(2)).
struct ruleset_attributes {
    uint64_t handled_access_fs;
    uint64_t handled_access_net;
    uint64_t scoped;
};

static enum gr_stage set_limits(const struct gr_launch *launch) {
    for (size_t i = 0; i < launch->rlimit_count; i++) {
        gr_failed_at = (uint32_t)i;
        struct rlimit limit = {launch->rlimits[i].value, launch->rlimits[i].value};
        struct rlimit current;
        // A hard limit that the caller already lowered further stays: an ordinary user cannot raise it.
        if (getrlimit(launch->rlimits[i].resource, &current) == 0 && current.rlim_max < limit.rlim_max)
            limit.rlim_cur = limit.rlim_max = current.rlim_max;
        if (setrlimit(launch->rlimits[i].resource, &limit) != 0) return GR_STAGE_RLIMIT;
    }
    return GR_STAGE_NONE;
}

static enum gr_stage drop_capabilities(const struct gr_launch *launch) {
    // An ordinary user outside a user namespace cannot change the bounding set; the plan says so, and without
    // privileges and with no_new_privs there is nothing the set would bound.
    for (int capability = 0; capability <= launch->last_capability; capability++)
        if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0 && errno != EPERM) return GR_STAGE_CAPABILITIES;
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0) return GR_STAGE_CAPABILITIES;
    if (prctl(PR_SET_SECUREBITS, launch->securebits, 0, 0, 0) != 0 && errno != EPERM)
        return GR_STAGE_CAPABILITIES;
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct none[2] = {{0, 0, 0}, {0, 0, 0}};
    if (syscall(SYS_capset, &header, none) != 0) return GR_STAGE_CAPABILITIES;
    // Told apart from asked for: what is still there now would be there for the program.
    struct __user_cap_data_struct left[2];
    if (syscall(SYS_capget, &header, left) != 0) return GR_STAGE_CAPABILITIES;
    for (int i = 0; i < 2; i++)
        if (left[i].effective | left[i].permitted | left[i].inheritable) {
            errno = EPERM;
            return GR_STAGE_CAPABILITIES;
        }
    return GR_STAGE_NONE;
}

static enum gr_stage restrict_by_landlock(const struct gr_launch *launch) {
    if (!launch->landlock_files && !launch->landlock_network) return GR_STAGE_NONE;
    struct ruleset_attributes attributes = {
        launch->landlock_files, launch->landlock_network, launch->landlock_scoped};
    size_t length = launch->landlock_abi >= 6   ? sizeof attributes
                    : launch->landlock_abi >= 4 ? offsetof(struct ruleset_attributes, scoped)
                                                : offsetof(struct ruleset_attributes, handled_access_net);
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attributes, length, 0);
    if (ruleset < 0) return GR_STAGE_LANDLOCK;
    for (size_t i = 0; i < launch->landlock_rule_count; i++) {
        gr_failed_at = (uint32_t)i;
        int place = open(launch->landlock_rules[i].path, O_PATH | O_CLOEXEC);
        if (place < 0) return GR_STAGE_LANDLOCK;
        struct landlock_path_beneath_attr rule = {launch->landlock_rules[i].access, place};
        if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
            return GR_STAGE_LANDLOCK;
        close(place);
    }
    if (syscall(SYS_landlock_restrict_self, ruleset, 0) != 0) return GR_STAGE_LANDLOCK;
    close(ruleset);
    return GR_STAGE_NONE;
}

// The order is the point: each step takes away what an earlier one needed. Landlock wants no_new_privs; the filter
// comes last because it would refuse every step before it. The limits are the program's and not those of these steps.
enum gr_stage gr_confine(const struct gr_launch *launch) {
    if (chdir(launch->directory) != 0) return GR_STAGE_DIRECTORY;
    enum gr_stage stage = drop_capabilities(launch);
    if (stage != GR_STAGE_NONE) return stage;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return GR_STAGE_NO_NEW_PRIVILEGES;
    stage = restrict_by_landlock(launch);
    return stage == GR_STAGE_NONE ? set_limits(launch) : stage;
}

enum gr_stage gr_install_filter(const struct gr_filter *filter, int *listener) {
    struct sock_fprog program = {(unsigned short)filter->length, (struct sock_filter *)filter->instructions};
    int installed = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, filter->flags, &program);
    if (installed < 0) return GR_STAGE_SECCOMP;
    *listener = filter->flags & SECCOMP_FILTER_FLAG_NEW_LISTENER ? installed : -1;
    return GR_STAGE_NONE;
}
