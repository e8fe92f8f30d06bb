internal import ClusterModel
internal import Glibc
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import PeerTransport

/// The stream to one member: opened, and opened again whenever it has ended. On the links' event loop.
///
/// The other end says nothing on it, so its end is all there is to read, and read at once. An end that nobody tells (a
/// cable that is cut) is found by what is not acknowledged.
final class OutgoingLink {
    private let member: MemberID
    private var address: HostPort
    private let environment: LinkEnvironment
    private var pause = ReconnectPause()
    private var random = SystemRandomNumberGenerator()
    /// Of the present try, which becomes the stream; what becomes of earlier ones means nothing.
    private var number = 0
    private var channel: (any Channel)?
    private var retry: Scheduled<Void>?
    private var stream: (sender: MessageSender, since: NIODeadline)?

    init(to member: MemberID, at address: HostPort, _ environment: LinkEnvironment) {
        self.member = member
        self.address = address
        self.environment = environment
        open()
    }

    private var loop: any EventLoop { environment.loop }

    // MARK: What is wanted

    /// - Returns: false if the message is dropped.
    func send(_ message: [UInt8]) -> Bool { stream?.sender.send(message) ?? false }

    func flush() { stream?.sender.flush() }

    func move(to address: HostPort) {
        guard address != self.address else { return }
        self.address = address
        end()
        pause.reset()
        open()
    }

    /// For good, or until it is moved.
    ///
    /// - Returns: when its socket is closed.
    @discardableResult
    func end() -> EventLoopFuture<Void> {
        retry?.cancel()
        retry = nil
        return drop()
    }

    // MARK: What becomes of it

    private func open() {
        number += 1
        let number = number
        addresses().assumeIsolated().flatMap { self.connect(to: $0, number) }.whenComplete { result in
            switch result {
            case .success(let channel):
                channel.closeFuture.assumeIsolated().whenComplete { _ in self.failed(number, "closed") }
                self.loop.assumeIsolated().scheduleTask(in: self.patience) {
                    if self.stream == nil { self.failed(number, "not opened in time") }
                }
            case .failure(let error): self.failed(number, "\(error)")
            }
        }
    }

    private func ready(_ sender: MessageSender, _ number: Int) {
        guard number == self.number else { return }
        stream = (sender, .now())
        environment.counters.opened()
        log("stream to a member is open")
        environment.observer.connected(to: member)
    }

    private func failed(_ number: Int, _ reason: String) {
        guard number == self.number else { return }
        log(stream == nil ? "no stream to a member" : "stream to a member has ended", reason)
        let lived = stream.map { NIODeadline.now() - $0.since } ?? .zero
        drop()
        let pause = pause.next(afterLiving: lived.nanoseconds / 1_000_000, using: &random)
        retry = loop.assumeIsolated().scheduleTask(in: .milliseconds(pause)) { self.open() }
    }

    /// Leaves the present try, whatever has become of it.
    @discardableResult
    private func drop() -> EventLoopFuture<Void> {
        number += 1
        let channel = channel
        self.channel = nil
        channel?.close(promise: nil)
        if stream != nil {
            stream = nil
            environment.counters.ended()
            environment.observer.lost(member)
        }
        return channel?.closeFuture ?? loop.makeSucceededVoidFuture()
    }

    private func log(_ message: Logger.Message, _ reason: String? = nil) {
        var metadata: Logger.Metadata = ["member": "\(member)", "address": "\(address)"]
        if let reason { metadata["reason"] = "\(reason)" }
        environment.logger.debug(message, metadata: metadata)
    }

    // MARK: Connections

    private var patience: TimeAmount { .milliseconds(Int64(environment.limits.connectMilliseconds)) }

    /// Names are looked up for each try: hosts move.
    private func addresses() -> EventLoopFuture<[SocketAddress]> {
        if let literal = NameLookup.literal(address, family: .any) { return loop.makeSucceededFuture([literal]) }
        // The pool's threads are started by its first use: with addresses alone there are none.
        return NIOThreadPool.singleton.runIfActive(eventLoop: loop) { [address] in
            try NameLookup.addresses(of: address, family: .any)
        }
    }

    /// - Parameter addresses: where the member may be, one for each try in turn.
    private func connect(to addresses: [SocketAddress], _ number: Int) -> EventLoopFuture<any Channel> {
        guard number == self.number, !addresses.isEmpty else { return loop.makeFailedFuture(CancellationError()) }
        let limits = environment.limits
        let link = NIOLoopBound(self, eventLoop: loop)
        return ClientBootstrap(group: loop)
            .connectTimeout(patience)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(
                .tcpOption(NIOBSDSocket.Option(rawValue: TCP_USER_TIMEOUT)),
                value: limits.unacknowledgedMilliseconds
            )
            .channelOption(
                .writeBufferWaterMark,
                value: .init(low: limits.maximumQueuedBytes / 2, high: limits.maximumQueuedBytes)
            )
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try link.value.prepare(channel, number) }
            }
            .connect(to: addresses[pause.turn(of: addresses.count)])
    }

    private func prepare(_ channel: any Channel, _ number: Int) throws {
        guard number == self.number else { throw CancellationError() }
        self.channel = channel
        channel.closeOnExec()
        let opening = OutboundOpening(.quorum, isSealed: environment.cipher != nil) { nonces in
            let (own, cipher) = (self.environment.own, self.environment.cipher)
            return MessageSender(from: own, to: self.member, on: nonces, cipher) { self.ready($0, number) }
        }
        try channel.pipeline.syncOperations.addHandler(opening)
    }
}
