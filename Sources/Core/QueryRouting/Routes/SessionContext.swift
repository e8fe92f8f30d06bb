package import MySQLWire

/// What routing and the virtual tables need to know of the session that a statement came in on.
package struct SessionContext: Hashable, Sendable {
    /// Who proved the user's identity, and so who can carry out ordinary statements.
    package enum Authority: Hashable, Sendable {
        /// mysqld did: it has a session for this client.
        case server
        /// This sidecar did (`sql.accounts`): there is no mysqld behind this session.
        case sidecar
    }

    package var authority: Authority
    package var user: String
    /// The client's address without its port.
    package var host: String
    package var connectionID: UInt32
    /// An account of this sidecar that may act, and see what concerns its accounts.
    package var isOperator = false
    /// As mysqld greets with; the last one known while it is down.
    package var serverVersion: String
    /// The session has chosen cluster_schema (`USE`, COM_INIT_DB or the login).
    package var isVirtualSchemaSelected: Bool
    /// `sql_mode` holds ANSI_QUOTES: double quotes name identifiers.
    package var hasANSIQuotes: Bool
    /// `sql_mode` holds NO_BACKSLASH_ESCAPES (status flag SERVER_STATUS_NO_BACKSLASH_ESCAPES).
    package var hasNoBackslashEscapes: Bool
    /// That of the statement's bytes; of a text here it is always UTF-8.
    package var characterSet: ClientCharacterSet

    /// The statement is being prepared: `?` stands for a parameter.
    package var allowsParameters: Bool
    /// What the statement before left behind, if the sidecar answered it; nil if mysqld did, and knows.
    package var diagnostics: [Diagnostic]?
    /// The rows of CONNECTIONS, for a statement that reads it.
    package var clientSessions: [ClientSessionRow] = []
    /// Values of mysqld's that the statement needs, by the variables' names as typed (`VirtualQuerying.variables`).
    package var variables: [String: SQLValue] = [:]

    package init(
        authority: Authority = .server,
        user: String = "",
        host: String = "",
        connectionID: UInt32 = 0,
        serverVersion: String = "",
        isVirtualSchemaSelected: Bool = false,
        hasANSIQuotes: Bool = false,
        hasNoBackslashEscapes: Bool = false,
        characterSet: ClientCharacterSet = .utf8mb4,
        allowsParameters: Bool = false
    ) {
        self.authority = authority
        self.user = user
        self.host = host
        self.connectionID = connectionID
        self.serverVersion = serverVersion
        self.isVirtualSchemaSelected = isVirtualSchemaSelected
        self.hasANSIQuotes = hasANSIQuotes
        self.hasNoBackslashEscapes = hasNoBackslashEscapes
        self.characterSet = characterSet
        self.allowsParameters = allowsParameters
    }
}
