import Foundation
import Glibc
import MySQLClient
import TestServers
import Testing

/// What lies between a client's bytes and the protocol: TLS, compression, PROXY headers.
@Suite struct TransportTests {
    static let cipher = "SHOW STATUS LIKE 'Ssl_cipher'; SELECT member_name FROM cluster_schema.members;"

    @Test func `clients encrypt when they want to, and must when it is required`() async throws {
        let certificates = try TestCertificates()
        let server = try certificates.makeServer()
        try await withCluster(nodes: 1) { _, configuration in
            configuration.sqlLines = [
                "tls: { certificate: \(server.certificateFile), key: \(server.keyFile), require: true }"
            ]
            try configuration.addTopologyAccount()
        } _: { cluster in
            let port = cluster.sidecars[0].sqlPort
            for version in ["TLSv1.2", "TLSv1.3"] {
                let lines = try await MariaDBShell.run(
                    port: port,
                    "SELECT 'x', LENGTH(REPEAT('y', 10000000)); SELECT member_name FROM cluster_schema.members;",
                    options: [
                        "--ssl", "--ssl-ca=\(certificates.authorityFile)", "--ssl-verify-server-cert",
                        "--tls-version=\(version)",
                    ]
                )
                #expect(lines == ["x\t10000000", "db1"], "\(version): \(lines)")
            }
            let local = try await MariaDBShell.run(
                port: port,
                "SELECT member_name FROM cluster_schema.members",
                as: .topology,
                options: ["--ssl", "--ssl-ca=\(certificates.authorityFile)"]
            )
            #expect(local == ["db1"])
            let plain = await refusal(port)
            #expect(plain?.code == 3159)
            let foreign = try TestCertificates(name: "Another CA")
            let distrusting = try await MariaDBShell.run(
                port: port,
                "SELECT 1",
                options: ["--ssl", "--ssl-ca=\(foreign.authorityFile)", "--ssl-verify-server-cert"]
            )
            #expect(distrusting.first?.contains("ERROR 2026") == true, "\(distrusting)")
        }
    }

    @Test func `a client's certificate is asked for and checked`() async throws {
        let certificates = try TestCertificates()
        let server = try certificates.makeServer()
        let client = try certificates.makeClient()
        let stranger = try TestCertificates(name: "Another CA").makeClient()
        try await withCluster(nodes: 1) { _, configuration in
            configuration.sqlLines = [
                "tls:", "  certificate: \(server.certificateFile)", "  key: \(server.keyFile)", "  require: true",
                "  client_ca: \(certificates.authorityFile)", "  require_client_certificate: true",
            ]
        } _: { cluster in
            let port = cluster.sidecars[0].sqlPort
            let known = try await MariaDBShell.run(
                port: port,
                "SELECT 1",
                options: ["--ssl", "--ssl-cert=\(client.certificateFile)", "--ssl-key=\(client.keyFile)"]
            )
            #expect(known == ["1"])
            let unknown = try await MariaDBShell.run(
                port: port,
                "SELECT 1",
                options: ["--ssl", "--ssl-cert=\(stranger.certificateFile)", "--ssl-key=\(stranger.keyFile)"]
            )
            #expect(unknown.first?.hasPrefix("ERROR") == true, "\(unknown)")
            let none = try await MariaDBShell.run(port: port, "SELECT 1", options: ["--ssl"])
            #expect(none.first?.hasPrefix("ERROR") == true, "\(none)")
        }
    }

