/// An error as a client of the MySQL protocol sees it: number, SQLSTATE and one line of text.
package struct SQLError: Error, Hashable, Sendable {
    /// The server error number, for example 1146 (`ER_NO_SUCH_TABLE`).
    package let errno: UInt16
    /// Five characters, for example `42S02`.
    package let sqlState: String
    package let message: String

    package init(errno: UInt16, sqlState: String, message: String) {
        self.errno = errno
        self.sqlState = sqlState
        self.message = message
    }
}

extension SQLError {
    /// The error for a client's library: libmariadb takes one whose number is among those of clients (2000 to 2999) for
    /// a malformed packet, and so hides its text. It gets ER_CONNECTION_KILLED instead.
    ///
    /// - Parameter library: as it calls itself in the attribute `_client_name`.
    package func understandable(to library: String) -> SQLError {
        guard library == "libmariadb", (2000...2999).contains(errno) else { return self }
        return SQLError(errno: 1927, sqlState: sqlState, message: message)
    }
}
