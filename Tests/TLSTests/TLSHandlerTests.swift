import NIOCore
import NIOEmbedded
import TLS
import TestServers
import Testing

@Suite("TLS in a pipeline")
struct TLSHandlerTests {
    private let contexts: Contexts

    init() throws { contexts = try Contexts() }

    private func pair(longestSlice: Int = 100_000) throws -> EmbeddedPair {
        try EmbeddedPair(contexts.serverContext(), contexts.clientContext(), longestSlice: longestSlice)
    }

    @Test(
        "both ends are told of the handshake once, before any plaintext",
        arguments: TLSVersion.allCases,
        [1, 100_000]
    )
    func handshake(version: TLSVersion, longestSlice: Int) throws {
        let pair = try EmbeddedPair(
            contexts.serverContext(
                clients: .required(authorityFile: contexts.certificates.authorityFile),
                versions: .only(version)
            ),
            contexts.clientContext(identity: contexts.client),
            longestSlice: longestSlice
        )
        pair.client.channel.writeAndFlush(ByteBuffer(string: "hello"), promise: nil)
        try pair.carry()
        for (end, subject) in [(pair.server, "CN=app"), (pair.client, "CN=localhost")] {
            let event = try #require(end.recorder.handshakes.first)
            #expect(end.recorder.handshakes.count == 1)
            #expect(end.recorder.events.first == .handshake(event))
            #expect(event.version == version)
            #expect(event.cipher.contains("AES") || event.cipher.contains("CHACHA"))
            #expect(event.peerSubject == subject)
        }
        #expect(pair.server.recorder.received == ByteBuffer(string: "hello"))
        #expect(pair.server.recorder.errors.isEmpty)
    }

    @Test("10 MB arrive whole both ways in slices of random length", arguments: [1_500, 70_000])
    func bulk(longestSlice: Int) throws {
        let pair = try pair(longestSlice: longestSlice)
        try pair.carry()
        let payload = pattern(10_000_000)
        for (from, to) in [(pair.client, pair.server), (pair.server, pair.client)] {
            let promise = from.channel.eventLoop.makePromise(of: Void.self)
            from.channel.writeAndFlush(payload, promise: promise)
            try pair.carry()
            #expect(to.recorder.received == payload)
            try promise.futureResult.wait()
        }
    }

    @Test(
        "the bytes of a handshake that were read before the handler came are used",
        arguments: [0, 1, 5, 100, 1_000_000]
    )
    func alreadyRead(count: Int) throws {
        let client = try EmbeddedPair.End(
            recordingFirst: TLSHandler(context: contexts.clientContext(), peerName: "localhost")
        )
        var hello = try #require(try client.channel.readOutbound(as: ByteBuffer.self))
        let first = hello.readSlice(length: min(count, hello.readableBytes))
        let server = try EmbeddedPair.End(
            recordingFirst: TLSHandler(context: contexts.serverContext(), alreadyRead: first)
        )
        if hello.readableBytes > 0 { try server.channel.writeInbound(hello) }
        while let bytes = try server.channel.readOutbound(as: ByteBuffer.self) {
            try client.channel.writeInbound(bytes)
        }
        while let bytes = try client.channel.readOutbound(as: ByteBuffer.self) {
            try server.channel.writeInbound(bytes)
        }
        #expect(server.recorder.handshakes.count == 1)
        #expect(client.recorder.handshakes.count == 1)
    }

    @Test("a handler that is there before the connection begins with it")
    func beforeConnection() throws {
        let client = try EmbeddedPair.End(
            TLSHandler(context: contexts.clientContext(), peerName: "localhost"),
            connected: false
        )
        #expect(try client.channel.readOutbound(as: ByteBuffer.self) == nil)
        try client.channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        #expect(try client.channel.readOutbound(as: ByteBuffer.self) != nil)
    }