    @Test func `a certificate is exchanged without ending a session`() async throws {
        let first = try TestCertificates(name: "First CA")
        let second = try TestCertificates(name: "Second CA")
        let old = try first.makeServer()
        let new = try second.makeServer()
        try await withCluster(nodes: 1) { _, configuration in
            configuration.sqlLines = ["tls: { certificate: \(old.certificateFile), key: \(old.keyFile) }"]
        } _: { cluster in
            let sidecar = cluster.sidecars[0]
            let port = sidecar.sqlPort
            let stillThere = try await onThread {
                let session = try RawSession(port: port)
                try session.logIn()
                return SendableBox(session)
            }
            var configuration = sidecar.configuration
            configuration.sqlLines = [
                "tls: { certificate: \(new.certificateFile), key: \(new.keyFile) }", "max_connections: 77",
            ]
            configuration.accounts = [
                .init(name: "late", passwordHash: NativePasswordClient.storedHash("late-secret"))
            ]
            // Again and again: right after the start the signal is not listened for yet.
            try await waitUntil("the new certificate is shown", every: .milliseconds(100)) {
                try await sidecar.reload(configuration)
                let lines = try await MariaDBShell.run(
                    port: port,
                    "SELECT 1",
                    options: ["--ssl", "--ssl-ca=\(second.authorityFile)", "--ssl-verify-server-cert"]
                )
                return lines == ["1"]
            }
            #expect(try await onThread { try stillThere.value.query("SELECT 1") } == .rows([["1"]]))
            #expect(await refusal(port, as: Login(user: "late", password: "late-secret"), "SELECT 1") == nil)
            let setting = try await sidecar.ask(
                "SELECT variable_value FROM cluster_schema.settings WHERE variable_name = 'sql.max_connections'"
            )
            #expect(setting.rows == [["77"]])

            // One with an error changes nothing.
            configuration.extra = "gosip: {}"
            try await sidecar.reload(configuration)
            try await waitUntil("the log tells of the error") {
                try contents(of: sidecar.log).contains("configuration not reloaded")
            }
            #expect(await refusal(port) == nil)
        }
    }

    @Test func `the connection to mysqld is encrypted and checked`() async throws {
        let certificates = try TestCertificates()
        let server = try certificates.makeServer()
        let identity = [
            "--ssl-cert=\(server.certificateFile)", "--ssl-key=\(server.keyFile)",
            "--ssl-ca=\(certificates.authorityFile)",
        ]
        let mysqld = try await MariaDBServer.start(options: identity)
        try await mysqld.createAccounts()
        try await mysqld.execute("ALTER USER 'app'@'%' REQUIRE SSL")
        for (authority, works) in [
            (certificates.authorityFile, true), (try TestCertificates(name: "X").authorityFile, false),
        ] {
            var configuration = try SidecarConfiguration.alone(beside: mysqld, by: .tcp)
            configuration.mysqldLines = ["tls: { ca: \(authority), verify: full }"]
            let sidecar = try PilotfishProcess(configuration)
            try await sidecar.start()
            let lines = try await MariaDBShell.run(
                port: sidecar.sqlPort,
                "SHOW STATUS LIKE 'Ssl_version'; SELECT LENGTH(REPEAT('y', 10000000));"
            )
            if works {
                #expect(lines.count == 2 && lines[0].hasPrefix("Ssl_version\tTLS"), "\(lines)")
                #expect(lines.last == "10000000")
            } else {
                #expect(lines.first?.hasPrefix("ERROR") == true, "\(lines)")
            }
            await sidecar.remove()
        }
        await mysqld.remove()
    }

