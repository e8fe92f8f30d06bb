import MySQLClient
import TestServers

/// Servers, and sidecars that decide together who is primary.
func withQuorum<Result>(
    nodes: Int = 3,
    voters: Int = 3,
    configure: @Sendable (Int, inout SidecarConfiguration) throws -> Void = { _, _ in },
    _ body: (TestCluster) async throws -> Result
) async throws -> Result {
    try await withCluster(
        nodes: nodes,
        isFencing: true,
        configure: { node, configuration in
            configuration.electionLines = ["voters: \(voters)"]
            configuration.addQuorumOperator()
            try configure(node, &configuration)
        },
        body
    )
}

extension TestCluster {
    /// Everyone sees the member lead, as the primary of that epoch.
    func waitForReign(
        of name: String,
        epoch: Int,
        on sidecars: [PilotfishProcess]? = nil
    ) async throws {
        for sidecar in sidecars ?? self.sidecars {
            try await waitUntil("\(name) reigns for \(sidecar.configuration.nodeName)") {
                let cluster = try await sidecar.ask(
                    as: .quorumOperator,
                    "SELECT leader, has_quorum, epoch FROM cluster_schema.cluster"
                )
                let primary = try await sidecar.ask(
                    as: .quorumOperator,
                    "SELECT member_name, epoch FROM cluster_schema.primary_member"
                )
                return cluster.rows == [[name, "1", "\(epoch)"]] && primary.rows == [[name, "\(epoch)"]]
            }
        }
    }
}

extension SidecarConfiguration {
    mutating func addQuorumOperator() {
        accounts.append(
            Account(
                name: Login.quorumOperator.user,
                passwordHash: NativePasswordClient.storedHash(Login.quorumOperator.password),
                role: "operator"
            )
        )
    }
}

extension Login {
    /// An account of every sidecar of `withQuorum`.
    static let quorumOperator = Login(user: "operator", password: "operator-secret")
}
