#include <jansson.h>

// A function in the header and not in the library; Swift cannot call through its macro of atomics.
static inline void gr_json_decref(json_t *value) { json_decref(value); }
