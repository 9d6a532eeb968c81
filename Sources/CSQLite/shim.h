#include <sqlite3.h>

// SQLITE_TRANSIENT is a cast that Swift cannot read: the library copies what it is given.
static inline int gr_sqlite_bind_text(sqlite3_stmt *statement, int index, const void *text, int length) {
    return sqlite3_bind_text(statement, index, text, length, SQLITE_TRANSIENT);
}
