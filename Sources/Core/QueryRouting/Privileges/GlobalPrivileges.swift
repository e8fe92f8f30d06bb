/// The privileges on `*.*` in the answer to SHOW GRANTS, which both servers give with those of the active roles.
package struct GlobalPrivileges: Hashable, Sendable {
    /// In upper case, as the server spells them.
    private let names: Set<String>

    /// - Parameter grants: the rows of SHOW GRANTS. Those that grant anything else than privileges on `*.*` say nothing.
    package init(grants: [String]) {
        var names: Set<String> = []
        for grant in grants {
            guard grant.hasPrefix("GRANT "), let end = grant.firstRange(of: " ON *.* TO ")?.lowerBound else { continue }
            let list = grant[..<end].dropFirst("GRANT ".count)
            // The name of a role might hold anything, but stands in quotes then.
            guard list.utf8.allSatisfy(Self.isOfPrivilege) else { continue }
            for name in list.split(separator: ",") { names.insert(String(name.drop { $0 == " " })) }
        }
        self.names = names
    }

    private static func isOfPrivilege(_ byte: UInt8) -> Bool {
        (byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")) || byte == UInt8(ascii: " ")
            || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ",")
    }

    private func has(_ wanted: String...) -> Bool {
        names.contains("ALL PRIVILEGES") || wanted.contains { names.contains($0) }
    }

    /// May see the sessions of other users.
    package var maySeeAllSessions: Bool { has("PROCESS") }

    /// May call procedures that act.
    package var mayOperate: Bool { has("SUPER", "REPLICATION SLAVE ADMIN", "REPLICATION_SLAVE_ADMIN") }

    /// What `mayOperate` asks for, for error 1227.
    package static let operating = "SUPER, REPLICATION SLAVE ADMIN"
}
