import TestServers
import Testing

@Suite struct TerminalTests {
    @Test(arguments: [Login.application, .topology])
    func `the tab key completes tables and columns in the mariadb shell`(login: Login) async throws {
        try await withCluster(nodes: 1, configure: { _, configuration in try configuration.addTopologyAccount() }) {
            cluster in
            let shown = try await Terminal.run(
                [
                    "mariadb", "--no-defaults", "--host=127.0.0.1", "--port=\(cluster.sidecars[0].sqlPort)",
                    "--user=\(login.user)", "--password=\(login.password)", "--auto-rehash",
                ],
                [
                    Terminal.Step(expected: "[(none)]> ", typed: "USE cluster_schema\n"),
                    Terminal.Step(expected: "[cluster_schema]> ", typed: "SELECT MEMBER_N\t"),
                    // What the key adds is shown at the cursor, alone.
                    Terminal.Step(expected: "AME", typed: " FROM PRIMARY_ME\t"),
                    Terminal.Step(expected: "MBER", typed: ";\n"),
                    Terminal.Step(expected: "| MEMBER_NAME |", typed: ""),
                    Terminal.Step(expected: "db1", typed: ""),
                    Terminal.Step(expected: "[cluster_schema]> ", typed: "\\s\n"),
                    Terminal.Step(expected: "Current database:\tcluster_schema", typed: ""),
                    Terminal.Step(expected: "Uptime:", typed: ""),
                    Terminal.Step(expected: "[cluster_schema]> ", typed: ""),
                ]
            )
            #expect(!shown.contains("ERROR"), "\(shown)")
        }
    }
}
