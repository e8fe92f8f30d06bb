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
    /// `PREPARE name FROM '…'` of a statement for the virtual tables. Names are in lower case.
    case prepareNamed(String, VirtualStatement)
    /// `EXECUTE name [USING @a, …]` of one of those; the variables with their `@`.
    case executeNamed(String, variables: [String])
    /// `DEALLOCATE PREPARE name` of one of those.
    case deallocateNamed(String)
    /// PREPARE by the name of one of those, of a statement for mysqld.
    case replaceNamed(String)
    /// Answered with this error; mysqld never sees the statement.
    case refuse(SQLError)
}
