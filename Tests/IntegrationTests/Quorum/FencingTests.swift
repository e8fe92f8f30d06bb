import MySQLClient
import TestServers
import Testing

/// Where a quorum decides, only the primary's server is open to writers, and only while its lease runs.
@Suite struct FencingTests {
    @Test func `a primary that loses the quorum is closed, and open again in the same epoch when it is back`()
        async throws
    {
        try await withQuorum { cluster in
            try await cluster.createWriter()
            try await cluster.waitForReign(of: "db1", epoch: 1)
            let primary = cluster.sidecars[0]
            #expect(await refusal(primary.sqlPort, as: .writer, "INSERT INTO app.noted VALUES (1)") == nil)
            let waiting = Task { await refusal(primary.sqlPort, as: .writer, "SELECT SLEEP(60)") }
            try await waitUntil("a session is at work") {
                try await primary.status("PROXY_CONNECTIONS_CURRENT", as: .quorumOperator) > 1
            }
            for sidecar in cluster.sidecars.dropFirst() { await sidecar.kill9() }
            // Its client waits for no answer any more: 2013, lost connection.
            #expect(await waiting.value?.code == 2013)
            try await waitUntil("db1 is fenced") {
                try await primary.members("state", as: .quorumOperator)["db1"] == "FENCED"
            }
            #expect(try await cluster.servers[0].value("SELECT @@read_only") == "1")
            // As on a replica: readers are served, and writers hear it from the server.
            #expect(try await primary.ask(as: .writer, "SELECT * FROM app.noted").rows == [["1"]])
            #expect(await refusal(primary.sqlPort, as: .writer, "INSERT INTO app.noted VALUES (2)")?.code == 1290)
            for sidecar in cluster.sidecars.dropFirst() { try await sidecar.start() }
            try await cluster.waitForReign(of: "db1", epoch: 1)
            try await waitUntil("db1 takes writes again") {
                await refusal(primary.sqlPort, as: .writer, "INSERT INTO app.noted VALUES (3)") == nil
            }
            try await waitUntil("both are told") {
                let events = try await primary.ask(
                    "SELECT type FROM cluster_schema.events WHERE type IN ('FENCED', 'UNFENCED') ORDER BY event_id"
                )
                return events.rows == [["FENCED"], ["UNFENCED"]]
            }
        }
    }

    @Test func `a second server that is writable is closed to clients at once, and made read-only`() async throws {
        try await withQuorum { cluster in
            try await cluster.createWriter()
            try await cluster.waitForReign(of: "db1", epoch: 1)
            let second = cluster.sidecars[1]
            try await cluster.servers[1].waitToCatchUp(with: cluster.servers[0])
            try await cluster.servers[1].execute("SET GLOBAL read_only = 0")
            try await waitUntil("its gate is closed") {
                try await second.ask(
                    as: .quorumOperator,
                    "SELECT variable_value FROM cluster_schema.status WHERE variable_name = 'PROXY_GATE'"
                ).rows == [["CLOSED"]]
            }
            let refused = await refusal(second.sqlPort, as: .writer, "INSERT INTO app.noted VALUES (1)")
            #expect(refused?.code == 1927, "\(String(describing: refused))")
            #expect(refused?.text.contains("writable and not the primary that the quorum has named") == true)
            try await waitUntil("it is read-only again") {
                try await cluster.servers[1].value("SELECT @@read_only") == "1"
            }
            #expect(try await second.ask(as: .writer, "SELECT COUNT(*) FROM app.noted").rows == [["0"]])
            try await cluster.waitForReign(of: "db1", epoch: 1)
        }
    }

    @Test func `a sidecar that is started anew begins closed, and opens when it hears that it still is primary`()
        async throws
    {
        try await withQuorum { cluster in
            try await cluster.createWriter()
            try await cluster.waitForReign(of: "db1", epoch: 1)
            for sidecar in cluster.sidecars { await sidecar.kill9() }
            let primary = cluster.sidecars[0]
            try await primary.start()
            // Alone it hears from nobody.
            let refused = await refusal(primary.sqlPort, as: .writer, "INSERT INTO app.noted VALUES (1)")
            #expect(refused?.code == 1927 || refused?.code == 1290, "\(String(describing: refused))")
            for sidecar in cluster.sidecars.dropFirst() { try await sidecar.start() }
            try await cluster.waitForReign(of: "db1", epoch: 1)
            try await waitUntil("db1 takes writes again") {
                await refusal(primary.sqlPort, as: .writer, "INSERT INTO app.noted VALUES (2)") == nil
            }
        }
    }

    @Test func `where people decide nothing is closed`() async throws {
        try await withQuorum(configure: { _, configuration in
            configuration.extra = "failover: { mode: manual }"
        }) { cluster in
            try await cluster.createWriter()
            try await cluster.waitForReign(of: "db1", epoch: 1)
            for sidecar in cluster.sidecars.dropFirst() { await sidecar.kill9() }
            let primary = cluster.sidecars[0]
            try await waitUntil("db1 has no quorum") {
                try await primary.ask("SELECT has_quorum FROM cluster_schema.cluster").rows == [["0"]]
            }
            #expect(await refusal(primary.sqlPort, as: .writer, "INSERT INTO app.noted VALUES (1)") == nil)
        }
    }
}
