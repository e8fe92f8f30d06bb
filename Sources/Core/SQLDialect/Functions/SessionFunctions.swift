import MySQLWire
import QueryRouting

/// What a session is: its user, schema and connection.
enum SessionFunctions {
    static func all(_ environment: FunctionEnvironment) -> [SQLFunction] {
        [
            SQLFunction("my_database", 0...0, isDeterministic: false) { _ in
                environment.context.isVirtualSchemaSelected ? .text(VirtualSchema.name) : .null
            },
            SQLFunction("my_user", 0...0, isDeterministic: false) { _ in
                .text("\(environment.context.user)@\(environment.context.host)")
            },
            SQLFunction("my_connection_id", 0...0, isDeterministic: false) { _ in
                .integer(Int64(environment.context.connectionID))
            },
            SQLFunction("my_version", 0...0, isDeterministic: false) { _ in
                .text(environment.context.serverVersion)
            },
        ]
    }
}
