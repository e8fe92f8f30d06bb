import ClusterModel
import MySQLWire
import QueryRouting

/// The values of the system variables that the compatibility views add.
struct CompatibilityVariables {
    let names: CompatibilityNames
    let view: any ClusterViewSource

    /// What `@@aurora_version` says. Clients ask whether there is one.
    static let auroraVersion = "3.08.0"

    /// - Parameter name: in lower case, without `@@` and scope.
    func value(of name: String) -> SQLValue {
        let view = view.current
        switch name {
        case "aurora_server_id": return view.local.map { .text($0.record.sqlAddress.host) } ?? .null
        case "aurora_version": return .text(Self.auroraVersion)
        case "innodb_read_only": return .integer(Self.isWriter(view) ? 0 : 1)
        case "server_uuid": return .text(view.localID.description)
        default: return .null
        }
    }

    /// Whether this node is the primary, and its own mysqld was last seen to take writes.
    private static func isWriter(_ view: ClusterView) -> Bool {
        guard let primary = view.primary, primary.id == view.localID else { return false }
        guard case .up(let seen) = primary.record.server else { return false }
        return !seen.isReadOnly
    }

    /// SHOW VARIABLES.
    func listing(like pattern: String) throws(SQLError) -> ResultSet {
        guard let matcher = LikePattern(pattern) else { throw .unsupported("a LIKE pattern of that length") }
        var listing = Listing(schema: "information_schema", table: "SESSION_VARIABLES")
        listing.text("Variable_name", "VARIABLE_NAME", 64, .notNull)
        listing.text("Value", "VARIABLE_VALUE", 2048)
        let rows = names.shownVariables.filter { matcher.matches($0) }.map { name -> [SQLValue] in
            let value = value(of: name)
            guard name == "innodb_read_only" else { return [.text(name), value] }
            return [.text(name), .text(value == .integer(0) ? "OFF" : "ON")]
        }
        return ResultSet(columns: listing.columns, rows: rows)
    }

    /// What a query calls for one of these variables.
    static let functionName = "compatibility_variable"

    var function: SQLiteFunction {
        SQLiteFunction(name: Self.functionName, arity: 1...1, isDeterministic: false) { arguments in
            value(of: arguments[0].text ?? "")
        }
    }
}
