import NIOCore
import Sockets
import TestServers
import Testing

@Suite("A connection")
struct ConnectionTests {
    private static let many = (0..<(1 << 19)).map { UInt8(truncatingIfNeeded: $0 &* 31) }

    @Test func `what comes is told, and the end after it`() async throws {
        try await withLoop { loop in
            var pair: SocketPair? = try SocketPair()
            let recorder = try await Recorder.attach(pair!.near, to: loop)
            pair?.send([1, 2, 3])
            pair = nil
            try await waitUntil("it is closed") { recorder.state.isClosed }
            #expect(recorder.state.bytes == [1, 2, 3])
            #expect(recorder.state.errors == 0)
        }
    }

    @Test func `nothing is read that was not asked for`() async throws {
        try await withLoop { loop in
            let pair = try SocketPair()
            let recorder = try await Recorder.attach(pair.near, to: loop, isReading: false)
            pair.send([1, 2, 3])
            try await loop.submit {}.get()
            #expect(recorder.state.completedReads == 0)
            try await recorder.resumeReading(loop)
            try await waitUntil("the bytes are there") { recorder.state.bytes == [1, 2, 3] }
        }
    }

    @Test func `a peer that takes nothing makes it unwritable, and writable when it takes again; nothing is lost`()
        async throws
    {
        try await withLoop { loop in
            let pair = try SocketPair()
            let recorder = try await Recorder.attach(pair.near, to: loop)
            try await recorder.use(loop) { connection in
                Self.many.withUnsafeBufferPointer { connection.relay($0.span) }
            }
            #expect(recorder.state.writability == [false])
            // Small pieces behind a large one stay behind it.
            try await recorder.use(loop) { connection in
                for byte in UInt8(0)..<100 {
                    connection.write(ByteBuffer(bytes: [byte]))
                    connection.flush()
                }
                connection.closeAfterWriting(within: .seconds(60))
            }
            let all = try await pair.receiveToEnd()
            // A difference of so many bytes would take long to print.
            let isWhole = all == Self.many + Array(0..<100)
            #expect(isWhole, "\(all.count) bytes")
            try await waitUntil("it is closed") { recorder.state.isClosed }
            #expect(recorder.state.writability == [false, true])
        }
    }

    @Test func `a peer that never takes the rest is not waited for beyond the limit`() async throws {
        try await withLoop { loop in
            let pair = try SocketPair()
            let recorder = try await Recorder.attach(pair.near, to: loop)
            try await recorder.use(loop) { connection in
                connection.write(ByteBuffer(bytes: Self.many))
                connection.closeAfterWriting(within: .milliseconds(20))
            }
            try await waitUntil("it is closed") { recorder.state.isClosed }
            let all = try await pair.receiveToEnd()
            #expect(all.count < Self.many.count)
        }
    }

    @Test func `a peer that is gone while nothing is read, and for whom something waits, takes no more`() async throws {
        try await withLoop { loop in
            var pair: SocketPair? = try SocketPair()
            let recorder = try await Recorder.attach(pair!.near, to: loop, isReading: false)
            pair?.send([1])
            try await recorder.use(loop) { connection in
                Self.many.withUnsafeBufferPointer { connection.relay($0.span) }
            }
            #expect(recorder.state.writability == [false])
            pair = nil
            try await waitUntil("it does not wait for the peer") { recorder.state.writability == [false, true] }
            try await recorder.resumeReading(loop)
            try await waitUntil("it is closed") { recorder.state.isClosed }
            #expect(recorder.state.bytes == [1])
        }
    }

    @Test(arguments: [false, true])
    func `a peer that takes nothing for too long is given up, and one that takes something is not`(
        hasHandlers: Bool
    ) async throws {
        try await withLoop { loop in
            var options = Connection.Options()
            options.writeTimeout = .milliseconds(30)
            let pair = try SocketPair()
            let recorder = try await Recorder.attach(pair.near, to: loop, options: options)
            if hasHandlers { try await recorder.use(loop) { try $0.addFirst(AddingHandler(0)) } }
            try await recorder.use(loop) { connection in
                Self.many.withUnsafeBufferPointer { connection.relay($0.span) }
            }
            try await waitUntil("it is closed") { recorder.state.isClosed }
            #expect(recorder.state.errors == 1)

            options.writeTimeout = .seconds(60)
            let patient = try SocketPair()
            let other = try await Recorder.attach(patient.near, to: loop, options: options)
            if hasHandlers { try await other.use(loop) { try $0.addFirst(AddingHandler(0)) } }
            try await other.use(loop) { connection in
                Self.many.withUnsafeBufferPointer { connection.relay($0.span) }
                connection.closeAfterWriting(within: .seconds(60))
            }
            let all = try await patient.receiveToEnd()
            #expect(all.count == Self.many.count)
            #expect(other.state.errors == 0)
        }
    }

