import ClusterModel
import MySQLWire
import QueryRouting
import SQLDialect

/// The values of the system variables that the compatibility views add.
struct CompatibilityVariables {
    let names: CompatibilityNames
    let view: any ClusterViewSource

    /// What `@@aurora_version` says. Clients ask whether there is one.
    static let auroraVersion = "3.08.0"

    /// Decides beside the view whether this node is the writer, where mysqld can be asked.
    private static let readOnly = "@@global.read_only"

    /// What to ask mysqld for, instead of these variables that a statement names.
    func asked(_ variables: [String]) -> [String] {
        guard !names.views.isEmpty else { return variables }
        var asked = variables.filter { ownName(of: $0) == nil }
        if asked.count < variables.count, variables.contains(where: { ownName(of: $0) == "innodb_read_only" }),
            !asked.contains(Self.readOnly)
        {
            asked.append(Self.readOnly)
        }
        return asked
    }

    /// - Parameter variable: as typed, `@@global.innodb_read_only`.
    /// - Returns: nil for a variable that is none of ours.
    func value(of variable: String, in context: SessionContext) -> SQLValue? {
        guard let name = ownName(of: variable) else { return nil }
        if name == "innodb_read_only", let asked = context.variables[Self.readOnly], asked.integer != 0 {
            return .integer(1)
        }
        return value(of: name)
    }

    private func ownName(of variable: String) -> String? {
        guard variable.hasPrefix("@@"), let name = SystemVariables.name(in: variable) else { return nil }
        return names.answers(variable: name) ? name : nil
    }

    /// - Parameter name: in lower case, without `@@` and scope.
    private func value(of name: String) -> SQLValue {
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
        let listing = Listing(of: "SESSION_VARIABLES", "Variable_name=VARIABLE_NAME 64!, Value=VARIABLE_VALUE 2048")
        let rows = names.shownVariables.map { name -> [SQLValue] in
            let value = value(of: name)
            guard name == "innodb_read_only" else { return [.text(name), value] }
            return [.text(name), .text(value == .integer(0) ? "OFF" : "ON")]
        }
        return try listing.answer(rows, like: pattern)
    }
}
