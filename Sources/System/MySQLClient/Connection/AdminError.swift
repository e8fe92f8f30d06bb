/// What libmariadb, or mysqld through it, said when a call failed. Never holds the password.
package struct AdminError: Error, Hashable, Sendable, CustomStringConvertible {
    /// MySQL's error number: 1000–1999 and from 3000 the server's, 2000–2999 and 5000–5999 the client library's.
    package let code: UInt32
    /// Five characters, for example `28000`.
    package let sqlState: String
    /// One line, bounded in length.
    package let text: String

    package init(code: UInt32, sqlState: String, text: String) {
        self.code = code
        self.sqlState = sqlState
        self.text = text.singleLine(limit: Self.greatestTextLength)
    }

    package var description: String { "\(text) (\(code), \(sqlState))" }

    /// The login was refused, for whatever reason: another attempt with the same account will be, too.
    package var isLoginRefused: Bool {
        switch code {
        case 1045,  // ER_ACCESS_DENIED_ERROR
            1130,  // ER_HOST_NOT_PRIVILEGED
            1524,  // ER_PLUGIN_IS_NOT_LOADED
            1698,  // ER_ACCESS_DENIED_NO_PASSWORD_ERROR
            1862,  // ER_MUST_CHANGE_PASSWORD_LOGIN
            3118,  // MySQL: ER_ACCOUNT_HAS_BEEN_LOCKED
            4151:  // MariaDB: ER_ACCOUNT_HAS_BEEN_LOCKED
            true
        default: false
        }
    }

    /// The server serves nobody: it stops, starts, or is set to turn all clients away.
    package var isServerUnavailable: Bool {
        switch code {
        case 1047,  // MariaDB: ER_UNKNOWN_COM_ERROR, of a Galera node outside of the primary component
            1053,  // ER_SERVER_SHUTDOWN
            1077...1079,  // ER_NORMAL_SHUTDOWN, ER_GOT_SIGNAL, ER_SHUTDOWN_COMPLETE
            3032,  // MySQL: ER_SERVER_OFFLINE_MODE
            3168:  // MySQL: ER_SERVER_ISNT_AVAILABLE
            true
        default: false
        }
    }

    /// A server said it, or it came of what a server said: there is one that answers.
    package var isAnswer: Bool {
        guard !isServerUnavailable else { return false }
        switch code {
        case 2012,  // CR_SERVER_HANDSHAKE_ERR
            2026,  // CR_SSL_CONNECTION_ERROR
            2054,  // CR_NOT_IMPLEMENTED
            2059,  // CR_AUTH_PLUGIN_CANNOT_LOAD
            2061:  // CR_AUTH_PLUGIN_ERR
            return true
        default: return !isConnectionLost
        }
    }

    /// This process lacks what it takes to ask: descriptors, memory.
    package var isOwnShortage: Bool {
        switch code {
        case 2001,  // CR_SOCKET_CREATE_ERROR
            2004,  // CR_IPSOCK_ERROR
            2008:  // CR_OUT_OF_MEMORY
            true
        default: false
        }
    }

    /// The account may log in and lacks a privilege for the statement.
    package var isPrivilegeMissing: Bool {
        switch code {
        case 1142,  // ER_TABLEACCESS_DENIED_ERROR
            1227:  // ER_SPECIFIC_ACCESS_DENIED_ERROR
            true
        default: false
        }
    }

    /// The connection is of no further use.
    package var isConnectionLost: Bool {
        switch code {
        case 2000..<3000, 5000..<6000,
            1053,  // ER_SERVER_SHUTDOWN
            1152,  // ER_ABORTING_CONNECTION
            1927,  // MariaDB: ER_CONNECTION_KILLED
            3169,  // MySQL: ER_SESSION_WAS_KILLED
            4031:  // MySQL: ER_CLIENT_INTERACTION_TIMEOUT
            true
        default: false
        }
    }

    /// Bounds what a server's text can add to logs and to the member's gossip record.
    private static let greatestTextLength = 300
}

extension String {
    /// Control characters become spaces, and what is beyond `limit` characters is cut.
    package func singleLine(limit: Int) -> String {
        String(
            String.UnicodeScalarView(unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7f ? " " : $0 }).prefix(
                limit
            )
        )
    }
}
