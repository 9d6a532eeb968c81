// RE2 behind a C interface: building it without C++ interoperability is faster and keeps the setting local.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// A compiled pattern.
typedef struct re2_pattern re2_pattern;

// Compiles `length` bytes of RE2 syntax. Text is read as UTF-8, or byte by byte with `latin1`. The program and its
// caches take at most `max_memory` bytes. NULL when it does not compile: then `error` holds why, cut to fit.
re2_pattern *re2_compile(
    const char *text, size_t length, bool latin1, int64_t max_memory, char *error, size_t error_size);

void re2_release(re2_pattern *pattern);

// The leftmost match that begins at or after `from`, in time linear in what is left of the text.
bool re2_find(
    const re2_pattern *pattern, const char *text, size_t length, size_t from, size_t *start, size_t *end);

#ifdef __cplusplus
}
#endif
