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
