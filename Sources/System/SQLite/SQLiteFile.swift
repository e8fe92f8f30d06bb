internal import CSQLite

/// A database in a file that one process has for itself: what is committed is on the disk, and nothing is lost by a crash of
/// the process or the machine.
package final class SQLiteFile: SQLiteDatabase {
    /// Opens it, or makes it.
    ///
    /// - Throws: `SQLiteFailure` if it cannot be had: of the kind `busy` if another process has it.
    package init(path: String) throws(SQLiteFailure) {
        try super.init(path, flags: SQLITE_OPEN_CREATE)
        // Exclusive before the first access: the index of the log stays in memory, and nobody else comes in.
        try execute("PRAGMA locking_mode = EXCLUSIVE")
        try execute("PRAGMA journal_mode = WAL")
        try execute("PRAGMA synchronous = FULL")
        try execute("PRAGMA trusted_schema = OFF")
        try execute("PRAGMA cell_size_check = ON")
        // Taken now rather than with the first change.
        try execute("BEGIN IMMEDIATE; COMMIT")
    }
}