    @Test("small writes become one record and one write at the flush, and their promises succeed with it")
    func coalesced() throws {
        let pair = try pair()
        try pair.carry()
        let channel = pair.client.channel
        let promises = (0..<5).map { _ in channel.eventLoop.makePromise(of: Void.self) }
        for (index, promise) in promises.enumerated() { channel.write(pattern(index * 100), promise: promise) }
        channel.write(pattern(3), promise: nil)
        #expect(try channel.readOutbound(as: ByteBuffer.self) == nil)
        channel.flush()
        let record = try #require(try channel.readOutbound(as: ByteBuffer.self))
        #expect(record.getInteger(at: 3, as: UInt16.self).map { Int($0) + 5 } == record.readableBytes)
        #expect(try channel.readOutbound(as: ByteBuffer.self) == nil)
        for promise in promises { try promise.futureResult.wait() }
        try pair.server.channel.writeInbound(record)
        #expect(pair.server.recorder.received.readableBytes == 1_003)
    }

    @Test("a write without a flush stays, but a large one counts for the channel's writability")
    func eager() throws {
        let pair = try pair()
        try pair.carry()
        let channel = pair.client.channel
        let writes = WriteCounter()
        try channel.pipeline.syncOperations.addHandler(writes, position: .first)
        channel.write(pattern(10_000), promise: nil)
        #expect(writes.count == 0)
        channel.write(pattern(100_000), promise: nil)
        #expect(writes.count == 1)
        channel.flush()
        try pair.carry()
        var expected = pattern(10_000)
        expected.writeImmutableBuffer(pattern(100_000))
        #expect(pair.server.recorder.received == expected)
    }

    @Test("what was written before the handshake is sent after it, what was not flushed stays")
    func writesBeforeHandshake() throws {
        let pair = try pair()
        let channel = pair.client.channel
        let promise = channel.eventLoop.makePromise(of: Void.self)
        channel.write(ByteBuffer(string: "one"), promise: nil)
        channel.writeAndFlush(ByteBuffer(string: "two"), promise: promise)
        channel.write(ByteBuffer(string: "three"), promise: nil)
        try pair.carry()
        try promise.futureResult.wait()
        #expect(pair.server.recorder.received == ByteBuffer(string: "onetwo"))
        channel.flush()
        try pair.carry()
        #expect(pair.server.recorder.received == ByteBuffer(string: "onetwothree"))
    }

    @Test("more than the limit before the handshake ends the session")
    func tooMuch() throws {
        let client = try EmbeddedPair.End(
            recordingFirst: TLSHandler(
                context: contexts.clientContext(),
                peerName: "localhost",
                maximumPendingByteCount: 1_000
            )
        )
        let promise = client.channel.eventLoop.makePromise(of: Void.self)
        client.channel.write(pattern(1_000), promise: nil)
        #expect(client.recorder.errors.isEmpty)
        client.channel.write(pattern(1), promise: promise)
        #expect(client.recorder.errors == [.tooMuchBeforeHandshake])
        #expect(throws: TLSError.tooMuchBeforeHandshake) { try promise.futureResult.wait() }
        #expect(!client.channel.isActive)
    }

    @Test(
        "bytes that are no handshake are an error, and the channel closes",
        arguments: [
            "GET / HTTP/1.1\r\n\r\n", "\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}",
            "\u{16}\u{3}\u{1}\u{0}\u{4}\u{7f}\u{0}\u{0}\u{0}",
        ]
    )
    func garbage(text: String) throws {
        let server = try EmbeddedPair.End(recordingFirst: TLSHandler(context: contexts.serverContext()))
        let promise = server.channel.eventLoop.makePromise(of: Void.self)
        server.channel.writeAndFlush(pattern(10), promise: promise)
        try server.channel.writeInbound(ByteBuffer(string: text))
        guard case .handshakeFailed? = server.recorder.errors.first else {
            Issue.record("\(server.recorder.events)")
            return
        }
        #expect(server.recorder.errors.count == 1)
        #expect(server.recorder.events.last == .inactive)
        #expect(!server.channel.isActive)
        #expect(throws: TLSError.self) { try promise.futureResult.wait() }
    }

