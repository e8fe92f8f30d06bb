internal import CSQLite
package import SQLDialect

/// A private database in memory, with nothing open that could reach out of it.
///
/// GRDB's classes are not in between because they own the authorizer and a dispatch queue for each connection, while ours
/// lives on an event loop's thread and needs the authorizer itself.
///
/// Invariant: the callbacks' context is `guardian`, which the connection keeps alive until it is closed.
package final class SQLiteConnection: SQLiteDatabase {
    package let guardian: SQLiteGuard

    /// - Throws: `SQLiteFailure` if memory is short.
    package init(guardian: SQLiteGuard) throws(SQLiteFailure) {
        _ = Self.heapLimit
        self.guardian = guardian
        try super.init(":memory:", flags: SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY)
        guardian.watch(handle)
    }

    /// Of all connections of the process together, in bytes; set once. Each statement has limits that are far below it:
    /// it is for what they do not foresee, and what runs into it fails alone (SQLITE_NOMEM).
    private static let heapLimit = sqlite3_hard_heap_limit64(512 << 20)

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
}
