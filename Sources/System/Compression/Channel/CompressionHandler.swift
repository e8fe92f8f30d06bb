internal import ChannelSupport
package import NIOCore

/// The outbound user event that says: what is written from now on begins another exchange. Its first packet has number 1
/// at the server, the answer to a command of one packet, and 0 at the client.
///
/// A client sends it before each command. A server needs it only between the answers to commands that were received
/// before the first of these answers was written; otherwise a command's own number 0 says it.
package struct CompressedExchangeBegins: Hashable, Sendable {
    package init() {}
}

/// MySQL's compressed protocol in a channel's pipeline: put in after TLS once the login has ended with an OK packet, as
/// both ends compress from then on.
///
/// - The two directions count their packets together: an answer goes on from the number of what it answers.
/// - Small writes are taken together in one packet at a flush, or in packets of 64 KiB; a write's promise succeeds when
///   the packet with its last byte has been written.
/// - One read may bring a thousand times as many bytes as came over the wire. What is more than `burstByteCount` waits
///   until the reader reads again, also with `autoRead`. A read that completes no packet makes another one if one was
///   asked for.
/// - Bytes that are no compressed packet fire `CompressionError` as error; what follows is ignored. The channel is not
///   closed, so that an answer can be written.
package final class CompressionHandler: ChannelDuplexHandler {
    package typealias InboundIn = ByteBuffer
    package typealias InboundOut = ByteBuffer
    package typealias OutboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    /// What one packet gathers of many writes, in bytes.
    private static let batchByteCount = 64 * 1024
    /// How much is fired before the reader must ask for more, in bytes; a packet is not cut for it.
    package static let burstByteCount = 128 * 1024

    private let role: CompressionRole
    private var decoder: CompressedPacketDecoder
    private var encoder: CompressedPacketEncoder
    private var alreadyRead: ByteBuffer?
    private var pending = PendingWrites()
    private var output = ReusableBuffer()
    private var isReadWanted = false
    /// What may still be fired for the last read, in bytes; the read under way when the handler is added counts too.
    private var credit = CompressionHandler.burstByteCount
    private var isDeliveryScheduled = false
    private var isRemoved = false

    /// - Parameters:
    ///   - workspace: that of the channel's event loop.
    ///   - alreadyRead: bytes that were read before this handler was added, and are compressed packets.
    ///   - maximumByteCount: the most that a received packet may hold.
    package init(
        role: CompressionRole,
        algorithm: CompressionAlgorithm,
        workspace: CompressionWorkspace,
        alreadyRead: ByteBuffer? = nil,
        maximumByteCount: Int = 0xff_ffff
    ) {
        self.role = role
        self.alreadyRead = alreadyRead
        decoder = CompressedPacketDecoder(
            role: role,
            algorithm: algorithm,
            workspace: workspace,
            maximumByteCount: maximumByteCount
        )
        encoder = CompressedPacketEncoder(algorithm: algorithm, workspace: workspace)
    }

    // MARK: - Begin and end

    package func handlerAdded(context: ChannelHandlerContext) {
        guard let bytes = alreadyRead else { return }
        alreadyRead = nil
        decoder.receive(bytes)
        scheduleDelivery(context)
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        isRemoved = true
        pending.fail(ChannelError.ioOnClosedChannel)
    }

    package func channelInactive(context: ChannelHandlerContext) {
        deliverAll(context)
        pending.fail(ChannelError.ioOnClosedChannel)
        context.fireChannelInactive()
    }

    // MARK: - Inbound

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        decoder.receive(unwrapInboundIn(data))
        deliver(context)
    }

    package func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        if isReadWanted { continueReading(context) }
    }

    package func read(context: ChannelHandlerContext) {
        isReadWanted = true
        credit = Self.burstByteCount
        continueReading(context)
    }

    private func continueReading(_ context: ChannelHandlerContext) {
        if decoder.hasCompletePacket { scheduleDelivery(context) } else { context.read() }
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // Nothing comes after the end of input.
        if case .inputClosed? = event as? ChannelEvent { deliverAll(context) }
        context.fireUserInboundEventTriggered(event)
    }

    private func deliverAll(_ context: ChannelHandlerContext) {
        credit = .max
        deliver(context)
    }

    /// Fires what is complete, as far as the reader's last read goes: no packet is cut, and none begun without credit.
    private func deliver(_ context: ChannelHandlerContext) {
        do {
            while credit > 0, !isRemoved, let payload = try decoder.next() {
                encoder.nextSequence = decoder.expectedSequence
                credit -= min(credit, payload.readableBytes)
                isReadWanted = false
                context.fireChannelRead(wrapInboundOut(payload))
            }
        } catch {
            context.fireErrorCaught(error)
        }
    }

    /// Delivers later: the reader is not called while it asks.
    private func scheduleDelivery(_ context: ChannelHandlerContext) {
        guard !isDeliveryScheduled else { return }
        isDeliveryScheduled = true
        let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        context.eventLoop.execute {
            let (handler, context) = bound.value
            handler.isDeliveryScheduled = false
            guard !handler.isRemoved else { return }
            handler.deliver(context)
            handler.channelReadComplete(context: context)
            // The channel reads by itself after its own reads only.
            let readsByItself = (try? context.channel.syncOptions?.getOption(ChannelOptions.autoRead)) ?? true
            if readsByItself, !handler.isRemoved, !handler.isReadWanted { handler.read(context: context) }
        }
    }

    // MARK: - Outbound

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        pending.append(unwrapOutboundIn(data), promise: promise)
        while pending.byteCount >= Self.batchByteCount, let batch = pending.takeAny(limit: Self.batchByteCount) {
            encode(batch, context)
        }
    }

    package func flush(context: ChannelHandlerContext) {
        encodePending(context)
        context.flush()
    }

    package func triggerUserOutboundEvent(
        context: ChannelHandlerContext,
        event: Any,
        promise: EventLoopPromise<Void>?
    ) {
        guard event is CompressedExchangeBegins else {
            context.triggerUserOutboundEvent(event, promise: promise)
            return
        }
        // What was written before belongs to the exchange before.
        encodePending(context)
        encoder.nextSequence =
            switch role {
            case .server: 1
            case .client: 0
            }
        decoder.sequenceAfterSent = encoder.nextSequence
        promise?.succeed()
    }

    package func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        switch mode {
        case .input:
            break
        case .output:
            encodePending(context)
            context.flush()
        case .all:
            pending.fail(ChannelError.ioOnClosedChannel)
        }
        context.close(mode: mode, promise: promise)
    }

    private func encodePending(_ context: ChannelHandlerContext) {
        while let batch = pending.takeAny(limit: Self.batchByteCount) { encode(batch, context) }
        // Writes of no bytes are done when what is before them is.
        if let promise = pending.takePromise(eventLoop: context.eventLoop) {
            context.write(wrapOutboundOut(ByteBuffer()), promise: promise)
        }
    }

    private func encode(_ batch: ByteBuffer, _ context: ChannelHandlerContext) {
        let promise = pending.takePromise(eventLoop: context.eventLoop)
        do {
            output.prepare(minimumCapacity: batch.readableBytes + CompressedPacketHeader.byteCount)
            try encoder.encode(batch, into: &output.bytes)
            decoder.sequenceAfterSent = encoder.nextSequence
            guard let bytes = output.handOut() else { return }
            context.write(wrapOutboundOut(bytes), promise: promise)
        } catch {
            promise?.fail(error)
            context.fireErrorCaught(error)
            context.close(promise: nil)
        }
    }
}
