import ChannelSupport
import NIOCore
import NIOEmbedded
import TestServers
import Testing

@Suite("Writes that wait in a handler")
struct PendingWritesTests {
    private let loop = EmbeddedEventLoop()

    private func buffer(_ text: String) -> ByteBuffer { ByteBuffer(string: text) }

    @Test("small writes come together up to the limit, large ones are cut")
    func batches() {
        var writes = PendingWrites()
        for text in ["ab", "", "cde", "fghijklmno", "p"] { writes.append(buffer(text), promise: nil) }
        #expect(writes.byteCount == 16)
        var taken: [String] = []
        while let batch = writes.takeAny(limit: 4) { taken.append(String(buffer: batch)) }
        #expect(taken == ["abcd", "efgh", "ijkl", "mnop"])
        #expect(writes.byteCount == 0)
        #expect(writes.isEmpty)
    }

    @Test("only what was flushed is taken as flushed")
    func flushed() {
        var writes = PendingWrites()
        writes.append(buffer("one"), promise: nil)
        #expect(writes.takeFlushed(limit: 10) == nil)
        writes.markFlushed()
        writes.append(buffer("two"), promise: nil)
        #expect(writes.takeFlushed(limit: 10) == buffer("one"))
        #expect(writes.takeFlushed(limit: 10) == nil)
        #expect(!writes.hasFlushed)
        #expect(writes.takeAny(limit: 10) == buffer("two"))
    }

    @Test("a promise is given when the last byte of its write was taken, and all of a batch succeed together")
    func promises() {
        var writes = PendingWrites()
        let promises = (0..<3).map { _ in loop.makePromise(of: Void.self) }
        var done = [false, false, false]
        for (text, promise) in zip(["abc", "", "de"], promises) { writes.append(buffer(text), promise: promise) }
        #expect(writes.takeAny(limit: 2) == buffer("ab"))
        #expect(writes.takePromise(eventLoop: loop) == nil)
        #expect(writes.takeAny(limit: 9) == buffer("cde"))
        let joint = writes.takePromise(eventLoop: loop)
        #expect(writes.takePromise(eventLoop: loop) == nil)
        for (index, promise) in promises.enumerated() {
            promise.futureResult.assumeIsolated().whenSuccess { done[index] = true }
        }
        #expect(done == [false, false, false])
        joint?.succeed()
        #expect(done == [true, true, true])
    }

    @Test("a failure reaches every promise that was not given")
    func failure() {
        var writes = PendingWrites()
        let promises = (0..<2).map { _ in loop.makePromise(of: Void.self) }
        writes.append(buffer("a"), promise: promises[0])
        writes.append(buffer("b"), promise: promises[1])
        _ = writes.takeAny(limit: 1)
        writes.fail(ChannelError.eof)
        for promise in promises { #expect(throws: ChannelError.eof) { try promise.futureResult.wait() } }
        #expect(writes.isEmpty)
        #expect(writes.byteCount == 0)
    }

    @Test("whatever the writes, flushes and limits: the bytes are the same and in order", arguments: 0..<200)
    func order(seed: Int) {
        var random = SplitMix(seed: UInt64(seed))
        var writes = PendingWrites()
        var expected: [UInt8] = []
        var taken: [UInt8] = []
        var flushedCount = 0
        for _ in 0..<60 {
            switch Int.random(in: 0...3, using: &random) {
            case 0, 1:
                let bytes = (0..<Int.random(in: 0...30, using: &random)).map { _ in UInt8.random(in: 0...255) }
                expected += bytes
                writes.append(ByteBuffer(bytes: bytes), promise: nil)
            case 2:
                writes.markFlushed()
                flushedCount = expected.count
            default:
                let limit = Int.random(in: 1...40, using: &random)
                if let batch = writes.takeFlushed(limit: limit) {
                    #expect((1...limit).contains(batch.readableBytes))
                    taken += Array(batch.readableBytesView)
                }
                #expect(taken.count <= flushedCount)
            }
            #expect(writes.byteCount == expected.count - taken.count)
        }
        while let batch = writes.takeAny(limit: 7) { taken += Array(batch.readableBytesView) }
        #expect(taken == expected)
    }
}

@Suite("A buffer that serves again")
struct ReusableBufferTests {
    @Test("what was handed out is never written to again")
    func handedOut() {
        var reusable = ReusableBuffer()
        #expect(reusable.handOut() == nil)
        var kept: [ByteBuffer] = []
        for text in ["one", "two", "three"] {
            reusable.prepare(minimumCapacity: 10)
            reusable.bytes.writeString(text)
            if let buffer = reusable.handOut() { kept.append(buffer) }
            #expect(reusable.handOut() == nil)
            #expect(reusable.pendingByteCount == 0)
        }
        #expect(kept.map { String(buffer: $0) } == ["one", "two", "three"])
    }

    @Test("large memory is not kept")
    func large() {
        var reusable = ReusableBuffer()
        reusable.prepare(minimumCapacity: 100_000)
        reusable.bytes.writeRepeatingByte(1, count: 100_000)
        #expect(reusable.handOut()?.readableBytes == 100_000)
        #expect(reusable.bytes.capacity <= ReusableBuffer.maximumIdleCapacity)
    }
}
