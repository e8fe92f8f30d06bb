import MySQLWire
package import QueryRouting

/// The system variables that clients and drivers ask for when they connect, with the values that tell the truth about
/// a session of the virtual tables.
package enum SystemVariables {
    enum Value: Hashable {
        case integer(Int64)
        case text(String)
        /// 1 or 0 in a SELECT, ON or OFF in SHOW VARIABLES.
        case flag(Bool)
    }

    private static let fixed: [(name: String, value: Value)] = [
        ("auto_increment_increment", .integer(1)),
        ("auto_increment_offset", .integer(1)),
        ("autocommit", .flag(true)),
        ("character_set_client", .text("utf8mb4")),
        ("character_set_connection", .text("utf8mb4")),
        ("character_set_database", .text("utf8mb4")),
        ("character_set_results", .text("utf8mb4")),
        ("character_set_server", .text("utf8mb4")),
        ("character_set_system", .text("utf8mb4")),
        ("collation_connection", .text("utf8mb4_general_ci")),
        ("collation_database", .text("utf8mb4_general_ci")),
        ("collation_server", .text("utf8mb4_general_ci")),
        ("have_ssl", .text("DISABLED")),
        ("init_connect", .text("")),
        ("interactive_timeout", .integer(28_800)),
        ("license", .text("")),
        ("lower_case_table_names", .integer(2)),
        ("max_allowed_packet", .integer(16_777_216)),
        ("net_buffer_length", .integer(16_384)),
        ("net_read_timeout", .integer(30)),
        ("net_write_timeout", .integer(60)),
        ("performance_schema", .flag(false)),
        ("protocol_version", .integer(10)),
        ("query_cache_size", .integer(0)),
        ("query_cache_type", .text("OFF")),
        ("read_only", .flag(true)),
        ("sql_mode", .text("STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION")),
        ("sql_select_limit", .text("18446744073709551615")),
        ("system_time_zone", .text("UTC")),
        ("time_zone", .text("SYSTEM")),
        ("transaction_isolation", .text("REPEATABLE-READ")),
        ("transaction_read_only", .flag(false)),
        ("tx_isolation", .text("REPEATABLE-READ")),
        ("tx_read_only", .flag(false)),
        ("version_comment", .text("Pilotfish virtual tables")),
        ("wait_timeout", .integer(28_800)),
    ]

    private static let byName = Dictionary(uniqueKeysWithValues: fixed.map { ($0.name, $0.value) })

    static func isKnown(_ name: String) -> Bool {
        byName[name] != nil || name == "version" || name == "pseudo_thread_id"
    }

    static func value(of name: String, in context: SessionContext) -> SQLValue {
        if name == "version" { return .text(context.serverVersion) }
        if name == "pseudo_thread_id" { return .integer(Int64(context.connectionID)) }
        switch byName[name] {
        case .integer(let number): return .integer(number)
        case .text(let text): return .text(text)
        case .flag(let isOn): return .integer(isOn ? 1 : 0)
        case nil: return .null
        }
    }

    /// The rows of SHOW VARIABLES, by name.
    package static func rows(in context: SessionContext) -> [(name: String, value: String)] {
        let texts = fixed.map { name, value in
            switch value {
            case .integer(let number): (name: name, value: String(number))
            case .text(let text): (name: name, value: text)
            case .flag(let isOn): (name: name, value: isOn ? "ON" : "OFF")
            }
        }
        return (texts + [(name: "version", value: context.serverVersion)]).sorted { $0.name < $1.name }
    }

    /// The name in `@@[global.|session.|local.]name`, in lower case and without backticks; nil for any other form.
    package static func name(in token: String) -> String? {
        let parts = token.asciiLowercased.dropFirst(2).split(separator: ".", omittingEmptySubsequences: false)
            .map { $0.filter { $0 != "`" } }
        switch parts.count {
        case 1: return parts[0]
        case 2 where ["global", "session", "local"].contains(parts[0]): return parts[1]
        default: return nil
        }
    }
}
