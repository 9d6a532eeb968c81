// A program that does one named act and says what came of it, for tests that have to see whether an act had its
// effect. Raw system calls where a library would get in the way.
#pragma once

struct act {
    const char *name;
    // Does it; the result of the system call, with errno set when that is -1.
    long (*run)(int count, char **arguments);
};

extern const struct act file_acts[];
extern const struct act network_acts[];
extern const struct act process_acts[];
extern const struct act kernel_acts[];
extern const struct act resource_acts[];
extern const struct act race_acts[];
extern const struct act race_socket_acts[];
extern const struct act host_acts[];
extern const struct act connect_acts[];
extern const struct act call_acts[];
extern const struct act attack_process_acts[];
extern const struct act attack_file_acts[];
extern const struct act attack_network_acts[];
extern const struct act attack_limit_acts[];
extern const struct act storm_acts[];
