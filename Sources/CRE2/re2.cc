#include "CRE2.h"

#include <re2/re2.h>

#include <cstring>
#include <new>

struct re2_pattern {
    RE2 pattern;
    re2_pattern(const re2::StringPiece &text, const RE2::Options &options) : pattern(text, options) {}
};

re2_pattern *re2_compile(
    const char *text, size_t length, bool latin1, int64_t max_memory, char *error, size_t error_size) {
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(max_memory);
    options.set_encoding(latin1 ? RE2::Options::EncodingLatin1 : RE2::Options::EncodingUTF8);
    re2_pattern *made = new (std::nothrow) re2_pattern(re2::StringPiece(text, length), options);
    if (made != nullptr && made->pattern.ok()) return made;
    if (error_size > 0) {
        std::strncpy(error, made != nullptr ? made->pattern.error().c_str() : "out of memory", error_size - 1);
        error[error_size - 1] = '\0';
    }
    delete made;
    return nullptr;
}

void re2_release(re2_pattern *pattern) { delete pattern; }

bool re2_find(
    const re2_pattern *pattern, const char *text, size_t length, size_t from, size_t *start, size_t *end) {
    re2::StringPiece match;
    if (!pattern->pattern.Match(re2::StringPiece(text, length), from, length, RE2::UNANCHORED, &match, 1)) return false;
    *start = static_cast<size_t>(match.data() - text);
    *end = *start + match.size();
    return true;
}
