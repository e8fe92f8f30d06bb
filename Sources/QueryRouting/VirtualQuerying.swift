package import MySQLWire

/// Where a statement goes.
package enum Route: Hashable, Sendable {
    /// To mysqld, untouched.
    case server
    /// To the virtual tables.
    case virtual(VirtualStatement)
    /// `USE cluster_schema`: the session's own business; answered OK.
    case selectVirtualSchema
    /// `USE other`: to mysqld; if it agrees, cluster_schema is no longer the chosen schema.
    case selectServerSchema
    /// Answered with this error; mysqld never sees the statement.
    case refuse(SQLError)
}

/// What the virtual tables answer to a statement.
package enum VirtualAnswer: Hashable, Sendable {
    case resultSet(ResultSet)
    /// An OK packet, for statements without rows (SET, BEGIN … of a sidecar account's session).
    case ok
}

/// The virtual tables as the proxy sees them. Bound to one event loop: calls come from its thread alone and return
/// within the engine's time limit.
package protocol VirtualQuerying: AnyObject {
    /// - Parameter statement: the statement's bytes, without the command byte.
    func route(_ statement: [UInt8], in context: SessionContext) -> Route

    func run(_ statement: VirtualStatement, in context: SessionContext) throws(SQLError) -> VirtualAnswer

    /// The columns of a table for COM_FIELD_LIST, whose rows are empty.
    ///
    /// - Parameter pattern: LIKE pattern of column names; empty for all.
    func fields(ofTable table: String, like pattern: String) throws(SQLError) -> [ColumnDefinition]
}
