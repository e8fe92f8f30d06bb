import TestServers
import Testing

/// A session without mysqld behind it: what shells and drivers ask is answered.
@Suite struct SidecarAccountShellTests {
    @Test func `a shell starts, and prints its status`() async throws {
        try await withCluster(nodes: 1, configure: { _, configuration in try configuration.addTopologyAccount() }) {
            cluster in
            let lines = try await MariaDBShell.run(
                port: cluster.sidecars[0].sqlPort,
                """
                \\s
                USE cluster_schema
                SELECT @@version_comment LIMIT 1;
                SHOW VARIABLES LIKE 'lower_case_table_names';
                SHOW VARIABLES WHERE Variable_name IN ('autocommit', 'protocol_version');
                SHOW GLOBAL STATUS LIKE 'Slow_queries';
                SET NAMES utf8mb4;
                SHOW DATABASES;
                SELECT DATABASE();
                SELECT COUNT(*) FROM information_schema.schemata;
                SELECT nothing FROM members;
                SHOW WARNINGS;
                """,
                as: .topology
            )
            #expect(lines.contains { $0.hasPrefix("Uptime:") }, "\(lines)")
            #expect(lines.contains { $0.hasPrefix("Current user:") && $0.contains("topology@127.0.0.1") })
            let answers = lines.drop { !$0.hasPrefix("Pilotfish virtual tables") }
            #expect(
                MariaDBShell.withoutErrors(Array(answers)) == [
                    "Pilotfish virtual tables", "lower_case_table_names\t2",
                    "autocommit\tON", "protocol_version\t10", "Slow_queries\t0", "cluster_schema", "information_schema",
                    "cluster_schema", "2", "Error\t1054\tUnknown column 'nothing' in 'field list'",
                ],
                "\(lines)"
            )
        }
    }
}
