internal import CSQLite
package import SQLDialect

/// A private database in memory, with nothing open that could reach out of it.
///
/// Together with the other files of this target this is all of the C interface that is used. GRDB's classes are not in
/// between because they own the authorizer and a dispatch queue for each connection, while ours lives on an event loop's
/// thread and needs the authorizer itself.
///
/// Invariant: a connection is used by one thread at a time (it is not Sendable), so it is opened without a mutex; the
/// callbacks' context is `guardian`, which the connection keeps alive until it is closed.
package final class SQLiteConnection {
    private let handle: OpaquePointer
    package let guardian: SQLiteGuard

    /// - Throws: `SQLiteFailure` if memory is short.
    package init(guardian: SQLiteGuard) throws(SQLiteFailure) {
        _ = Self.heapLimit
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX
        let code = sqlite3_open_v2(":memory:", &opened, flags, nil)
        guard let opened else { throw SQLiteFailure(code: code, message: "out of memory") }
        guard code == SQLITE_OK else {
            sqlite3_close_v2(opened)
            throw SQLiteFailure(code: code, message: "cannot open a database in memory")
        }
        self.handle = opened
        self.guardian = guardian
        // The translator quotes names and strings as the standard has it; a misspelt name must not become a string.
        pilotfish_sqlite3_disable_double_quoted_strings(handle)
        pilotfish_sqlite3_be_defensive(handle)
        guardian.watch(handle)
    }

    /// Of all connections of the process together, in bytes; set once. Each statement has limits that are far below it:
    /// it is for what they do not foresee, and what runs into it fails alone (SQLITE_NOMEM).
    private static let heapLimit = sqlite3_hard_heap_limit64(512 << 20)

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
        let prepared = SQLiteStatement(statement, connection: self)
        if hasRest { throw SQLiteFailure(code: SQLITE_ERROR, message: "more than one statement") }
        return prepared
    }

    /// What no statement of ours or a client's needs more of.
    package func setLimits() {
        for (category, value) in [
            (SQLITE_LIMIT_LENGTH, 1 << 20), (SQLITE_LIMIT_SQL_LENGTH, 1 << 20), (SQLITE_LIMIT_COLUMN, 256),
            (SQLITE_LIMIT_EXPR_DEPTH, 400), (SQLITE_LIMIT_COMPOUND_SELECT, 100), (SQLITE_LIMIT_VDBE_OP, 250_000),
            (SQLITE_LIMIT_ATTACHED, 0), (SQLITE_LIMIT_TRIGGER_DEPTH, 0), (SQLITE_LIMIT_WORKER_THREADS, 0),
        ] as [(Int32, Int32)] {
            sqlite3_limit(handle, category, value)
        }
    }

    package func register(_ function: SQLFunction) throws(SQLiteFailure) {
        let code = function.register(on: handle)
        guard code == SQLITE_OK else { throw failure(code) }
    }

    /// Makes texts compare as MySQL's do.
    package func registerCollation() throws(SQLiteFailure) {
        let code = SQLiteCollation.register(on: handle)
        guard code == SQLITE_OK else { throw failure(code) }
    }

    package func register(_ aggregate: SQLAggregate) throws(SQLiteFailure) {
        let code = aggregate.register(on: handle)
        guard code == SQLITE_OK else { throw failure(code) }
    }

    func failure(_ code: Int32) -> SQLiteFailure {
        SQLiteFailure(code: code, message: String(cString: sqlite3_errmsg(handle)))
    }
}
