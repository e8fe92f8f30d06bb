import MySQLWire

/// Functions that tell of the session.
enum SessionCalls {
    static let all: [String: FunctionSpecification] = {
        var all: [String: FunctionSpecification] = [
            "database": call("my_database()", .text(64)),
            "user": call("my_user()", .text(384)),
            "version": call("my_version()", ValueType.text(26).nullable(false)),
            "connection_id": call(
                "my_connection_id()",
                ValueType(kind: .integer, length: 10, isUnsigned: true, isNullable: false)
            ),
            // Nothing here inserts or counts rows for later.
            "last_insert_id": call(
                "0",
                ValueType(kind: .integer, length: 21, isUnsigned: true, isNullable: false, isBig: true)
            ),
            "found_rows": call("0", ValueType.bigInteger.nullable(false)),
            "row_count": call("(-1)", ValueType.bigInteger.nullable(false)),
            "current_role": call("NULL", .text(384)),
        ]
        for (alias, name) in [
            "schema": "database", "current_user": "user", "session_user": "user", "system_user": "user",
        ] {
            all[alias] = all[name]
        }
        return all
    }()

    private static func call(_ sql: String, _ type: ValueType) -> FunctionSpecification {
        FunctionSpecification(0...0) { _, _ throws(SQLError) in Fragment(sql, type) }
    }
}
