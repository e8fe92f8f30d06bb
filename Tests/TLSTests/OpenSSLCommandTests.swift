import NIOCore
import TLS
import TestServers
import Testing

@Suite("TLS with the openssl command at the other end")
struct OpenSSLCommandTests {
    private let contexts: Contexts
    private let folder: String

    init() throws {
        contexts = try Contexts()
        folder = contexts.certificates.directory
    }

    private static func option(_ version: TLSVersion) -> String {
        switch version {
        case .tls12: "-tls1_2"
        case .tls13: "-tls1_3"
        }
    }

    /// Starts s_server, which answers each line with its characters in reverse, on a port of the kernel's choice.
    private func startServer(_ options: [String]) async throws -> (command: ChildProcess, address: SocketAddress) {
        let output = "\(folder)/s_server"
        let command = try await ChildProcess.start(
            "openssl",
            ["s_server", "-accept", "127.0.0.1:0", "-rev"] + options,
            outputFile: output
        )
        let port = try await waitFor("s_server listens") { () -> Int? in
            guard command.isRunning else { throw TestServerError("s_server ended: \(tail(of: output))") }
            let line = try contents(of: output).split(separator: "\n").first { $0.hasPrefix("ACCEPT ") }
            return line.flatMap { $0.split(separator: ":").last }.flatMap { Int($0) }
        }
        return (command, try SocketAddress(ipAddress: "127.0.0.1", port: port))
    }

    @Test("s_client verifies the certificate, shows its own, and gets its text back", arguments: TLSVersion.allCases)
    func client(version: TLSVersion) async throws {
        let server = try contexts.serverContext(
            clients: .required(authorityFile: contexts.certificates.authorityFile)
        )
        let progress = Progress()
        let listener = try await Sockets.listen(progress, .echo) { try TLSHandler(context: server) }
        let port = try #require(listener.localAddress?.port)
        let lines = (1...1_000).map { "line \($0)\n" }.joined()
        try write(lines + "quit\n", to: "\(folder)/input")
        let command = try await ChildProcess.start(
            "openssl",
            [
                "s_client", "-connect", "127.0.0.1:\(port)", Self.option(version), "-quiet", "-ign_eof",
                "-CAfile", contexts.certificates.authorityFile, "-verify_return_error", "-verify_hostname", "localhost",
                "-cert", contexts.client.certificateFile, "-key", contexts.client.keyFile,
            ],
            inputFile: "\(folder)/input",
            outputFile: "\(folder)/output"
        )
        let exit = await command.waitForExit()
        let output = try contents(of: "\(folder)/output")
        #expect(exit == .code(0), "\(output)")
        #expect(output.contains(lines), "\(output.suffix(300))")
        #expect(progress.now.handshake?.version == version)
        #expect(progress.now.handshake?.peerSubject == "CN=app")
        #expect(progress.now.errors.isEmpty)
        try await listener.close()
    }

    @Test(
        "of TLS 1.2 those suites alone are spoken that keep yesterday's records secret and authenticate each as a whole",
        arguments: [
            ("ECDHE-ECDSA-AES128-GCM-SHA256", true), ("ECDHE-ECDSA-AES256-GCM-SHA384", true),
            ("ECDHE-ECDSA-CHACHA20-POLY1305", true), ("ECDHE-ECDSA-AES128-SHA", false),
            ("ECDHE-ECDSA-AES256-SHA384", false), ("ECDHE-ECDSA-AES128-SHA256", false), ("AES128-SHA", false),
            ("AES256-GCM-SHA384", false), ("DHE-RSA-AES128-SHA", false),
        ]
    )
    func suites(suite: String, isSpoken: Bool) async throws {
        let server = try contexts.serverContext()
        let progress = Progress()
        let listener = try await Sockets.listen(progress, .echo) { try TLSHandler(context: server) }
        let port = try #require(listener.localAddress?.port)
        let command = try await ChildProcess.start(
            "openssl",
            ["s_client", "-connect", "127.0.0.1:\(port)", "-tls1_2", "-cipher", "\(suite):@SECLEVEL=0", "-brief"],
            outputFile: "\(folder)/output"
        )
        _ = await command.waitForExit()
        let output = try contents(of: "\(folder)/output")
        #expect(output.contains("Ciphersuite: \(suite)") == isSpoken, "\(output)")
        try await listener.close()
    }

