import NIOCore
import NIOPosix
import TLS
import TestServers
import Testing

@Suite("TLS over a socket")
struct TLSSocketTests {
    private let contexts: Contexts

    init() throws { contexts = try Contexts() }

    @Test(
        "10 MB go there and back through a session that began in mid-stream, without autoRead",
        arguments: TLSVersion.allCases
    )
    func echo(version: TLSVersion) async throws {
        let server = try contexts.serverContext(versions: .only(version))
        let client = try contexts.clientContext()
        let (there, back) = (Progress(), Progress())
        let listener = try await Sockets.listen(there, .echo) { UpgradingHandler(server) }
        let channel = try await Sockets.connect(try #require(listener.localAddress), back, .collect)
        try await channel.eventLoop.submit {
            channel.writeAndFlush(ByteBuffer(string: UpgradingHandler.request), promise: nil)
            try channel.pipeline.syncOperations.addHandler(
                TLSHandler(context: client, peerName: "127.0.0.1"),
                position: .first
            )
        }.get()
        try await back.waitFor("the handshake") { $0.handshake != nil }
        #expect(back.now.handshake?.version == version)

        let payload = pattern(10_000_000)
        var rest = payload
        var random = SplitMix(seed: 5)
        while rest.readableBytes > 0 {
            let length = min(rest.readableBytes, Int.random(in: 1...200_000, using: &random))
            if let part = rest.readSlice(length: length) { try await channel.writeAndFlush(part) }
        }
        try await back.waitFor("the echo") { $0.received.readableBytes >= payload.readableBytes }
        #expect(back.now.received == payload)
        try await channel.close()
        try await there.waitFor("the end") { $0.isInactive }
        #expect(there.now.errors.isEmpty)
        #expect(back.now.errors.isEmpty)
        try await listener.close()
    }

    @Test("a reader that does not read stops the writer, and starts it again")
    func backpressure() async throws {
        let server = try contexts.serverContext()
        let client = try contexts.clientContext()
        let (there, back) = (Progress(), Progress())
        let listener = try await Sockets.listen(there, .stay) { try TLSHandler(context: server) }
        let channel = try await Sockets.connect(try #require(listener.localAddress), back, .collect) {
            try TLSHandler(context: client, peerName: "localhost")
        }
        try await back.waitFor("the handshake") { $0.handshake != nil }
        var sent = 0
        let part = pattern(50_000)
        // The kernel's buffers take some megabytes.
        while channel.isWritable, sent < 100_000_000 {
            try await channel.eventLoop.submit { channel.writeAndFlush(part, promise: nil) }.get()
            sent += part.readableBytes
        }
        #expect(!channel.isWritable)
        #expect(there.now.received.readableBytes < sent)
        let reader = try #require(there.now.channel)
        try await reader.setOption(.autoRead, value: true).get()
        let total = sent
        try await there.waitFor("all bytes") { $0.received.readableBytes == total }
        #expect(channel.isWritable)
        #expect(back.now.writabilityChanges >= 2)
        try await channel.close()
        try await listener.close()
    }

    @Test("a connection that is cut in mid-session is told as such")
    func cut() async throws {
        let server = try contexts.serverContext()
        let (there, back) = (Progress(), Progress())
        let client = try contexts.clientContext()
        let listener = try await Sockets.listen(there, .collect) { try TLSHandler(context: server) }
        let channel = try await Sockets.connect(try #require(listener.localAddress), back, .collect) {
            try TLSHandler(context: client, peerName: "localhost")
        }
        try await there.waitFor("the handshake") { $0.handshake != nil }
        // Past the handler, so that it cannot say goodbye.
        try await channel.eventLoop.flatSubmit {
            let closed = channel.eventLoop.makePromise(of: Void.self)
            do {
                try channel.pipeline.syncOperations.context(handlerType: TLSHandler.self).close(promise: closed)
            } catch {
                closed.fail(error)
            }
            return closed.futureResult
        }.get()
        try await there.waitFor("the end") { $0.isInactive }
        #expect(there.now.errors == ["\(TLSError.truncated)"])
        try await listener.close()
    }

    @Test("a client whose certificate was signed by another authority is refused on both ends")
    func refusedClient() async throws {
        let server = try contexts.serverContext(
            clients: .required(authorityFile: contexts.certificates.authorityFile)
        )
        let stranger = try TestCertificates(name: "Another CA").makeClient()
        let client = try contexts.clientContext(identity: stranger)
        let (there, back) = (Progress(), Progress())
        let listener = try await Sockets.listen(there, .collect) { try TLSHandler(context: server) }
        _ = try await Sockets.connect(try #require(listener.localAddress), back, .collect) {
            try TLSHandler(context: client, peerName: "localhost")
        }
        try await there.waitFor("the end") { $0.isInactive }
        try await back.waitFor("the end") { $0.isInactive }
        #expect(there.now.errors == ["\(TLSError.peerNotTrusted(reason: "unable to get local issuer certificate"))"])
        #expect(there.now.handshake == nil)
        try await listener.close()
    }

    @Test("sessions that run keep the certificate that they began with; new ones get the new one")
    func reload() async throws {
        let old = try contexts.serverContext()
        let new = try contexts.serverContext(
            contexts.certificates.makeServer(commonName: "renewed", fileName: "renewed")
        )
        let client = try contexts.clientContext()
        var sessions: [(Progress, any Channel)] = []
        var listeners: [any Channel] = []
        for context in [old, new] {
            let (there, back) = (Progress(), Progress())
            let listener = try await Sockets.listen(there, .echo) { try TLSHandler(context: context) }
            let channel = try await Sockets.connect(try #require(listener.localAddress), back, .collect) {
                try TLSHandler(context: client, peerName: "localhost")
            }
            try await back.waitFor("the handshake") { $0.handshake != nil }
            sessions.append((back, channel))
            listeners.append(listener)
        }
        #expect(sessions.map { $0.0.now.handshake?.peerSubject } == ["CN=localhost", "CN=renewed"])
        for (progress, channel) in sessions {
            try await channel.writeAndFlush(ByteBuffer(string: "still here"))
            try await progress.waitFor("the echo") { $0.received.readableBytes == 10 }
            try await channel.close()
        }
        for listener in listeners { try await listener.close() }
    }
}