    @Test(arguments: [false, true])
    func `what a server said before it left is read when it is wanted`(isReset: Bool) async throws {
        try await withLoop { loop in
            var pair: SocketPair? = try SocketPair()
            let recorder = try await Recorder.attach(pair!.near, to: loop, isReading: false)
            pair?.send([1, 2, 3])
            if isReset {
                // A write that nobody takes any more.
                try await recorder.use(loop) { $0.write(ByteBuffer(bytes: [9])) }
            }
            pair = nil
            // The loop has heard of it by now, and must not spin.
            try await loop.submit {}.get()
            if isReset { try await recorder.use(loop) { $0.flush() } }
            #expect(!recorder.state.isClosed)
            try await recorder.resumeReading(loop)
            try await waitUntil("it is closed") { recorder.state.isClosed }
            #expect(recorder.state.bytes == [1, 2, 3])
        }
    }

    @Test(arguments: [false, true])
    func `a peer that ends its side is answered, and hears of the other end`(hasHandlers: Bool) async throws {
        try await withLoop { loop in
            let pair = try SocketPair()
            let recorder = try await Recorder.attach(pair.near, to: loop, isReading: false, closesAtEnd: false)
            if hasHandlers { try await recorder.use(loop) { try $0.addFirst(AddingHandler(0)) } }
            pair.send([1, 2])
            pair.endSending()
            try await recorder.resumeReading(loop)
            try await waitUntil("the end is told") { recorder.state.hasEnded }
            #expect(recorder.state.bytes == [1, 2])
            #expect(!recorder.state.isClosed)
            try await recorder.use(loop) { connection in
                Self.many.withUnsafeBufferPointer { connection.relay($0.span) }
                connection.endOutput()
            }
            let all = try await pair.receiveToEnd()
            #expect(all.count == Self.many.count)
            try await waitUntil("it is closed") { recorder.state.isClosed }
        }
    }

    @Test func `channel handlers see both directions, and the end`() async throws {
        try await withLoop { loop in
            let pair = try SocketPair()
            let recorder = try await Recorder.attach(pair.near, to: loop)
            try await recorder.use(loop) { try $0.addFirst(AddingHandler(1)) }
            try await recorder.use(loop) { try $0.addLast(AddingHandler(10)) }
            pair.send([0, 1])
            try await waitUntil("the bytes are there") { recorder.state.bytes == [11, 12] }
            try await recorder.use(loop) { connection in
                Self.many.withUnsafeBufferPointer { connection.relay($0.span) }
                connection.closeAfterWriting(within: .seconds(60))
            }
            let all = try await pair.receiveToEnd()
            let isWhole = all == Self.many.map { $0 &+ 11 }
            #expect(isWhole, "\(all.count) bytes")
            try await waitUntil("it is closed") { recorder.state.isClosed }
        }
    }

    @Test func `a closed connection takes no more, and tells of its end once and later`() async throws {
        try await withLoop { loop in
            let pair = try SocketPair()
            let recorder = try await Recorder.attach(pair.near, to: loop)
            let wasClosedInside = try await recorder.use(loop) { connection in
                connection.close()
                connection.close()
                connection.write(ByteBuffer(bytes: [1]))
                connection.flush()
                connection.read()
                return recorder.state.isClosed
            }
            #expect(!wasClosedInside)
            try await waitUntil("it is closed") { recorder.state.isClosed }
            let all = try await pair.receiveToEnd()
            #expect(all == [])
        }
    }
}

/// Adds a number to each byte, both ways, and reads once more than it is asked to.
private final class AddingHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let number: UInt8

    init(_ number: UInt8) { self.number = number }

    func handlerAdded(context: ChannelHandlerContext) { context.read() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.fireChannelRead(wrapInboundOut(added(to: unwrapInboundIn(data))))
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        context.write(wrapOutboundOut(added(to: unwrapOutboundIn(data))), promise: promise)
    }

    private func added(to buffer: ByteBuffer) -> ByteBuffer {
        ByteBuffer(bytes: buffer.readableBytesView.map { $0 &+ number })
    }
}