    @Test("a refused certificate is told to both sides")
    func refused() throws {
        let pair = try EmbeddedPair(contexts.serverContext(), contexts.clientContext(), peerName: "db1.example")
        try pair.carry()
        #expect(pair.client.recorder.errors == [.peerNotTrusted(reason: "hostname mismatch")])
        #expect(pair.client.recorder.handshakes.isEmpty)
        #expect(pair.server.recorder.errors.count == 1, "the alert")
    }

    @Test("a connection that ends in mid-session is an error before it is inactive")
    func truncated() throws {
        let pair = try pair()
        try pair.carry()
        pair.server.channel.pipeline.fireChannelInactive()
        #expect(pair.server.recorder.events.suffix(2) == [.error(.truncated), .inactive])

        let early = try EmbeddedPair.End(recordingFirst: TLSHandler(context: contexts.serverContext()))
        early.channel.pipeline.fireChannelInactive()
        #expect(early.recorder.events == [.error(.closedInHandshake), .inactive])
    }

    @Test("the end of the other side's session closes the channel, without an error")
    func closed() throws {
        let pair = try pair()
        try pair.carry()
        pair.client.channel.writeAndFlush(ByteBuffer(string: "bye"), promise: nil)
        pair.client.channel.close(promise: nil)
        try pair.carry()
        #expect(pair.server.recorder.received == ByteBuffer(string: "bye"))
        #expect(pair.server.recorder.errors.isEmpty)
        #expect(pair.server.recorder.events.last == .inactive)
    }

    @Test("where half closure is allowed, the other direction stays open")
    func halfClosed() throws {
        let pair = try pair()
        try pair.carry()
        pair.server.channel.allowRemoteHalfClosure = true
        pair.client.channel.allowRemoteHalfClosure = true
        pair.client.channel.write(ByteBuffer(string: "last"), promise: nil)
        pair.client.channel.close(mode: .output, promise: nil)
        try pair.carry()
        #expect(pair.server.recorder.received == ByteBuffer(string: "last"))
        #expect(pair.server.recorder.events.last == .inputClosed)
        #expect(pair.server.channel.isActive)

        // The socket's own end of input says nothing new.
        pair.server.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(pair.server.recorder.events.filter { $0 == .inputClosed }.count == 1)
        #expect(pair.server.recorder.errors.isEmpty)
    }

    @Test("the end of input without the end of the session is one error; the other direction stays open")
    func halfTruncated() throws {
        let pair = try pair()
        try pair.carry()
        let channel = pair.server.channel
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(pair.server.recorder.events.suffix(2) == [.error(.truncated), .inputClosed])
        channel.writeAndFlush(ByteBuffer(string: "still"), promise: nil)
        try pair.carry()
        #expect(pair.client.recorder.received == ByteBuffer(string: "still"))
        channel.pipeline.fireChannelInactive()
        #expect(pair.server.recorder.errors == [.truncated])
    }

    @Test("the end of input in the handshake is one error and closes the channel")
    func halfHandshake() throws {
        let server = try EmbeddedPair.End(recordingFirst: TLSHandler(context: contexts.serverContext()))
        server.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(server.recorder.errors == [.closedInHandshake])
        #expect(!server.channel.isActive)
    }

    @Test("after the output is closed, a write fails")
    func writeAfterClose() throws {
        let pair = try pair()
        try pair.carry()
        pair.client.channel.close(mode: .output, promise: nil)
        let promise = pair.client.channel.eventLoop.makePromise(of: Void.self)
        pair.client.channel.writeAndFlush(ByteBuffer(string: "late"), promise: promise)
        #expect(throws: ChannelError.self) { try promise.futureResult.wait() }
    }

