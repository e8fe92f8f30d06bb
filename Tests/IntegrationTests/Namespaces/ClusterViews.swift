import MySQLClient
import TestServers

/// One line of EVENTS.
struct Event: Equatable {
    var id: Int
    var type: String
    var member: String
    var detail: String
}

extension PilotfishProcess {
    nonisolated var name: String { configuration.nodeName }

    /// One row as values; nil for no row.
    nonisolated func row(_ statement: String) async throws -> [String?]? {
        try await ask(statement).rows.first
    }

    nonisolated func topologyVersion() async throws -> Int {
        let row = try await row("SELECT topology_version FROM cluster_schema.cluster")
        guard let version = row?.first.flatMap({ $0 }).flatMap({ Int($0) }) else { throw TestServerError("no version") }
        return version
    }

    nonisolated func incarnation(of member: String) async throws -> Int {
        guard let incarnation = try await members("incarnation")[member].flatMap({ Int($0) }) else {
            throw TestServerError("\(name) knows no \(member)")
        }
        return incarnation
    }

    /// The history since a certain line.
    nonisolated func events(after id: Int = 0) async throws -> [Event] {
        let result = try await ask(
            """
            SELECT event_id, type, member_name, detail FROM cluster_schema.events WHERE event_id > \(id)
            ORDER BY event_id
            """
        )
        return result.records.map {
            Event(
                id: $0["event_id"].flatMap { Int($0) } ?? 0,
                type: $0["type"] ?? "",
                member: $0["member_name"] ?? "",
                detail: $0["detail"] ?? ""
            )
        }
    }

    /// The states that a member went through, by EVENTS.
    nonisolated func states(of member: String, after id: Int = 0) async throws -> [String] {
        try await events(after: id).filter { $0.type == "STATE_CHANGED" && $0.member == member }.map { event in
            // "ONLINE -> SUSPECT", after which a reason may come.
            let words = event.detail.split(separator: " ")
            return words.count > 2 ? String(words[2].prefix { $0 != ":" }) : event.detail
        }
    }

    nonisolated func lastEvent() async throws -> Int { try await events().last?.id ?? 0 }
}

extension NamespaceCluster {
    static let wholeRoles = ["db1": "PRIMARY", "db2": "REPLICA", "db3": "REPLICA"]

    /// Waits until each node shows all three with their roles, online, and the same as the others.
    func waitUntilWhole() async throws {
        for sidecar in sidecars {
            try await waitUntil("\(sidecar.name) sees the whole cluster") {
                let roles = try await sidecar.members("role")
                let states = try await sidecar.members("state")
                return roles == Self.wholeRoles && states.values.allSatisfy { $0 == "ONLINE" }
            }
        }
        try await waitUntilAgreed()
    }

    /// Waits until the nodes' tables show the same in all that a driver acts on, and each node with the incarnation that
    /// it gives itself.
    func waitUntilAgreed() async throws {
        try await waitUntil("the nodes agree") {
            var views: Set<QueryResult> = []
            for sidecar in sidecars {
                views.insert(
                    try await sidecar.ask(
                        """
                        SELECT member_id, member_name, sql_host, sql_port, role, state, read_only, incarnation
                        FROM cluster_schema.members ORDER BY member_name
                        """
                    )
                )
            }
            return views.count == 1
        }
    }

    /// Waits until all have heard of the greatest TOPOLOGY_VERSION.
    func agreedTopologyVersion() async throws -> Int {
        try await waitFor("the nodes have one TOPOLOGY_VERSION") {
            var versions: Set<Int> = []
            for sidecar in sidecars { versions.insert(try await sidecar.topologyVersion()) }
            return versions.count == 1 ? versions.first : nil
        }
    }
}

/// Whether the values occur in this order, others among them.
func occurs(_ wanted: [String], in all: [String]) -> Bool {
    var rest = wanted[...]
    for value in all where value == rest.first { rest.removeFirst() }
    return rest.isEmpty
}
