internal import CSQLite

/// An open database. Together with the other files of this target this is all of the C interface that is used.
///
/// Invariant: it is used by one thread at a time (it is not Sendable), so it is opened without a mutex.
package class SQLiteDatabase {
    let handle: OpaquePointer

    /// - Throws: `SQLiteFailure` if memory is short, or there is no such file and none can be made.
    init(_ name: String, flags: Int32) throws(SQLiteFailure) {
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(name, &opened, flags | SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nil)
        guard let opened else { throw SQLiteFailure(code: code, message: "out of memory") }
        handle = opened
        sqlite3_extended_result_codes(opened, 1)
        // Names and strings are quoted as the standard has it; a misspelt name must not become a string.
        pilotfish_sqlite3_disable_double_quoted_strings(handle)
        pilotfish_sqlite3_be_defensive(handle)
        // What was opened is closed by `deinit`.
        guard code == SQLITE_OK else { throw failure(code) }
    }

    deinit {
        // Statements may be finalized after this: the database is freed with the last of them.
        sqlite3_close_v2(handle)
    }

    /// Runs statements without results.
    package func execute(_ sql: String) throws(SQLiteFailure) {
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw failure(code) }
    }

    /// - Throws: `SQLiteFailure` for SQL that is wrong or not allowed, and for text behind the first statement.
    package func prepare(_ sql: String) throws(SQLiteFailure) -> SQLiteStatement {
        var statement: OpaquePointer?
        var hasRest = false
        let code = sql.withCString { text in
            var rest: UnsafePointer<CChar>?
            let code = sqlite3_prepare_v3(handle, text, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, &rest)
            hasRest = rest.map { $0.pointee != 0 } ?? false
            return code
        }
        guard code == SQLITE_OK else { throw failure(code) }
        guard let statement else { throw SQLiteFailure(code: SQLITE_ERROR, message: "empty statement") }
        let prepared = SQLiteStatement(statement, database: self)
        if hasRest { throw SQLiteFailure(code: SQLITE_ERROR, message: "more than one statement") }
        return prepared
    }

    func failure(_ code: Int32) -> SQLiteFailure {
        SQLiteFailure(code: code, message: String(cString: sqlite3_errmsg(handle)))
    }
}
