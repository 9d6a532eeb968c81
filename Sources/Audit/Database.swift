import CSQLite
import Event
import Linux

/// A SQLite database: the little of it that the index needs (https://sqlite.org/cintro.html).
@safe public struct Database: ~Copyable {
    private let handle: OpaquePointer

    /// Opens it, and makes it when it is not there; `:memory:` lies nowhere.
    package init(_ path: Path) throws(DatabaseError) {
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOFOLLOW
        let result = unsafe path.withCString { unsafe sqlite3_open_v2($0, &opened, flags, nil) }
        guard result == SQLITE_OK, let handle = unsafe opened else {
            unsafe _ = sqlite3_close(opened)
            let reason = unsafe Self.text(sqlite3_errstr(result))
            throw DatabaseError(code: result, description: "\(path): \(reason)")
        }
        unsafe self.handle = handle
        unsafe _ = sqlite3_busy_timeout(handle, 20_000)
    }

    deinit { unsafe _ = sqlite3_close(handle) }

    /// Runs statements that give nothing back.
    package func run(_ text: String) throws(DatabaseError) {
        let result = unsafe sqlite3_exec(handle, text, nil, nil, nil)
        guard result == SQLITE_OK else { throw failure(result) }
    }

    /// Makes one statement; what follows it in the text is an error.
    package func prepare(_ text: String) throws(DatabaseError) -> Statement {
        var statement: OpaquePointer?
        let result = unsafe sqlite3_prepare_v2(handle, text, -1, &statement, nil)
        guard result == SQLITE_OK else { throw failure(result) }
        guard let statement = unsafe statement else {
            throw DatabaseError(code: SQLITE_MISUSE, description: "there is no statement")
        }
        return unsafe Statement(statement)
    }

    /// The number that the last row got.
    package var lastRow: Int64 { unsafe sqlite3_last_insert_rowid(handle) }

    fileprivate func failure(_ code: CInt) -> DatabaseError {
        DatabaseError(code: code, description: unsafe Self.text(sqlite3_errmsg(handle)))
    }

    fileprivate static func text(_ pointer: UnsafePointer<CChar>?) -> String {
        unsafe pointer.map { unsafe String(cString: $0) } ?? ""
    }
}

/// One statement of a database, which has to outlive it.
@safe public struct Statement: ~Copyable {
    private let handle: OpaquePointer

    fileprivate init(_ handle: OpaquePointer) { unsafe self.handle = handle }

    deinit { unsafe _ = sqlite3_finalize(handle) }

    /// Gives the parameter with this number, from 1 on, its value.
    package func bind(_ index: Int, _ value: Int64) {
        unsafe _ = sqlite3_bind_int64(handle, CInt(index), value)
    }

    package func bind(_ index: Int, _ text: some Collection<UInt8>) {
        let bytes = Array(text)
        unsafe bytes.withUnsafeBytes { buffer in
            unsafe _ = gr_sqlite_bind_text(handle, CInt(index), buffer.baseAddress, CInt(buffer.count))
        }
    }

    /// Goes to the next row; false when there is none, and the statement can be run again.
    package func step() throws(DatabaseError) -> Bool {
        let result = unsafe sqlite3_step(handle)
        if result == SQLITE_ROW { return true }
        let message = unsafe Database.text(sqlite3_errmsg(sqlite3_db_handle(handle)))
        unsafe _ = sqlite3_reset(handle)
        guard result == SQLITE_DONE else { throw DatabaseError(code: result, description: message) }
        return false
    }

    /// Runs it to its end.
    package func finish() throws(DatabaseError) { while try step() {} }

    package var columns: [String] {
        let count = unsafe sqlite3_column_count(handle)
        return (0..<count).map { unsafe Database.text(sqlite3_column_name(handle, $0)) }
    }

    package func integer(_ column: Int) -> Int64 { unsafe sqlite3_column_int64(handle, CInt(column)) }

    package func text(_ column: Int) -> String {
        guard let bytes = unsafe sqlite3_column_text(handle, CInt(column)) else { return "" }
        let count = Int(unsafe sqlite3_column_bytes(handle, CInt(column)))
        return unsafe String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    /// Whatever stands there, as JSON would have it.
    package func value(_ column: Int) -> JSON {
        switch unsafe sqlite3_column_type(handle, CInt(column)) {
        case SQLITE_NULL: .null
        case SQLITE_INTEGER: .int(integer(column))
        case SQLITE_FLOAT: .fraction(unsafe sqlite3_column_double(handle, CInt(column)))
        default: .string(text(column))
        }
    }
}

/// Why the database did not do as it was told, in its own words.
package struct DatabaseError: Error, Equatable, CustomStringConvertible {
    package let code: CInt
    package let description: String

    /// Made by another guardrun: as good as damaged.
    static let otherVersion = DatabaseError(
        code: SQLITE_NOTADB, description: "the index is of another version")

    /// The file is damaged, or is none of SQLite's.
    package var isDamage: Bool { code == SQLITE_CORRUPT || code == SQLITE_NOTADB }
}
