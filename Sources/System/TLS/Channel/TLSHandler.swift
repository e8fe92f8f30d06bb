internal import ChannelSupport
package import NIOCore

/// TLS in a channel's pipeline, in either role. It is put first, also in mid-stream: after MySQL's SSLRequest
/// (MySQL source documentation, "Protocol::SSLRequest") or before the connection is made.
///
/// - A handshake that completes fires `TLSHandshakeCompleted`. One that fails fires `TLSError` as error, sends its alert
///   and closes the channel. `alreadyRead` may hold all of a hostile handshake, so this can happen while the handler is
///   being added. How long a handshake may take is the caller's to limit.
/// - Writes before the end of the handshake wait, up to `maximumPendingByteCount`; a `flush` sends what was written
///   before it. Afterwards small writes are taken together in records of up to 16 KiB, a flush makes one write of them,
///   and a write's promise succeeds when its last byte has been written.
/// - Nothing is held back from the reader: all that a read brings is decrypted and fired as one buffer. A read that
///   brings no plaintext makes another one if one was asked for, so `autoRead` may be off. During the handshake the
///   handler reads by itself.
/// - The other side's close_notify fires `ChannelEvent.inputClosed` if the channel allows half closure; otherwise it is
///   answered and the channel closes. A connection that ends without it fires `TLSError.truncated` before
///   `channelInactive` or `inputClosed`.
/// - `close(mode: .output)` sends what is pending and close_notify; `close(mode: .all)` sends close_notify if the socket
///   takes it at once.
package final class TLSHandler: ChannelDuplexHandler {
    package typealias InboundIn = ByteBuffer
    package typealias InboundOut = ByteBuffer
    package typealias OutboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    private enum State {
        case waitingForConnection
        case handshaking
        case established
        case closed
    }

    /// Encrypted before a flush, so that the channel's writability takes account of it, in bytes.
    private static let eagerByteCount = 64 * 1024
    /// The longest ciphertext of one write to the channel in bytes, but for a record.
    private static let maximumWriteByteCount = 256 * 1024

    private let engine: TLSEngine
    private let maximumPendingByteCount: Int
    private var alreadyRead: ByteBuffer?
    private var state = State.waitingForConnection
    private var pending = PendingWrites()
    private var plaintext = ReusableBuffer()
    /// A read was asked for that has brought no plaintext yet.
    private var isReadWanted = false
    private var hasFiredInputClosed = false

    /// - Parameters:
    ///   - peerName: for a client: see `TLSEngine`.
    ///   - alreadyRead: bytes of the session that were read before this handler was added.
    ///   - maximumPendingByteCount: how much may be written before the end of the handshake.
    /// - Throws: `TLSError`: what `TLSEngine`'s initializer throws.
    package init(
        context: TLSContext,
        peerName: String? = nil,
        alreadyRead: ByteBuffer? = nil,
        maximumPendingByteCount: Int = 1 << 20
    ) throws(TLSError) {
        self.engine = try TLSEngine(context: context, peerName: peerName)
        self.alreadyRead = alreadyRead
        self.maximumPendingByteCount = maximumPendingByteCount
    }

    // MARK: - Begin and end

    package func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { begin(context) }
    }

    package func channelActive(context: ChannelHandlerContext) {
        begin(context)
        context.fireChannelActive()
    }

    private func begin(_ context: ChannelHandlerContext) {
        guard state == .waitingForConnection else { return }
        state = .handshaking
        if let bytes = alreadyRead { engine.receive(bytes) }
        alreadyRead = nil
        process(context)
        if state == .handshaking { context.read() }
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        state = .closed
        pending.fail(ChannelError.ioOnClosedChannel)
    }

    package func channelInactive(context: ChannelHandlerContext) {
        inputEnded(context)
        state = .closed
        pending.fail(ChannelError.ioOnClosedChannel)
        context.fireChannelInactive()
    }

    /// The connection brings no more: an error if the session had not ended by itself.
    private func inputEnded(_ context: ChannelHandlerContext) {
        guard state == .handshaking || state == .established else { return }
        do {
            try engine.inputEnded()
        } catch {
            context.fireErrorCaught(error)
        }
    }

    /// Ends a session that cannot go on: sends OpenSSL's alert, if there is one, and closes.
    private func fail(_ error: TLSError, _ context: ChannelHandlerContext) {
        guard state != .closed else { return }
        state = .closed
        if let alert = engine.takeCiphertext() { context.writeAndFlush(wrapOutboundOut(alert), promise: nil) }
        pending.fail(error)
        context.fireErrorCaught(error)
        context.close(promise: nil)
    }

    // MARK: - Inbound

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch state {
        case .handshaking, .established:
            engine.receive(unwrapInboundIn(data))
            process(context)
        case .waitingForConnection, .closed:
            break
        }
    }

    package func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        switch state {
        case .handshaking: context.read()
        case .established where isReadWanted: context.read()
        case .established, .waitingForConnection, .closed: break
        }
    }

    package func read(context: ChannelHandlerContext) {
        isReadWanted = true
        context.read()
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .inputClosed? = event as? ChannelEvent else {
            context.fireUserInboundEventTriggered(event)
            return
        }
        // Half a connection can end no handshake.
        if state == .handshaking { fail(.closedInHandshake, context) }
        inputEnded(context)
        fireInputClosed(context)
    }

    private func process(_ context: ChannelHandlerContext) {
        do {
            if state == .handshaking { try continueHandshake(context) }
            if state == .established { try decrypt(context) }
        } catch {
            fail(error, context)
        }
    }

    private func continueHandshake(_ context: ChannelHandlerContext) throws(TLSError) {
        let progress = try engine.handshake()
        sendCiphertext(context)
        guard progress == .completed else { return }
        state = .established
        if let version = engine.version, let cipher = engine.cipher {
            context.fireUserInboundEventTriggered(
                TLSHandshakeCompleted(version: version, cipher: cipher, peerSubject: engine.peerSubject)
            )
        }
        // The event's receiver may have closed the channel or written more.
        guard state == .established, pending.hasFlushed else { return }
        try encrypt(.flushed, context)
        context.flush()
    }

    private func decrypt(_ context: ChannelHandlerContext) throws(TLSError) {
        plaintext.prepare(minimumCapacity: engine.plaintextEstimate)
        let outcome: Result<TLSEngine.DecryptionOutcome, TLSError>
        do {
            outcome = .success(try engine.decrypt(into: &plaintext.bytes))
        } catch {
            outcome = .failure(error)
        }
        // What was authentic before an error is delivered before it.
        if let bytes = plaintext.handOut() {
            isReadWanted = false
            context.fireChannelRead(wrapInboundOut(bytes))
        }
        guard state == .established else { return }
        if engine.pendingCiphertextByteCount > 0, case .success = outcome {
            // The answer to a key update (RFC 8446, section 4.6.3).
            sendCiphertext(context)
        }
        if try outcome.get() == .closed { closedByPeer(context) }
    }

    private func closedByPeer(_ context: ChannelHandlerContext) {
        let allowsHalfClosure =
            (try? context.channel.syncOptions?.getOption(ChannelOptions.allowRemoteHalfClosure)) ?? false
        if allowsHalfClosure {
            fireInputClosed(context)
        } else {
            close(context: context, mode: .all, promise: nil)
        }
    }

    private func fireInputClosed(_ context: ChannelHandlerContext) {
        guard !hasFiredInputClosed else { return }
        hasFiredInputClosed = true
        context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    }

    // MARK: - Outbound

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard state != .closed, !engine.isOutputClosed else {
            promise?.fail(state == .closed ? ChannelError.ioOnClosedChannel : ChannelError.outputClosed)
            return
        }
        pending.append(unwrapOutboundIn(data), promise: promise)
        do throws(TLSError) {
            if state == .established {
                if pending.byteCount >= Self.eagerByteCount { try encrypt(.fullRecords, context) }
            } else if pending.byteCount > maximumPendingByteCount {
                throw TLSError.tooMuchBeforeHandshake
            }
        } catch {
            fail(error, context)
        }
    }

    package func flush(context: ChannelHandlerContext) {
        pending.markFlushed()
        guard state == .established else {
            context.flush()
            return
        }
        do {
            try encrypt(.flushed, context)
            context.flush()
        } catch {
            fail(error, context)
        }
    }

    private enum Portion {
        /// As many whole records as there are bytes for.
        case fullRecords
        /// All that was flushed.
        case flushed
    }

    /// Encrypts and writes to the channel, without a flush.
    private func encrypt(_ portion: Portion, _ context: ChannelHandlerContext) throws(TLSError) {
        engine.reserveCiphertext(forPlaintext: min(pending.byteCount, Self.maximumWriteByteCount))
        while let record = takeRecord(portion) {
            try engine.encrypt(record)
            if engine.pendingCiphertextByteCount >= Self.maximumWriteByteCount {
                writeCiphertext(context)
            }
        }
        writeCiphertext(context)
    }

    /// The plaintext of the next record: a part of a large write, or small writes taken together.
    private func takeRecord(_ portion: Portion) -> ByteBuffer? {
        let limit = TLSEngine.maximumRecordByteCount
        return switch portion {
        case .flushed: pending.takeFlushed(limit: limit)
        case .fullRecords: pending.byteCount >= limit ? pending.takeAny(limit: limit) : nil
        }
    }

    /// Writes what is encrypted to the channel, without a flush.
    private func writeCiphertext(_ context: ChannelHandlerContext) {
        let promise = pending.takePromise(eventLoop: context.eventLoop)
        if let bytes = engine.takeCiphertext() {
            context.write(wrapOutboundOut(bytes), promise: promise)
        } else if let promise {
            // Writes of no bytes are done when what is before them is.
            context.write(wrapOutboundOut(ByteBuffer()), promise: promise)
        }
    }

    /// Sends what the protocol itself has to say.
    private func sendCiphertext(_ context: ChannelHandlerContext) {
        guard let bytes = engine.takeCiphertext() else { return }
        context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
    }

    package func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        switch mode {
        case .input:
            break
        case .output:
            if state == .established, !engine.isOutputClosed {
                pending.markFlushed()
                do {
                    try encrypt(.flushed, context)
                } catch {
                    promise?.fail(error)
                    fail(error, context)
                    return
                }
            }
            sayClosed(context)
        case .all:
            sayClosed(context)
            state = .closed
        }
        context.close(mode: mode, promise: promise)
    }

    private func sayClosed(_ context: ChannelHandlerContext) {
        guard state != .closed else { return }
        pending.fail(ChannelError.ioOnClosedChannel)
        guard state == .established else { return }
        engine.closeOutput()
        sendCiphertext(context)
    }
}
