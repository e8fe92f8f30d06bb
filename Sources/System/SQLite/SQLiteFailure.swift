internal import CSQLite
package import MySQLWire

/// Why SQLite did not do what it was asked: its result code and its words.
package struct SQLiteFailure: Error, Hashable {
    package enum Kind {
        case interrupted
        case tooBig
        case noMemory
        /// The disk has no room.
        case full
        case readOnly
        /// It is no database, or parts of it are not what was written.
        case corrupt
        /// Another process has it.
        case busy
        case other
    }

    let code: Int32
    package let message: String

    package var kind: Kind {
        switch code & 0xff {
        case SQLITE_INTERRUPT: .interrupted
        case SQLITE_TOOBIG: .tooBig
        case SQLITE_NOMEM: .noMemory
        case SQLITE_FULL: .full
        case SQLITE_READONLY: .readOnly
        case SQLITE_CORRUPT, SQLITE_NOTADB: .corrupt
        case SQLITE_BUSY, SQLITE_LOCKED: .busy
        default: .other
        }
    }

    /// Before an error of a function of ours; no text of a client's stands there.
    private static let prefix = "mysql error "

    static func message(of error: SQLError) -> String { "\(prefix)\(error.errno) \(error.sqlState) \(error.message)" }

    /// What a function of ours said; nil for SQLite's own words.
    package var functionError: SQLError? {
        guard message.hasPrefix(Self.prefix) else { return nil }
        let parts = message.dropFirst(Self.prefix.count).split(
            separator: " ",
            maxSplits: 2,
            omittingEmptySubsequences: false
        )
        guard parts.count == 3, let errno = UInt16(parts[0]) else { return nil }
        return SQLError(errno: errno, sqlState: String(parts[1]), message: String(parts[2]))
    }
}
