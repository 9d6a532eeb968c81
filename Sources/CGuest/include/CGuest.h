// The Python program that runs a session's cells inside its sandbox, compiled into the executable.
#pragma once

#include <stddef.h>

// Its source, and how many bytes that has.
const unsigned char *gr_worker(size_t *length);
