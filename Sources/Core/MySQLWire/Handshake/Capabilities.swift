/// What client and server can do (MariaDB: "Connection: capabilities"; MySQL: `group__group__cs__capabilities__flags`).
///
/// The low 32 bits are those of both servers, the high 32 are MariaDB's extended capabilities.
package struct Capabilities: OptionSet, Hashable, Sendable {
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }

    /// Named LONG_PASSWORD in MySQL; a MariaDB server clears it to say that it has extended capabilities.
    package static let mysql = Capabilities(rawValue: 1 << 0)
    package static let connectWithDatabase = Capabilities(rawValue: 1 << 3)
    package static let compress = Capabilities(rawValue: 1 << 5)
    package static let localFiles = Capabilities(rawValue: 1 << 7)
    package static let protocol41 = Capabilities(rawValue: 1 << 9)
    package static let tls = Capabilities(rawValue: 1 << 11)
    package static let transactions = Capabilities(rawValue: 1 << 13)
    package static let secureConnection = Capabilities(rawValue: 1 << 15)
    package static let multiStatements = Capabilities(rawValue: 1 << 16)
    package static let multiResults = Capabilities(rawValue: 1 << 17)
    package static let psMultiResults = Capabilities(rawValue: 1 << 18)
    package static let pluginAuth = Capabilities(rawValue: 1 << 19)
    package static let connectAttributes = Capabilities(rawValue: 1 << 20)
    package static let pluginAuthLengthEncoded = Capabilities(rawValue: 1 << 21)
    package static let sessionTrack = Capabilities(rawValue: 1 << 23)
    package static let deprecateEOF = Capabilities(rawValue: 1 << 24)
    package static let optionalMetadata = Capabilities(rawValue: 1 << 25)
    package static let zstdCompression = Capabilities(rawValue: 1 << 26)
    package static let queryAttributes = Capabilities(rawValue: 1 << 27)
    package static let multiFactor = Capabilities(rawValue: 1 << 28)
    /// MariaDB before its extended capabilities; unused by MySQL.
    package static let progressObsolete = Capabilities(rawValue: 1 << 29)
    package static let mariaDBProgress = Capabilities(rawValue: 1 << 32)
    package static let mariaDBExtendedMetadata = Capabilities(rawValue: 1 << 35)
    package static let mariaDBCacheMetadata = Capabilities(rawValue: 1 << 36)

    /// Ends at the sidecar itself, so mysqld's offer of it is not passed on.
    package static let notRelayed: Capabilities = [.tls, .compress, .zstdCompression]

    /// What the sidecar offers by itself while mysqld is down.
    package static let own: Capabilities = [
        .mysql, .connectWithDatabase, .protocol41, .transactions, .secureConnection, .multiResults, .psMultiResults,
        .pluginAuth, .connectAttributes, .pluginAuthLengthEncoded, .sessionTrack, .deprecateEOF,
    ]
}

/// The status flags of OK and EOF packets (`SERVER_STATUS_…`).
package struct StatusFlags: OptionSet, Hashable, Sendable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let inTransaction = StatusFlags(rawValue: 0x0001)
    package static let autocommit = StatusFlags(rawValue: 0x0002)
    package static let moreResults = StatusFlags(rawValue: 0x0008)
    package static let cursorExists = StatusFlags(rawValue: 0x0040)
    /// COM_STMT_FETCH has come to the end of a cursor, which is closed.
    package static let lastRowSent = StatusFlags(rawValue: 0x0080)
    package static let noBackslashEscapes = StatusFlags(rawValue: 0x0200)
    /// The result is a procedure's OUT parameters.
    package static let outParameters = StatusFlags(rawValue: 0x1000)
    package static let inReadOnlyTransaction = StatusFlags(rawValue: 0x2000)
    /// The OK packet tells what of the session changed (CLIENT_SESSION_TRACK).
    package static let sessionStateChanged = StatusFlags(rawValue: 0x4000)
    /// MariaDB alone.
    package static let ansiQuotes = StatusFlags(rawValue: 0x8000)

    /// Those that describe the session rather than one statement, and so go into our own answers too.
    package static let ofSession: StatusFlags = [
        .inTransaction, .autocommit, .noBackslashEscapes, .inReadOnlyTransaction, .ansiQuotes,
    ]
}
