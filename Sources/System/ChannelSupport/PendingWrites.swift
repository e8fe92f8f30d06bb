package import NIOCore

/// What a handler that transforms a byte stream has been given to write and has not passed on yet.
///
/// Takes many small writes together into batches, hands large ones on without a copy, and keeps the promises of those
/// writes whose last byte has been taken.
package struct PendingWrites {
    private struct Write {
        var bytes: ByteBuffer
        let promise: EventLoopPromise<Void>?
    }

    private var writes = CircularBuffer<Write>()
    private var takenPromises: [EventLoopPromise<Void>] = []
    private var scratch = ByteBuffer()
    private var flushedCount = 0

    /// What is still to be taken.
    package private(set) var byteCount = 0

    package init() {}

    package mutating func append(_ bytes: ByteBuffer, promise: EventLoopPromise<Void>?) {
        byteCount += bytes.readableBytes
        writes.append(Write(bytes: bytes, promise: promise))
    }

    /// All that has been appended by now is to be sent.
    package mutating func markFlushed() { flushedCount = writes.count }

    /// Whether anything is left that was flushed.
    package var hasFlushed: Bool { flushedCount > 0 }

    /// Whether anything is left; it may be writes of no bytes, whose promises wait.
    package var isEmpty: Bool { writes.isEmpty }

    /// Takes the next bytes of what was flushed.
    ///
    /// - Returns: 1 to `limit` bytes; less than `limit` only if no more is flushed. Nil at the end.
    package mutating func takeFlushed(limit: Int) -> ByteBuffer? { take(limit: limit, scope: .flushed) }

    /// Takes the next bytes, flushed or not. Otherwise like `takeFlushed`.
    package mutating func takeAny(limit: Int) -> ByteBuffer? { take(limit: limit, scope: .all) }

    private enum Scope {
        case flushed
        case all
    }

    private func count(_ scope: Scope) -> Int {
        switch scope {
        case .flushed: flushedCount
        case .all: writes.count
        }
    }

    private mutating func take(limit: Int, scope: Scope) -> ByteBuffer? {
        skipEmpty(scope)
        guard limit > 0, count(scope) > 0, let first = writes.first else { return nil }
        if count(scope) == 1 || first.bytes.readableBytes >= limit { return takeFromFirst(limit) }
        scratch.clear(minimumCapacity: min(limit, byteCount))
        while scratch.readableBytes < limit, count(scope) > 0 {
            guard var part = takeFromFirst(limit - scratch.readableBytes) else { break }
            scratch.writeBuffer(&part)
            skipEmpty(scope)
        }
        defer { if scratch.capacity > ReusableBuffer.maximumIdleCapacity { scratch = ByteBuffer() } }
        return scratch
    }

    private mutating func skipEmpty(_ scope: Scope) {
        while count(scope) > 0, writes.first?.bytes.readableBytes == 0 { removeFirst() }
    }

    /// Takes from the first write; removes it when nothing of it is left.
    private mutating func takeFromFirst(_ limit: Int) -> ByteBuffer? {
        guard !writes.isEmpty else { return nil }
        let count = min(limit, writes[writes.startIndex].bytes.readableBytes)
        let part = writes[writes.startIndex].bytes.readSlice(length: count)
        byteCount -= count
        if writes[writes.startIndex].bytes.readableBytes == 0 { removeFirst() }
        return part
    }

    private mutating func removeFirst() {
        guard let write = writes.popFirst() else { return }
        if flushedCount > 0 { flushedCount -= 1 }
        if let promise = write.promise { takenPromises.append(promise) }
    }

    /// One promise for all writes whose last byte has been taken since the last call; nil if none of them has one.
    package mutating func takePromise(eventLoop: any EventLoop) -> EventLoopPromise<Void>? {
        guard let first = takenPromises.first else { return nil }
        let promises = takenPromises
        takenPromises.removeAll()
        guard promises.count > 1 else { return first }
        let joint = eventLoop.makePromise(of: Void.self)
        joint.futureResult.whenComplete { result in
            for promise in promises { promise.completeWith(result) }
        }
        return joint
    }

    /// Forgets all of it.
    package mutating func fail(_ error: any Error) {
        let failed = takenPromises + writes.compactMap(\.promise)
        takenPromises.removeAll()
        writes.removeAll()
        byteCount = 0
        flushedCount = 0
        for promise in failed { promise.fail(error) }
    }
}
