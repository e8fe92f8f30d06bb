package import MySQLWire

/// Where a statement goes.
package enum Route: Hashable, Sendable {
    /// To mysqld, untouched.
    case server
    /// To the virtual tables.
    case virtual(VirtualStatement)
    /// To mysqld, with the rows of virtual tables put in.
    case mixed(MixedStatement)
    /// `USE cluster_schema`: the session's own business; answered OK.
    case selectVirtualSchema
    /// `USE other`: to mysqld; if it agrees, cluster_schema is no longer the chosen schema.
    case selectServerSchema
    /// Answered with this error; mysqld never sees the statement.
    case refuse(SQLError)
    /// The same for what holds a PREPARE: what goes by these names, as typed, ends before.
    case refusePrepare(names: [[UInt8]], SQLError)
}
