import MySQLClient
import TestServers
import Testing

@Suite struct BackpressureTests {
    /// What a session may add to the process's memory, in kilobytes: its buffers, and what the allocator rounds up.
    static let allowanceKilobytes = 16 * 1024

    @Test func `a result of 1 GiB to a slow reader takes no memory`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let sidecar = cluster.sidecars[0]
            let port = sidecar.sqlPort
            try await ask(port, "SELECT 1")
            let before = try #require(await sidecar.residentKilobytes)
            let rows = 1024
            let rowBytes = 1024 * 1024
            let stalling = Gate()
            let goingOn = Gate()
            // Whatever fails: no thread waits for a test that is over.
            defer { goingOn.open() }

            async let received = onThread {
                let session = try RawSession(port: port, receiveBufferBytes: 64 * 1024)
                try session.logIn()
                try session.send(
                    RawSession.query("SELECT REPEAT('x', \(rowBytes)) FROM app.seq_1_to_1024 LIMIT \(rows)")
                )
                #expect(try session.packet().payload == [1])
                stalling.open()
                try goingOn.wait()
                var bytes = 0
                while true {
                    let payload = try session.packet().payload
                    if payload.first == 0xfe, payload.count < 9, bytes > 0 { return bytes }
                    if payload.count > rowBytes { bytes += payload.count - 4 }
                }
            }
            try await onThread { try stalling.wait() }
            // The sidecar takes in what it will while nobody reads, and then no more; asking takes a little itself.
            var taken = 0
            try await waitUntil("no more is read from mysqld", every: .milliseconds(100)) {
                let now = try await sidecar.status("PROXY_BYTES_FROM_SERVER")
                defer { taken = now }
                return taken > 0 && now - taken < 4096
            }
            #expect(taken < 16 * 1024 * 1024)
            let stalled = try #require(await sidecar.residentKilobytes)
            #expect(stalled - before < Self.allowanceKilobytes, "\(before) kB before, \(stalled) kB")

            goingOn.open()
            #expect(try await received == rows * rowBytes)
            let after = try #require(await sidecar.residentKilobytes)
            #expect(after - before < Self.allowanceKilobytes, "\(before) kB before, \(after) kB")
        }
    }

    @Test func `statements of a client that reads no answers wait`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let sidecar = cluster.sidecars[0]
            let port = sidecar.sqlPort
            try await ask(port, "SELECT 1")
            let before = try #require(await sidecar.residentKilobytes)
            let count = 6_000
            let session = try await onThread {
                let session = try RawSession(port: port, receiveBufferBytes: 64 * 1024)
                try session.logIn()
                return SendableBox(session)
            }
            // Virtual answers, which no mysqld holds back.
            async let sent: Void = onThread {
                let statement = RawSession.query("SELECT * FROM cluster_schema.settings")
                for _ in 0..<count { try session.value.send(statement) }
            }
            var answered = -1
            try await waitUntil("no more is answered", every: .milliseconds(200)) {
                let now = try await sidecar.status("PROXY_COMMANDS_INSPECTED")
                defer { answered = now }
                // Each look is one itself.
                return now == answered + 1
            }
            #expect(answered < count)
            let stalled = try #require(await sidecar.residentKilobytes)
            #expect(stalled - before < Self.allowanceKilobytes, "\(before) kB before, \(stalled) kB")
            try await onThread {
                for _ in 0..<count {
                    guard case .rows(let rows) = try session.value.reply(), rows.count > 30 else {
                        Issue.record("not the settings")
                        return
                    }
                }
            }
            try await sent
        }
    }
}