    @Test("s_server is verified, and answers", arguments: TLSVersion.allCases)
    func server(version: TLSVersion) async throws {
        let (command, address) = try await startServer([
            Self.option(version), "-cert", contexts.server.certificateFile, "-key", contexts.server.keyFile,
            "-CAfile", contexts.certificates.authorityFile, "-Verify", "1", "-verify_return_error",
        ])
        defer { command.kill(9) }
        let client = try contexts.clientContext(identity: contexts.client)
        let progress = Progress()
        let channel = try await Sockets.connect(address, progress, .collect) {
            try TLSHandler(context: client, peerName: "127.0.0.1")
        }
        try await progress.waitFor("the handshake") { $0.handshake != nil }
        #expect(progress.now.handshake?.version == version)
        #expect(progress.now.handshake?.peerSubject == "CN=localhost")
        try await channel.writeAndFlush(ByteBuffer(string: "hsiftolip\n"))
        try await progress.waitFor("the answer") { $0.received == ByteBuffer(string: "pilotfish\n") }
        try await channel.close()
    }

    @Test("s_client without a certificate is refused where one is required")
    func withoutCertificate() async throws {
        let server = try contexts.serverContext(
            clients: .required(authorityFile: contexts.certificates.authorityFile)
        )
        let progress = Progress()
        let listener = try await Sockets.listen(progress, .echo) { try TLSHandler(context: server) }
        let port = try #require(listener.localAddress?.port)
        let command = try await ChildProcess.start(
            "openssl",
            ["s_client", "-connect", "127.0.0.1:\(port)", "-quiet", "-ign_eof"],
            outputFile: "\(folder)/output"
        )
        _ = await command.waitForExit()
        #expect(try contents(of: "\(folder)/output").contains("certificate required"))
        #expect(
            progress.now.errors
                == ["\(TLSError.handshakeFailed(reason: "peer did not return a certificate"))"]
        )
        try await listener.close()
    }

    @Test("a server whose certificate has expired is refused, by its time alone")
    func expiredServer() async throws {
        let expired = try contexts.certificates.makeServer(validity: .expired, fileName: "expired")
        let (command, address) = try await startServer(["-cert", expired.certificateFile, "-key", expired.keyFile])
        defer { command.kill(9) }
        let verifying = try contexts.clientContext()
        let careless = try contexts.clientContext(.off)
        let (refused, taken) = (Progress(), Progress())
        _ = try await Sockets.connect(address, refused, .collect) {
            try TLSHandler(context: verifying, peerName: "localhost")
        }
        try await refused.waitFor("the end") { $0.isInactive }
        #expect(refused.now.errors == ["\(TLSError.peerNotTrusted(reason: "certificate has expired"))"])
        #expect(refused.now.handshake == nil)
        let channel = try await Sockets.connect(address, taken, .collect) { try TLSHandler(context: careless) }
        try await taken.waitFor("the handshake") { $0.handshake != nil }
        try await channel.close()
    }

    @Test("a client whose certificate has expired is refused", arguments: TLSVersion.allCases)
    func expiredClient(version: TLSVersion) async throws {
        let expired = try contexts.certificates.makeClient(validity: .expired, fileName: "expired")
        let server = try contexts.serverContext(
            clients: .optional(authorityFile: contexts.certificates.authorityFile)
        )
        let progress = Progress()
        let listener = try await Sockets.listen(progress, .echo) { try TLSHandler(context: server) }
        let port = try #require(listener.localAddress?.port)
        let command = try await ChildProcess.start(
            "openssl",
            [
                "s_client", "-connect", "127.0.0.1:\(port)", Self.option(version), "-quiet", "-ign_eof",
                "-cert", expired.certificateFile, "-key", expired.keyFile,
            ],
            outputFile: "\(folder)/output"
        )
        _ = await command.waitForExit()
        #expect(try contents(of: "\(folder)/output").contains("certificate expired"))
        #expect(progress.now.errors == ["\(TLSError.peerNotTrusted(reason: "certificate has expired"))"])
        try await listener.close()
    }
}
