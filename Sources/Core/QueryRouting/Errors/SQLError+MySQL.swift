package import MySQLWire

/// The errors of the virtual tables, with the numbers, states and words that MySQL and MariaDB use for them.
extension SQLError {
    package static func unknownTable(_ table: String, schema: String = VirtualSchema.name) -> SQLError {
        SQLError(errno: 1146, sqlState: "42S02", message: "Table '\(schema).\(table)' doesn't exist")
    }

    package static func unknownColumn(_ column: String, in clause: String) -> SQLError {
        SQLError(errno: 1054, sqlState: "42S22", message: "Unknown column '\(column)' in '\(clause)'")
    }

    package static func unknownSchema(_ schema: String) -> SQLError {
        SQLError(errno: 1049, sqlState: "42000", message: "Unknown database '\(schema)'")
    }

    package static func unknownFunction(_ name: String) -> SQLError {
        SQLError(errno: 1305, sqlState: "42000", message: "FUNCTION \(name) does not exist")
    }

    package static func unknownProcedure(_ name: String) -> SQLError {
        SQLError(errno: 1305, sqlState: "42000", message: "PROCEDURE \(name) does not exist")
    }

    package static func wrongArgumentCount(_ procedure: Procedure, found: Int) -> SQLError {
        SQLError(
            errno: 1318,
            sqlState: "42000",
            message: "Incorrect number of arguments for PROCEDURE \(VirtualSchema.name).\(procedure.name); "
                + "expected \(procedure.parameters.count), got \(found)"
        )
    }

    /// - Parameter privileges: any of which would do.
    package static func privilegeMissing(_ privileges: String) -> SQLError {
        SQLError(
            errno: 1227,
            sqlState: "42000",
            message: "Access denied; you need (at least one of) the \(privileges) privilege(s) for this operation"
        )
    }

    package static func unknownSystemVariable(_ name: String) -> SQLError {
        SQLError(errno: 1193, sqlState: "HY000", message: "Unknown system variable '\(name)'")
    }

    package static func notUpdatable(_ table: String, statement: String) -> SQLError {
        SQLError(
            errno: 1288,
            sqlState: "HY000",
            message: "The target table \(table) of the \(statement) is not updatable"
        )
    }

    package static func accessDenied(_ context: SessionContext, schema: String = VirtualSchema.name) -> SQLError {
        SQLError(
            errno: 1044,
            sqlState: "42000",
            message: "Access denied for user '\(context.user)'@'\(context.host)' to database '\(schema)'"
        )
    }

    package static let noSchemaSelected = SQLError(errno: 1046, sqlState: "3D000", message: "No database selected")

    package static let emptyStatement = SQLError(errno: 1065, sqlState: "42000", message: "Query was empty")

    package static let notUTF8 = invalidCharacters(in: .utf8mb4)

    package static func invalidCharacters(in set: ClientCharacterSet) -> SQLError {
        SQLError(
            errno: 1300,
            sqlState: "HY000",
            message: "Invalid \(set.rawValue) character string in a statement on cluster_schema"
        )
    }

    /// - Parameter what: the subject of a sentence, as in "EXPLAIN of a virtual table".
    package static func unsupported(_ what: String) -> SQLError {
        SQLError(
            errno: 1235,
            sqlState: "0A000",
            message: "This version of Pilotfish doesn't yet support '\(what)'"
        )
    }

    /// - Parameter what: a procedure or function.
    package static func needsQuorum(_ what: String) -> SQLError {
        SQLError(
            errno: 1235,
            sqlState: "0A000",
            message: "\(what) needs a quorum: the section election of the configuration"
        )
    }

    /// - Parameters:
    ///   - near: the statement from where it could not be understood.
    ///   - line: counted from 1.
    package static func syntax(near: String, line: Int) -> SQLError {
        SQLError(
            errno: 1064,
            sqlState: "42000",
            message: "You have an error in your SQL syntax; check the manual of Pilotfish's virtual tables for the "
                + "right syntax to use near '\(near)' at line \(line)"
        )
    }

    package static let mixedTables = unsupported(
        "virtual tables of cluster_schema and tables of the server in one statement"
    )

    /// A statement on virtual tables and on tables of the server, in a session without mysqld.
    package static func mixedNeedsServer(_ context: SessionContext) -> SQLError {
        SQLError(
            errno: 1235,
            sqlState: "0A000",
            message: "This statement also needs mysqld, beside virtual tables of cluster_schema, and this session has "
                + "none: " + hint(context)
        )
    }

    /// Drivers take this number as a request to send the statement as text.
    package static let mixedNotPreparable = SQLError(
        errno: 1295,
        sqlState: "HY000",
        message: "This command is not supported in the prepared statement protocol yet: virtual tables of "
            + "cluster_schema and mysqld in one statement, whose rows would stay those of the preparation"
    )

    package static func tooManyRowsForServer(limit: Int) -> SQLError {
        SQLError(
            errno: 1104,
            sqlState: "42000",
            message:
                "The rows of cluster_schema that mysqld would need for this statement take more than \(limit) bytes"
        )
    }

    /// What only mysqld could do, asked of a session without one.
    package static func needsServer(_ context: SessionContext) -> SQLError {
        SQLError(errno: 1235, sqlState: "0A000", message: "This statement needs mysqld: \(hint(context))")
    }

    package static func tableNeedsServer(_ name: TableName, _ context: SessionContext) -> SQLError {
        let table = (name.schema.map { $0 + "." } ?? "") + name.table
        return SQLError(
            errno: 1142,
            sqlState: "42000",
            message: "SELECT command denied to user '\(context.user)'@'\(context.host)' for table '\(table)': "
                + hint(context)
        )
    }

    private static func hint(_ context: SessionContext) -> String {
        "the account '\(context.user)' is answered by this sidecar alone; "
            + "tables of the database need an account of mysqld"
    }
}
