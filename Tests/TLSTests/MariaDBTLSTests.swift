import NIOCore
import TLS
import TestServers
import Testing

@Suite("TLS with a real mariadbd")
struct MariaDBTLSTests {
    @Test("after its greeting and an SSLRequest, mariadbd completes the handshake", arguments: TLSVersion.allCases)
    func client(version: TLSVersion) async throws {
        let contexts = try Contexts()
        let server = try await MariaDBServer.start(
            options: [
                "--ssl-cert=\(contexts.server.certificateFile)", "--ssl-key=\(contexts.server.keyFile)",
                "--ssl-ca=\(contexts.certificates.authorityFile)",
            ]
        )
        let context = try contexts.clientContext(identity: contexts.client, versions: .only(version))
        let progress = Progress()
        let address = try SocketAddress(ipAddress: "127.0.0.1", port: Int(server.port))
        let channel = try await Sockets.connect(address, progress, .collect)
        try await progress.waitFor("the greeting") { $0.received.readableBytes > 60 }
        // MySQL's SSLRequest: 32 bytes; protocol 4.1, TLS, secure connection, plugin authentication.
        var request = ByteBuffer(bytes: [32, 0, 0, 1])
        request.writeInteger(UInt32(1 << 9 | 1 << 11 | 1 << 15 | 1 << 19), endianness: .little)
        request.writeInteger(UInt32(1 << 24), endianness: .little)
        request.writeInteger(UInt8(45))
        request.writeRepeatingByte(0, count: 23)
        let sslRequest = request
        try await channel.eventLoop.submit {
            channel.writeAndFlush(sslRequest, promise: nil)
            try channel.pipeline.syncOperations.addHandler(
                TLSHandler(context: context, peerName: "127.0.0.1"),
                position: .first
            )
        }.get()
        try await progress.waitFor("the handshake") { $0.handshake != nil }
        #expect(progress.now.handshake?.version == version)
        #expect(progress.now.handshake?.peerSubject == "CN=localhost")

        // A login as root without a password, inside: the answer is an OK packet with number 3.
        progress.update { $0.received.clear() }
        var login = ByteBuffer()
        login.writeImmutableBuffer(sslRequest.getSlice(at: 4, length: 32) ?? ByteBuffer())
        login.writeString("root\0\0mysql_native_password\0")
        var packet = ByteBuffer(bytes: [UInt8(login.readableBytes), 0, 0, 2])
        packet.writeBuffer(&login)
        try await channel.writeAndFlush(packet)
        try await progress.waitFor("the answer") { $0.received.readableBytes > 4 }
        #expect(progress.now.received.getBytes(at: 3, length: 2) == [3, 0])
        try await channel.close()
        await server.remove()
    }
}