    @Test func `compressed sessions are classified like others`() async throws {
        let certificates = try TestCertificates()
        let server = try certificates.makeServer()
        try await withCluster(nodes: 1) { _, configuration in
            configuration.sqlLines = ["tls: { certificate: \(server.certificateFile), key: \(server.keyFile) }"]
        } _: { cluster in
            try await cluster.servers[0].execute("SET GLOBAL max_allowed_packet = 67108864")
            for options in [["--compress", "--skip-ssl"], ["--compress", "--ssl"]] {
                let text = String(repeating: "z", count: 300_000)
                let lines = try await MariaDBShell.run(
                    port: cluster.sidecars[0].sqlPort,
                    """
                    SELECT LENGTH('\(text)');
                    SELECT member_name FROM cluster_schema.members;
                    SELECT LENGTH(REPEAT('y', 10000000));
                    SELECT COUNT(*) FROM cluster_schema.settings WHERE variable_name = 'cluster';
                    SELECT nosuch;
                    SELECT 'end';
                    """,
                    options: options
                )
                #expect(
                    lines == [
                        "300000", "db1", "10000000", "1",
                        "ERROR 1054 (42S22) at line 5: Unknown column 'nosuch' in 'field list'", "end",
                    ]
                        || lines.filter { !$0.hasPrefix("ERROR 1054") && !$0.hasPrefix("--") && $0 != "SELECT nosuch" }
                            == ["300000", "db1", "10000000", "1", "end"],
                    "\(options): \(lines.map { $0.prefix(100) })"
                )
            }
        }
    }

    @Test func `mysqld sees the client that a proxy in front has named`() async throws {
        let mysqld = try await MariaDBServer.start(options: ["--proxy-protocol-networks=localhost,127.0.0.1"])
        try await mysqld.createAccounts()
        var configuration = try SidecarConfiguration.alone(beside: mysqld, by: .tcp)
        configuration.sqlLines = ["proxy_protocol: { accept_from: [127.0.0.0/8], send: true }"]
        let sidecar = try PilotfishProcess(configuration)
        try await sidecar.start()
        let port = sidecar.sqlPort
        try await onThread {
            let one = try RawSession(port: port)
            try one.send(Array("PROXY TCP4 192.0.2.33 192.0.2.1 51000 6306\r\n".utf8))
            try one.logIn()
            #expect(
                try one.query("SELECT host FROM information_schema.processlist WHERE id = CONNECTION_ID()")
                    == .rows([["192.0.2.33:51000"]])
            )
            // Version 2, byte by byte: TCP over IPv4.
            let two = try RawSession(port: port)
            let signature: [UInt8] = [13, 10, 13, 10, 0, 13, 10, 0x51, 0x55, 0x49, 0x54, 10]
            let ends: [UInt8] = [198, 51, 100, 7, 192, 0, 2, 1, 0x1f, 0x90, 0x18, 0xa2]
            for byte in signature + [0x21, 0x11, 0, 12] + ends { try two.send([byte]) }
            try two.logIn()
            #expect(
                try two.query("SELECT host FROM information_schema.processlist WHERE id = CONNECTION_ID()")
                    == .rows([["198.51.100.7:8080"]])
            )
            // Without a header nobody gets in, nor with a broken one.
            let three = try RawSession(port: port)
            try three.send(Array("PROXY TCP4 nonsense\r\n".utf8))
            #expect(try three.drain() == 0)
        }
        await sidecar.remove()
        await mysqld.remove()
    }

    @Test func `an account with a caching_sha2_password hash takes every client`() async throws {
        let (hash, _) = try await PilotfishProcess.run(["hash-password"], input: "topology-secret\n")
        try await withCluster(nodes: 1) { _, configuration in
            configuration.accounts = [
                .init(name: "topology", passwordHash: hash.split(separator: "\n").last.map(String.init) ?? ""),
                .init(
                    name: "both",
                    passwordHash: hash.split(separator: "\n").last.map(String.init) ?? "",
                    nativePasswordHash: NativePasswordClient.storedHash(Login.topology.password)
                ),
            ]
        } _: { cluster in
            let port = cluster.sidecars[0].sqlPort
            // First by the password itself, then from the cache.
            for options in [[], ["--default-auth=caching_sha2_password"], ["--default-auth=mysql_native_password"]] {
                let lines = try await MariaDBShell.run(
                    port: port,
                    "SELECT member_name FROM cluster_schema.members",
                    as: .topology,
                    options: options
                )
                #expect(lines == ["db1"], "\(options)")
            }
            // A client that has no other method than the one it is greeted with.
            try await onThread {
                _ = try RawSession(port: port).logIn(Login(user: "both", password: Login.topology.password))
            }
            for password in ["wrong", ""] {
                let refused = await refusal(port, as: Login(user: "topology", password: password))
                #expect(refused?.code == 1045, "\(String(describing: refused))")
            }
        }
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc/net/if_inet6"), "there is no IPv6 here"))
    func `a client that comes by IPv4 to an address of both families is known by its IPv4 address, as a local one`()
        async throws
    {
        let (hash, _) = try await PilotfishProcess.run(["hash-password"], input: "topology-secret\n")
        try await withCluster(nodes: 1) { _, configuration in
            configuration.listenHost = "[::]"
            configuration.sqlAdvertise = "127.0.0.1:\(configuration.sqlPort)"
            configuration.gossipListenHost = "127.0.0.1"
            configuration.accounts = [
                .init(name: "topology", passwordHash: hash.split(separator: "\n").last.map(String.init) ?? "")
            ]
        } _: { cluster in
            let port = cluster.sidecars[0].sqlPort
            let host = "SELECT host FROM cluster_schema.connections"
            #expect(try await ask(port, host).rows == [["127.0.0.1"]])
            // A password that is not encrypted is taken from this host alone.
            let lines = try await MariaDBShell.run(port: port, host, as: .topology)
            #expect(lines == ["127.0.0.1"])
            let refused = await refusal(port, as: Login(user: "nobody", password: "wrong"))
            #expect(refused?.text.contains("::ffff") == false)
        }
    }
}
