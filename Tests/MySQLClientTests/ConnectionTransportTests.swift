import ClusterModel
import Glibc
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

/// Listens in mysqld's place and asks for a password by a method of its own choice.
private final class Impostor: Sendable {
    let port: UInt16
    private let listener: Int32
    private let method: String

    init(asking method: String) throws {
        self.method = method
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        listener = descriptor
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { place in
                bind(descriptor, place, length) | Glibc.listen(descriptor, 1) | getsockname(descriptor, place, &length)
            }
        }
        guard status == 0 else { throw TestServerError("cannot listen: errno \(errno)") }
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(listener) }

    /// All that one client says.
    func heard() throws -> [UInt8] {
        let client = accept(listener, nil, nil)
        guard client >= 0 else { throw TestServerError("accept: errno \(errno)") }
        defer { close(client) }
        let capabilities: UInt32 = 0x0008_8201
        var greeting: [UInt8] = [10] + Array("8.0.0\0".utf8) + [1, 0, 0, 0] + [UInt8](repeating: 65, count: 8) + [0]
        greeting += [UInt8(capabilities & 0xff), UInt8(capabilities >> 8 & 0xff), 45, 2, 0]
        greeting +=
            [UInt8(capabilities >> 16 & 0xff), UInt8(capabilities >> 24), 21] + [UInt8](repeating: 0, count: 10)
        greeting += [UInt8](repeating: 65, count: 12) + [0] + Array("mysql_native_password\0".utf8)
        say(greeting, 0, to: client)
        var bytes = hear(client)
        say([0xfe] + Array("\(method)\0".utf8) + [UInt8](repeating: 65, count: 20) + [0], 2, to: client)
        while true {
            let more = hear(client)
            if more.isEmpty { return bytes }
            bytes += more
            // Whatever is asked for, there is nothing to be had.
            say([0xff, 0x15, 0x04] + Array("#28000no".utf8), 4, to: client)
        }
    }

    private func say(_ payload: [UInt8], _ sequence: UInt8, to client: Int32) {
        let packet = [UInt8(payload.count & 0xff), UInt8(payload.count >> 8), 0, sequence] + payload
        _ = packet.withUnsafeBytes { send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }

    private func hear(_ client: Int32) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
            count = max(0, recv(client, buffer.baseAddress, 4096, 0))
        }
    }
}
