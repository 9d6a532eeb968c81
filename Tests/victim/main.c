// victim ACT [ARGUMENT...]: prints `ok RESULT` or the name of the error, and exits with 0 or 1.
#define _GNU_SOURCE
#include "victim.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct act *find(const struct act *acts, const char *name) {
    for (; acts->name; acts++)
        if (strcmp(acts->name, name) == 0) return acts;
    return NULL;
}

int main(int count, char **arguments) {
    const struct act *const groups[] = {
        file_acts, network_acts, process_acts, kernel_acts, resource_acts, race_acts, race_socket_acts, host_acts, connect_acts,
        call_acts, attack_process_acts, attack_file_acts, attack_network_acts, attack_limit_acts, storm_acts,
    };
    // linked TARGET LINK ACT [ARGUMENT...]: makes a symbolic link first.
    if (count > 4 && strcmp(arguments[1], "linked") == 0) {
        if (symlink(arguments[2], arguments[3]) != 0) return 3;
        count -= 3;
        arguments += 3;
    }
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
