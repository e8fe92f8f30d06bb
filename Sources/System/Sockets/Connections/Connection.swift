internal import Glibc
package import NIOCore
internal import Threads

/// A connected stream socket on a `SocketLoop`. Everything here is called on the loop's thread.
///
/// - Bytes come only when they were asked for: each `read()` asks for one more read. What has come is told by
///   `ConnectionHandler.received`, in the loop's own memory; `relay` of another connection hands it on to the kernel
///   from there.
/// - Nothing is written before what was written earlier. What the kernel does not take waits here; `isWritable` tells
///   when it is too much.
/// - With a channel handler added (TLS, compression) bytes pass through its pipeline both ways instead.
/// - `close` gives the descriptor back at once; the handler hears of it after the event at hand.
/// - A peer that ends its side is told of by `ConnectionHandler.inputEnded` when all that it sent has been; the other
///   side stays open until `close`, or until the peer is gone altogether.
package final class Connection: EventSource {
    package struct Options: Sendable {
        /// The connection counts as unwritable while more than this waits, in bytes, …
        package var highWaterMark = 128 * 1024
        /// … until no more than this does.
        package var lowWaterMark = 32 * 1024
        /// The connection fails when for so long the peer has taken nothing of what waits for it; nil: it is waited for.
        package var writeTimeout: TimeAmount?

        package init() {}
    }

    package let loop: SocketLoop
    package let options: Options
    private let descriptor: Int32
    private var registration: EventPoll.Registration?
    /// What the kernel watches for.
    private var interest: PollEvents = []
    package private(set) var isOpen = true
    package private(set) var isWritable = true
    private var handler: (any ConnectionHandler)?
    private(set) var channel: ConnectionChannel?

    private var isReadWanted = false
    /// The peer sends no more.
    private var hasInputEnded = false
    /// An event is being told: what is watched for is settled after it.
    private var isInEvent = false
    private var outgoing = OutgoingBytes()
    /// The kernel takes no more until it says so.
    private var isBlocked = false
    /// A write failed: what the peer has still sent can be read.
    private var isOutputBroken = false
    private var closesWhenWritten = false
    /// The peer is to hear that no more comes when all is written.
    private var endsOutputWhenWritten = false
    private var writeDeadline: Scheduled<Void>?
    /// The peer has taken something since `writeDeadline` was set.
    private var hasWritten = false

    /// - Parameter descriptor: connected and non-blocking; the connection owns it from here on.
    /// - Throws: `IOError` if the loop cannot watch it.
    package init(
        _ descriptor: Int32,
        on loop: SocketLoop,
        options: Options = Options(),
        makeHandler: (Connection) -> any ConnectionHandler
    ) throws {
        self.loop = loop
        self.options = options
        self.descriptor = descriptor
        do {
            registration = try loop.poll.add(descriptor, self, for: interest)
        } catch {
            Glibc.close(descriptor)
            throw IOError(errnoCode: error.number, reason: error.call)
        }
        handler = makeHandler(self)
    }

    /// What was written and the kernel has not taken, in bytes.
    package var waitingBytes: Int { outgoing.count }

    /// The peer's address; nil if the kernel does not know it any more.
    package var remoteAddress: SocketAddress? {
        isOpen ? SocketAddress.read(descriptor, by: getpeername) : nil
    }

    package var localAddress: SocketAddress? {
        isOpen ? SocketAddress.read(descriptor, by: getsockname) : nil
    }

    // MARK: - Reading

    /// Asks for one more read.
    package func read() {
        if let channel { channel.pipeline.read() } else { requestRead() }
    }

    func requestRead() {
        guard !hasInputEnded else { return }
        isReadWanted = true
        if !isInEvent { watch() }
    }

    func ready(_ events: PollEvents) {
        isInEvent = true
        if events.contains(.writable) {
            isBlocked = false
            if outgoing.isEmpty || handler?.mayWriteWaiting() ?? true { flushOutgoing() } else { close() }
        }
        if isOpen, !events.isDisjoint(with: [.readable, .hangUp, .error]) {
            if isReadWanted { readOnce() } else { peerLeft(events) }
        }
        isInEvent = false
        if isOpen { watch() }
    }

    private func readOnce() {
        switch SocketCalls.read(descriptor, into: loop.scratch) {
        case .bytes(let count):
            isReadWanted = false
            let bytes = UnsafeRawBufferPointer(rebasing: loop.scratch[..<count])
            if let channel {
                channel.received(ByteBuffer(bytes: bytes))
            } else {
                bytes.withMemoryRebound(to: UInt8.self) { handler?.received($0.span) }
                guard isOpen else { return }
                // A handler that was added meanwhile reads by itself.
                if let channel { channel.pipeline.fireChannelReadComplete() } else { handler?.readCompleted() }
            }
        case .wouldBlock:
            break
        case .end:
            isReadWanted = false
            hasInputEnded = true
            if let channel { channel.inputEnded() } else { handler?.inputEnded() }
        case .failed(let number):
            if isOutputBroken || number == ECONNRESET { return close() }
            fail(number, "recv")
        }
    }

    /// Both directions are at their end, and nobody reads what the peer may have sent before.
    private func peerLeft(_ events: PollEvents) {
        guard !events.isDisjoint(with: [.hangUp, .error]) else { return }
        if hasInputEnded { return close() }
        // The kernel would go on saying so: it is asked again when a read is wanted.
        guard let registration else { return }
        loop.poll.remove(descriptor, registration)
        self.registration = nil
        if !outgoing.isEmpty { outputFailed(EPIPE) }
    }

    /// Brings what the kernel watches for into line with what is wanted.
    private func watch() {
        guard isOpen else { return }
        var wanted: PollEvents = []
        if isReadWanted { wanted.insert(.readable) }
        if isBlocked { wanted.insert(.writable) }
        if let registration {
            guard wanted != interest else { return }
            interest = wanted
            loop.poll.change(descriptor, registration, to: wanted)
        } else if isReadWanted {
            interest = wanted
            do {
                registration = try loop.poll.add(descriptor, self, for: wanted)
            } catch {
                close()
            }
        }
    }

    // MARK: - Writing

    /// Hands bytes to the kernel at once, as far as it takes them and nothing waits before them.
    package func relay(_ bytes: Span<UInt8>) {
        if let channel {
            channel.pipeline.write(bytes.withUnsafeBytes { ByteBuffer(bytes: $0) }, promise: nil)
            channel.pipeline.flush()
            return
        }
        guard isOpen, !isOutputBroken, !bytes.isEmpty else { return }
        bytes.withUnsafeBytes { bytes in
            var taken = 0
            if outgoing.isEmpty {
                switch SocketCalls.write(descriptor, bytes) {
                case .wrote(let count): taken = count
                case .wouldBlock: break
                case .failed(let number): return outputFailed(number)
                }
                guard taken < bytes.count else { return }
                noteBlocked()
            }
            outgoing.append(UnsafeRawBufferPointer(rebasing: bytes[taken...]))
        }
        updateWritability()
        if !isInEvent { watch() }
    }

    /// Keeps bytes for the next `flush`.
    package func write(_ buffer: ByteBuffer) {
        if let channel { channel.pipeline.write(buffer, promise: nil) } else { append(buffer) }
    }

    package func flush() {
        if let channel { channel.pipeline.flush() } else { flushOutgoing() }
    }

    func append(_ buffer: ByteBuffer) {
        guard isOpen, !isOutputBroken else { return }
        outgoing.append(buffer)
        updateWritability()
    }

    func flushOutgoing() {
        guard isOpen else { return }
        while !outgoing.isEmpty, !isBlocked {
            switch outgoing.consume({ SocketCalls.write(descriptor, $0) }) {
            case .wrote: hasWritten = true
            case .wouldBlock: noteBlocked()
            case .failed(let number): return outputFailed(number)
            }
        }
        channel?.wrote(waiting: outgoing.count)
        guard isOpen else { return }
        updateWritability()
        if outgoing.isEmpty, closesWhenWritten { return close() }
        if outgoing.isEmpty, endsOutputWhenWritten { shutdown(descriptor, Int32(SHUT_WR)) }
        if !isInEvent { watch() }
    }

    private func noteBlocked() {
        isBlocked = true
        guard let limit = options.writeTimeout, writeDeadline == nil else { return }
        hasWritten = false
        let bound = NIOLoopBound(self, eventLoop: loop)
        writeDeadline = loop.scheduleTask(in: limit) { bound.value.writeDeadlinePassed() }
    }

    private func writeDeadlinePassed() {
        writeDeadline = nil
        guard isOpen, !outgoing.isEmpty, isBlocked else { return }
        if hasWritten { noteBlocked() } else { fail(ETIMEDOUT, "send") }
    }

    private func outputFailed(_ number: Int32) {
        isOutputBroken = true
        isBlocked = false
        outgoing.removeAll()
        channel?.outputFailed()
        // What the peer has sent before it left is still to be read.
        if hasInputEnded || closesWhenWritten || number != EPIPE { return close() }
        updateWritability()
    }

    private func updateWritability() {
        let isNow = isWritable ? outgoing.count <= options.highWaterMark : outgoing.count <= options.lowWaterMark
        guard isNow != isWritable else { return }
        isWritable = isNow
        if let channel {
            channel.pipeline.fireChannelWritabilityChanged()
        } else {
            handler?.writabilityChanged()
        }
    }

    // MARK: - Channel handlers

    /// Puts a handler nearest to the socket.
    package func addFirst(_ channelHandler: any ChannelHandler) throws {
        try openChannel().pipeline.syncOperations.addHandler(channelHandler, position: .first)
    }

    /// Puts a handler nearest to the connection's own.
    package func addLast(_ channelHandler: any ChannelHandler) throws {
        let channel = try openChannel()
        try channel.pipeline.syncOperations.addHandler(channelHandler, position: .before(channel.tail))
    }

    private func openChannel() throws -> ConnectionChannel {
        if let channel { return channel }
        guard isOpen, let handler else { throw ChannelError.ioOnClosedChannel }
        let channel = ConnectionChannel(self, handler: handler)
        try channel.open()
        self.channel = channel
        return channel
    }

    // MARK: - The end

    /// Sends what is left, then closes. What the peer still sends is the handler's to ignore.
    ///
    /// - Parameter limit: a slow peer is not waited for any longer.
    package func closeAfterWriting(within limit: TimeAmount) {
        guard isOpen else { return }
        let bound = NIOLoopBound(self, eventLoop: loop)
        let deadline = loop.scheduleTask(in: limit) { bound.value.close() }
        closeDeadline?.cancel()
        closeDeadline = deadline
        if let channel {
            let isWritten = loop.makePromise(of: Void.self)
            isWritten.futureResult.whenComplete { _ in bound.value.close() }
            channel.pipeline.writeAndFlush(ByteBuffer(), promise: isWritten)
        } else {
            closesWhenWritten = true
            flushOutgoing()
        }
    }

    private var closeDeadline: Scheduled<Void>?

    /// Sends what is left, and tells the peer that no more comes; what it says can still be read.
    package func endOutput() {
        if let channel { channel.pipeline.close(mode: .output, promise: nil) } else { endSocketOutput() }
    }

    func endSocketOutput() {
        endsOutputWhenWritten = true
        flushOutgoing()
    }

    /// Closes at once; what waits to be written is lost.
    package func close() {
        if let channel { channel.pipeline.close(promise: nil) } else { closeSocket() }
    }

    func closeSocket() {
        guard isOpen else { return }
        isOpen = false
        closeDeadline?.cancel()
        closeDeadline = nil
        writeDeadline?.cancel()
        writeDeadline = nil
        if let registration { loop.poll.remove(descriptor, registration) }
        registration = nil
        Glibc.close(descriptor)
        outgoing.removeAll()
        loop.noteClosed(self)
    }

    /// Called by the loop when the event in which the connection was closed has been dealt with.
    func tellClosed() {
        let handler = self.handler
        self.handler = nil
        if let channel {
            channel.closed()
            self.channel = nil
        } else {
            handler?.closed()
        }
    }

    private func fail(_ number: Int32, _ call: String) {
        let error = IOError(errnoCode: number, reason: call)
        if let channel { channel.pipeline.fireErrorCaught(error) } else { handler?.failed(error) }
        close()
    }
}
