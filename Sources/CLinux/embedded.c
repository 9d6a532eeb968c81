// What Embedded Swift asks of its platform and glibc does not have by that name, or has only at a price. The full runtime
// brings its own.
#ifdef GUARDRUN_EMBEDDED
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

const char *_swift_stdlib_strtod_clocale(const char *text, double *number);

// The end of the number that `text` begins with. guardrun never calls setlocale(3), so that the locale is "C".
const char *_swift_stdlib_strtod_clocale(const char *text, double *number) {
    char *end;
    *number = strtod(text, &end);
    return end;
}

// Every object is asked for here (posix_memalign(3)); what malloc(3) returns is aligned enough for nearly all of them,
// and takes a third of the instructions.
int posix_memalign(void **place, size_t alignment, size_t size) {
    void *memory = alignment <= _Alignof(max_align_t) ? malloc(size) : aligned_alloc(alignment, size);
    if (!memory) return ENOMEM;
    *place = memory;
    return 0;
}
#endif
