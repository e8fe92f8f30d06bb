/// The procedures of cluster_schema: their names and parameters are here and nowhere else.
package enum Procedure: String, Hashable, Sendable, CaseIterable {
    case failover
    case maintenance
    case reload
    case removeMember = "remove_member"
    case stepDown = "step_down"
    case switchover

    /// What a parameter takes.
    package enum ParameterType: Hashable, Sendable {
        /// Text of at most so many characters.
        case text(Int)
        /// 0 or 1.
        case flag
    }

    package struct Parameter: Hashable, Sendable {
        package var name: String
        package var type: ParameterType
        package var isNullable: Bool

        init(_ name: String, _ type: ParameterType, isNullable: Bool = false) {
            self.name = name
            self.type = type
            self.isNullable = isNullable
        }

        /// As SHOW CREATE PROCEDURE prints it.
        package var declaration: String { "IN `\(name)` \(typeName)" }

        package var typeName: String {
            switch type {
            case .text(let characters): "varchar(\(characters))"
            case .flag: "tinyint(1)"
            }
        }
    }

    package init?(named name: String) { self.init(rawValue: name.asciiLowercased) }

    package var name: String { rawValue }

    package var parameters: [Parameter] {
        switch self {
        case .failover: [Parameter("member_name", .text(255), isNullable: true)]
        case .maintenance:
            [Parameter("member_name", .text(255)), Parameter("is_on", .flag), Parameter("reason", .text(255))]
        case .reload, .stepDown: []
        case .removeMember, .switchover: [Parameter("member_name", .text(255))]
        }
    }

    /// One line for people.
    package var comment: String {
        switch self {
        case .failover: "Makes a member primary without the old one's help; NULL lets the cluster choose."
        case .maintenance: "Takes a member out of service, or puts it back."
        case .reload: "Reads this sidecar's configuration anew, as SIGHUP does."
        case .removeMember: "Forgets a member that will not come back."
        case .stepDown: "Hands the quorum's leadership to another member."
        case .switchover: "Makes a member primary and loses nothing."
        }
    }
}
