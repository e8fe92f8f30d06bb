import Compression
import NIOCore
import NIOEmbedded
import Testing

@Suite("Compression in a pipeline")
struct CompressionHandlerTests {
    private let workspace = CompressionWorkspace()

    private func channel(
        _ role: CompressionRole,
        _ algorithm: CompressionAlgorithm = .zlib,
        alreadyRead: ByteBuffer? = nil
    ) throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        let address = try SocketAddress(ipAddress: "127.0.0.1", port: 1)
        try channel.connect(to: address).wait()
        try channel.pipeline.syncOperations.addHandler(
            CompressionHandler(role: role, algorithm: algorithm, workspace: workspace, alreadyRead: alreadyRead)
        )
        return channel
    }

    private func carry(_ from: EmbeddedChannel, _ to: EmbeddedChannel) throws {
        while let bytes = try from.readOutbound(as: ByteBuffer.self) {
            // An embedded channel does not read by itself.
            to.read()
            try to.writeInbound(bytes)
            to.embeddedEventLoop.run()
        }
    }

    private func received(_ channel: EmbeddedChannel) throws -> ByteBuffer {
        var all = ByteBuffer()
        while var part = try channel.readInbound(as: ByteBuffer.self) { all.writeBuffer(&part) }
        return all
    }

    private func sequences(_ channel: EmbeddedChannel) throws -> [UInt8] {
        var numbers: [UInt8] = []
        while let bytes = try channel.readOutbound(as: ByteBuffer.self) {
            if let number = bytes.getInteger(at: 3, as: UInt8.self) { numbers.append(number) }
        }
        return numbers
    }

    @Test("10 MB arrive whole in both directions", arguments: [CompressionAlgorithm.zlib(level: 1), .zstd(level: 1)])
    func bulk(algorithm: CompressionAlgorithm) throws {
        let (server, client) = (try channel(.server, algorithm), try channel(.client, algorithm))
        let payload = text(10_000_000)
        for (from, to) in [(client, server), (server, client)] {
            from.writeAndFlush(payload, promise: nil)
            try carry(from, to)
            to.embeddedEventLoop.run()
            #expect(try received(to) == payload)
        }
    }

    @Test("small writes become one packet at the flush, and their promises succeed with it")
    func coalesced() throws {
        let client = try channel(.client)
        let promises = (0..<3).map { _ in client.eventLoop.makePromise(of: Void.self) }
        for promise in promises { client.write(text(30), promise: promise) }
        #expect(try client.readOutbound(as: ByteBuffer.self) == nil)
        client.flush()
        let packet = try #require(try client.readOutbound(as: ByteBuffer.self))
        #expect(packet.getBytes(at: 4, length: 3) == [90, 0, 0])
        #expect(try client.readOutbound(as: ByteBuffer.self) == nil)
        for promise in promises { try promise.futureResult.wait() }
    }

    @Test("an answer goes on from the number of its command, the next command begins at 0")
    func numbers() throws {
        let (server, client) = (try channel(.server), try channel(.client))
        for _ in 0..<2 {
            try client.triggerUserOutboundEvent(CompressedExchangeBegins()).wait()
            client.writeAndFlush(text(200_000), promise: nil)
            try carry(client, server)
            server.embeddedEventLoop.run()
            _ = try received(server)
            // 200,000 bytes are packets 0 to 3.
            server.writeAndFlush(text(10), promise: nil)
            server.writeAndFlush(text(10), promise: nil)
            let first = try #require(try server.readOutbound(as: ByteBuffer.self))
            #expect(first.getInteger(at: 3, as: UInt8.self) == 4)
            try client.writeInbound(first)
            #expect(try sequences(server) == [5])
        }
    }

    @Test("a file that the server asked for goes on from the number of the question")
    func localInfile() throws {
        let (server, client) = (try channel(.server), try channel(.client))
        for (from, to) in [(client, server), (server, client), (client, server), (server, client)] {
            from.writeAndFlush(text(100), promise: nil)
            try carry(from, to)
            #expect(try received(to) == text(100))
        }
    }

    @Test("the answer to a pipelined command begins at 1 when the server says so")
    func pipelined() throws {
        let server = try channel(.server)
        try server.writeInbound(ByteBuffer(bytes: [1, 0, 0, 0, 0, 0, 0, 14, 1, 0, 0, 0, 0, 0, 0, 14]))
        server.writeAndFlush(text(10), promise: nil)
        try server.triggerUserOutboundEvent(CompressedExchangeBegins()).wait()
        server.writeAndFlush(text(10), promise: nil)
        #expect(try sequences(server) == [1, 1])
    }

    @Test("bytes that were read before the handler came are decoded")
    func alreadyRead() throws {
        let server = try channel(.server, alreadyRead: ByteBuffer(bytes: [2, 0, 0, 0, 0, 0, 0, 14]))
        try server.writeInbound(ByteBuffer(bytes: [15]))
        server.embeddedEventLoop.run()
        #expect(try received(server) == ByteBuffer(bytes: [14, 15]))
    }

    @Test("with autoRead nothing is left behind, and the channel goes on reading")
    func autoRead() throws {
        let reads = ReadCounter()
        let server = try channel(.server)
        try server.pipeline.syncOperations.addHandler(reads, position: .first)
        var encoder = CompressedPacketEncoder(algorithm: .zlib, workspace: workspace)
        var wire = ByteBuffer()
        for _ in 0..<4 { try encoder.encode(ByteBuffer(repeating: 1, count: 1 << 20), into: &wire) }
        try server.writeInbound(wire)
        server.read()
        server.embeddedEventLoop.run()
        #expect(try received(server).readableBytes == 4 << 20)
        #expect(reads.count > 0)
    }

    @Test("a read that completes no packet makes another")
    func partial() throws {
        let reads = ReadCounter()
        let server = try channel(.server)
        try server.pipeline.syncOperations.addHandler(reads, position: .first)
        server.read()
        #expect(reads.count == 1)
        try server.writeInbound(ByteBuffer(bytes: [2, 0, 0]))
        #expect(reads.count == 2)
        try server.writeInbound(ByteBuffer(bytes: [0, 0, 0, 0, 1, 2]))
        #expect(reads.count == 2)
        #expect(try received(server).readableBytes == 2)
    }

    @Test("bytes that are no packet are one error; an answer can still be written")
    func malformed() throws {
        let server = try channel(.server)
        #expect(throws: CompressionError.outOfOrder(expected: 0, got: 4)) {
            try server.writeInbound(ByteBuffer(bytes: [4, 4, 4, 4, 4, 4, 4, 4]))
        }
        try server.writeInbound(ByteBuffer(bytes: [1, 0, 0, 0, 0, 0, 0, 14]))
        #expect(try received(server).readableBytes == 0)
        server.writeAndFlush(text(10), promise: nil)
        #expect(try server.readOutbound(as: ByteBuffer.self)?.readableBytes == 17)
    }

    @Test("writes that were never flushed fail when the channel closes")
    func closed() throws {
        let client = try channel(.client)
        let promise = client.eventLoop.makePromise(of: Void.self)
        client.write(text(10), promise: promise)
        client.close(promise: nil)
        #expect(throws: ChannelError.self) { try promise.futureResult.wait() }
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
