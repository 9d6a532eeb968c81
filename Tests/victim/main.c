// victim ACT [ARGUMENT...]: prints `ok RESULT` or the name of the error, and exits with 0 or 1.
#define _GNU_SOURCE
#include "victim.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct act *find(const struct act *acts, const char *name) {
    for (; acts->name; acts++)
        if (strcmp(acts->name, name) == 0) return acts;
    return NULL;
}

int main(int count, char **arguments) {
    const struct act *const groups[] = {file_acts, network_acts, process_acts, kernel_acts, resource_acts,
                                         race_acts, host_acts, connect_acts};
    if (count < 2) return 2;
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        const struct act *act = find(groups[i], arguments[1]);
        if (!act) continue;
        errno = 0;
        long result = act->run(count - 2, arguments + 2);
        if (result >= 0) printf("ok %ld\n", result);
        else printf("%s\n", strerrorname_np(errno));
        return result >= 0 ? 0 : 1;
    }
    fprintf(stderr, "victim: no act is named %s\n", arguments[1]);
    return 2;
}