    @Test("writes that were never flushed fail when the channel closes")
    func unflushed() throws {
        let pair = try pair()
        try pair.carry()
        let promise = pair.client.channel.eventLoop.makePromise(of: Void.self)
        pair.client.channel.write(ByteBuffer(string: "lost"), promise: promise)
        pair.client.channel.close(promise: nil)
        #expect(throws: ChannelError.self) { try promise.futureResult.wait() }
    }

    @Test("a read that brings no plaintext makes another, one that does makes none")
    func reads() throws {
        let pair = try pair()
        try pair.carry()
        let reads = ReadCounter()
        try pair.server.channel.pipeline.syncOperations.addHandler(reads, position: .first)
        pair.server.channel.read()
        #expect(reads.count == 1)
        pair.client.channel.writeAndFlush(ByteBuffer(string: "hello"), promise: nil)
        var record = try #require(try pair.client.channel.readOutbound(as: ByteBuffer.self))
        for expected in 2...4 {
            let part = record.readSlice(length: 3)
            try pair.server.channel.writeInbound(part)
            #expect(reads.count == expected)
        }
        try pair.server.channel.writeInbound(record)
        #expect(pair.server.recorder.received == ByteBuffer(string: "hello"))
        #expect(reads.count == 4)
    }

    @Test("one damaged byte anywhere in a session never traps and never gives wrong plaintext", arguments: 0..<150)
    func fuzzed(seed: Int) throws {
        var random = SplitMix(seed: UInt64(seed))
        let pair = try pair(longestSlice: 500)
        let promise = pair.client.channel.eventLoop.makePromise(of: Void.self)
        pair.client.channel.writeAndFlush(pattern(2_000), promise: promise)
        var place = Int.random(in: 0..<6_000, using: &random)
        for _ in 0..<8 {
            for (from, to) in [(pair.client, pair.server), (pair.server, pair.client)] {
                while var bytes = try from.channel.readOutbound(as: ByteBuffer.self) {
                    if let byte = bytes.getInteger(at: bytes.readerIndex + place, as: UInt8.self), place >= 0 {
                        bytes.setInteger(
                            byte ^ UInt8.random(in: 1...255, using: &random),
                            at: bytes.readerIndex + place
                        )
                        place = -1
                    } else if place >= 0 {
                        place -= bytes.readableBytes
                    }
                    if to.channel.isActive { try to.channel.writeInbound(bytes) }
                }
            }
        }
        for end in [pair.client, pair.server] {
            if end.channel.isActive { end.channel.close(promise: nil) }
            #expect(end.recorder.errors.count <= 1)
        }
        // Kept or broken, but not forgotten.
        _ = try? promise.futureResult.wait()
        let received = pair.server.recorder.received
        #expect(received.readableBytes == 0 || received == pattern(2_000))
    }

    @Test("records that came before a damaged one are delivered before the error")
    func damaged() throws {
        let pair = try pair()
        try pair.carry()
        pair.client.channel.writeAndFlush(ByteBuffer(string: "good"), promise: nil)
        pair.client.channel.writeAndFlush(ByteBuffer(string: "bad"), promise: nil)
        var records = ByteBuffer()
        while let record = try pair.client.channel.readOutbound(as: ByteBuffer.self) {
            records.writeImmutableBuffer(record)
        }
        let last = records.writerIndex - 1
        records.setInteger((records.getInteger(at: last, as: UInt8.self) ?? 0) ^ 1, at: last)
        try pair.server.channel.writeInbound(records)
        #expect(pair.server.recorder.received == ByteBuffer(string: "good"))
        #expect(pair.server.recorder.errors == [.sessionFailed(reason: "decryption failed or bad record mac")])
        #expect(!pair.server.channel.isActive)
    }
}

/// Counts what reaches the channel.
private final class ReadCounter: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    private(set) var count = 0

    func read(context: ChannelHandlerContext) {
        count += 1
        context.read()
    }
}

private final class WriteCounter: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private(set) var count = 0

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        count += 1
        context.write(data, promise: promise)
    }
}
