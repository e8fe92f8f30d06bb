import ClusterModel
import MySQLClient
import TestServers
import Testing

/// The way of the account's password.
@Suite struct ConnectionTransportTests {
    private static func settings(_ port: UInt16, _ tls: ConnectionTLS?) -> ConnectionSettings {
        ConnectionSettings(
            address: .tcp(HostPort(host: "127.0.0.1", port: port)),
            user: "probe",
            password: "probe-secret",
            tls: tls,
            connectTimeout: .seconds(10),
            queryTimeout: .seconds(10)
        )
    }

    /// - Returns: the name of the connection's cipher; nil if it could not be made.
    private static func cipher(_ port: UInt16, _ tls: ConnectionTLS?) async -> Result<String?, any Error> {
        do {
            let result = try await onThread {
                let connection = try AdminConnection(settings(port, tls))
                defer { connection.close() }
                return try connection.query("SHOW STATUS LIKE 'Ssl_cipher'")
            }
            return .success(result.rows.first?.last ?? nil)
        } catch {
            return .failure(error)
        }
    }

    @Test func mysqldTLSHoldsForTheProbeToo() async throws {
        let certificates = try TestCertificates()
        let identity = try certificates.makeServer(alternativeNames: ["IP:127.0.0.1"])
        let nameless = try certificates.makeServer(alternativeNames: ["DNS:elsewhere"], fileName: "nameless")
        let client = try certificates.makeClient(commonName: "probe")
        let other = try TestCertificates(name: "X").authorityFile
        for (server, isNamed) in [(identity, true), (nameless, false)] {
            let mysqld = try await MariaDBServer.start(options: [
                "--ssl-cert=\(server.certificateFile)", "--ssl-key=\(server.keyFile)",
                "--ssl-ca=\(certificates.authorityFile)",
            ])
            try await mysqld.execute("CREATE USER 'probe'@'%' IDENTIFIED BY 'probe-secret' REQUIRE X509")
            let cases: [(ConnectionTLS.Verification, String?, Bool)] = [
                (.off, nil, true), (.authority, certificates.authorityFile, true), (.authority, other, false),
                (.authorityAndName, certificates.authorityFile, isNamed), (.authorityAndName, other, false),
                (.authority, nil, false), (.authorityAndName, nil, false),
            ]
            for (verification, authority, works) in cases {
                let tls = ConnectionTLS(
                    verification: verification,
                    authorityFile: authority,
                    certificateFile: client.certificateFile,
                    keyFile: client.keyFile
                )
                let result = await Self.cipher(mysqld.port, tls)
                let cipher = (try? result.get()) ?? nil
                #expect((cipher?.isEmpty == false) == works, "\(verification) by \(authority ?? "system"): \(result)")
            }
            // Without a certificate mysqld refuses the account, and without TLS as well.
            for tls in [nil, ConnectionTLS(verification: .off)] {
                guard case .failure(let error as AdminError) = await Self.cipher(mysqld.port, tls) else {
                    Issue.record("let in")
                    continue
                }
                #expect(error.code == 1045)
            }
            await mysqld.remove()
        }
    }

    @Test(arguments: [ConnectionTLS.Verification.off, .authority, .authorityAndName])
    func aServerWithoutTLSIsNotSpokenToInTheOpen(verification: ConnectionTLS.Verification) async throws {
        try await withServers { servers in
            try await servers[0].execute("CREATE USER 'probe'@'%' IDENTIFIED BY 'probe-secret'")
            let tls = ConnectionTLS(verification: verification)
            guard case .failure(let error as AdminError) = await Self.cipher(servers[0].port, tls) else {
                Issue.record("spoken to")
                return
            }
            #expect(error.code == 2026)
        }
    }

    @Test(arguments: ["mysql_clear_password", "dialog", "sha256_password", "mysql_old_password"])
    func whoeverTakesThePortIsNotGivenThePassword(method: String) async throws {
        var heard: [UInt8] = []
        // On a busy machine the probe may give up before it is greeted.
        for _ in 1...20 where heard.isEmpty {
            let impostor = try Impostor(asking: method)
            let listening = Task { try await onThread { try impostor.heard() } }
            let result = await Self.cipher(impostor.port, nil)
            #expect(throws: (any Error).self) { try result.get() }
            heard = try await listening.value
        }
        #expect(!String(decoding: heard, as: UTF8.self).contains("probe-secret"))
        // It did get as far as the question.
        #expect(String(decoding: heard, as: UTF8.self).contains("probe"))
    }
}
