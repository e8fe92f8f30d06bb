internal import ClusterModel
internal import Gossip
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import PeerTransport

/// Runs a `GossipNode` on one event loop: brings it datagrams, frames and the time, and carries its actions out.
///
/// `@unchecked Sendable` because every method and every variable is used on `loop` alone; the handlers of all its
/// channels run there too, and `GossipService` enters through `loop`. Each entry asserts it.
final class GossipEngine: @unchecked Sendable {
    let loop: any EventLoop
    let limits: StreamLimits
    private let id: MemberID
    private let cipher: (any PeerCipher)?
    private let quorum: (any PeerStreamAcceptor)?
    private let logger: Logger
    private let observer: any GossipObserver
    private let failure: AsyncStream<String>.Continuation
    private let published: PublishedCounters

    private var node: GossipNode?
    private var random = SystemRandomNumberGenerator()
    private var resolver: AddressResolver
    private var datagrams: UDPSocket?
    private var boundAddress: SocketAddress?
    private var wakeUp: (at: MonotonicTime, task: Scheduled<Void>)?
    private var refresh: RepeatedTask?
    private var packetsAtLastReport: UInt64 = 0

    private var inbound: [InboundStreamID: Inbound] = [:]
    private var inboundBytes = 0
    private var lastInboundID: UInt64 = 0
    /// Datagrams to names that are being looked up for the first time.
    private var waiting: [HostPort: [[UInt8]]] = [:]
    private var decryptFailures: UInt64 = 0
    private var troubles = PeerTroubles()
    private var silentSeeds = SilentSeeds()
    /// Streams of this member's that have not ended, and where they lead.
    private var outbound: [StreamID: HostPort] = [:]
    private var refusedStreams: UInt64 = 0
    private var leavePromises: [EventLoopPromise<Void>] = []

    private struct Inbound {
        var channel: any Channel
        var timeout: Scheduled<Void>
        /// Known once the request has come.
        var nonces = StreamNonces.none
    }

    private static let maximumWaitingPerName = 8
    private static let reopenPause = TimeAmount.milliseconds(200)
    /// Five seconds of them.
    private static let maximumReopenings = 25
    /// The times of `lastHeard` are reported at most this often.
    private static let refreshInterval = TimeAmount.milliseconds(500)

    init(
        loop: any EventLoop,
        id: MemberID,
        family: AddressFamily,
        limits: StreamLimits,
        cipher: (any PeerCipher)?,
        quorum: (any PeerStreamAcceptor)?,
        logger: Logger,
        observer: any GossipObserver,
        failure: AsyncStream<String>.Continuation,
        published: PublishedCounters
    ) {
        self.loop = loop
        self.id = id
        self.limits = limits
        self.cipher = cipher
        self.quorum = quorum
        self.logger = logger
        self.observer = observer
        self.failure = failure
        self.published = published
        self.resolver = AddressResolver(family: family, loop: loop)
    }

    /// The first bytes of a datagram in the clear.
    private static let datagramMark = Array("PFG".utf8)

    static func now() -> MonotonicTime { MonotonicTime(nanoseconds: NIODeadline.now().uptimeNanoseconds) }

    // MARK: Life

    /// Begins to gossip; the sockets are bound and their handlers hand packets and frames to this engine.
    func run(_ configuration: GossipConfiguration, address: HostPort, sockets: ListeningSockets) {
        loop.assertInEventLoop()
        datagrams = sockets.datagrams
        boundAddress = sockets.address
        node = GossipNode(
            settings: configuration.settings,
            id: configuration.memberID,
            bootID: configuration.bootID,
            address: address,
            record: configuration.record,
            now: Self.now(),
            using: &random
        )
        refresh = loop.scheduleRepeatedTask(initialDelay: Self.refreshInterval, delay: Self.refreshInterval) { _ in
            self.reportTroubles()
            self.reportIfHeard()
        }
        sockets.streams.closeFuture.whenComplete { _ in self.listenerEnded() }
        report()
        handle(.join(seeds: configuration.seeds))
    }

    func shutDown() {
        loop.assertInEventLoop()
        node = nil
        wakeUp?.task.cancel()
        wakeUp = nil
        refresh?.cancel()
        refresh = nil
        // A socket that was opened anew is known here alone.
        datagrams?.channel.close(promise: nil)
        datagrams = nil
        for stream in inbound.values { stream.channel.close(promise: nil) }
        finishLeaving()
    }

    func leave() -> EventLoopFuture<Void> {
        loop.assertInEventLoop()
        guard node != nil else { return loop.makeSucceededVoidFuture() }
        let promise = loop.makePromise(of: Void.self)
        leavePromises.append(promise)
        handle(.leave)
        return promise.futureResult
    }

    private func finishLeaving() {
        for promise in leavePromises { promise.succeed() }
        leavePromises = []
    }

    // MARK: Events

    func handle(_ event: GossipEvent) {
        loop.assertInEventLoop()
        guard let actions = node?.handle(event, now: Self.now(), using: &random) else { return }
        publishCounters()
        for action in actions { carryOut(action) }
        scheduleWakeUp()
    }

    func received(_ sealed: [UInt8], from source: HostPort) {
        guard let opened = open(sealed, as: .datagram, from: source.host) else { return }
        if cipher == nil, !sealed.starts(with: Self.datagramMark) { troubles.note(.unreadable, from: source.host) }
        handle(.datagram(from: source, sealedBy: opened.sender, bytes: opened.bytes))
    }

    func socketFailed(_ error: any Error) {
        logger.debug("gossip socket error", metadata: ["error": "\(error)"])
    }

    /// The socket has closed itself, which nothing should make it do: without it this member would be taken for dead.
    func datagramsEnded() {
        guard node != nil, datagrams != nil else { return }
        datagrams = nil
        logger.error("the gossip socket was closed; opening it again")
        reopenDatagrams()
    }

    /// Nobody closed it but the system: others could not reach this member by TCP any more.
    private func listenerEnded() {
        guard node != nil else { return }
        failure.yield("its TCP listener was closed")
    }

    private func reopenDatagrams(attempt: Int = 1) {
        guard node != nil, let boundAddress else { return }
        let opened = loop.makeCompletedFuture { try UDPSocket.open(on: boundAddress, engine: self, loop: loop) }
            .flatMap { $0 }
        opened.whenComplete { result in
            switch result {
            case .success(let socket):
                guard self.node != nil else { return socket.channel.close(promise: nil) }
                self.datagrams = socket
            case .failure(let error):
                guard attempt < Self.maximumReopenings else {
                    self.failure.yield("its UDP socket was closed and cannot be opened again: \(error)")
                    return
                }
                self.loop.scheduleTask(in: Self.reopenPause) { self.reopenDatagrams(attempt: attempt + 1) }
            }
        }
    }

    /// The timer is only set anew for an earlier time: one that fires too early is harmless.
    private func scheduleWakeUp() {
        guard let next = node?.nextWakeUp, next.nanoseconds < UInt64(Int64.max) else { return }
        if let wakeUp, wakeUp.at <= next { return }
        wakeUp?.task.cancel()
        let task = loop.scheduleTask(deadline: .uptimeNanoseconds(next.nanoseconds)) {
            self.wakeUp = nil
            self.handle(.timer)
        }
        wakeUp = (next, task)
    }

    private func carryOut(_ action: GossipAction) {
        switch action {
        case .sendDatagram(let address, let bytes): send(bytes, to: address)
        case .openStream(let stream, let address, let bytes): open(stream, to: address, bytes)
        case .reply(let stream, let bytes): reply(bytes, on: stream)
        case .refuse(let stream): inbound[stream]?.channel.close(promise: nil)
        case .heardFrom(let host, let source): resolver.heard(from: source, of: host, now: .now())
        case .membershipChanged: report()
        case .notice(let notice):
            notice.log(to: logger, naming: observer.name)
            observer.noticed(notice)
        case .left: finishLeaving()
        }
    }

    // MARK: Reports

    func members() -> [GossipMember] {
        loop.assertInEventLoop()
        return node?.members(now: Self.now()) ?? []
    }

    private func publishCounters() {
        guard var counters = node?.counters else { return }
        counters.decryptFailures = decryptFailures
        counters.decodeFailures += refusedStreams
        published.publish(counters)
    }

    private func report() {
        guard let node else { return }
        packetsAtLastReport = node.counters.packetsIn
        observer.membershipChanged(node.members(now: Self.now()))
    }

    private func reportTroubles() {
        let now = Self.now()
        for warning in troubles.takeWarnings(now: now) {
            logger.warning(
                "\(warning.cause.rawValue)",
                metadata: ["count": "\(warning.count)", "from": "\(warning.hosts.joined(separator: ", "))"]
            )
        }
        guard let lines = silentSeeds.takeWarning(node?.silentSeeds ?? [], now: now) else { return }
        logger.warning(
            "no seed has answered, so this node is alone: compare gossip.seeds, cluster.name and gossip.key_file",
            metadata: ["seeds": "\(lines.joined(separator: "; "))"]
        )
    }

    private func reportIfHeard() {
        guard let node, node.counters.packetsIn != packetsAtLastReport else { return }
        report()
    }

    // MARK: Datagrams out

    private func send(_ bytes: [UInt8], to host: HostPort) {
        let (address, needsLookup) = resolver.known(host, now: .now())
        // Both, since either may be the one that holds.
        let other = resolver.heardElsewhere(host, now: .now())
        if let other { write(bytes, to: other) }
        if let address {
            write(bytes, to: address)
        } else if other == nil, needsLookup || waiting[host] != nil {
            var queue = waiting[host] ?? []
            if queue.count < Self.maximumWaitingPerName { queue.append(bytes) }
            waiting[host] = queue
        }
        guard needsLookup else { return }
        lookUp(host).whenComplete { result in
            let queue = self.waiting.removeValue(forKey: host) ?? []
            guard case .success(let address) = result else { return }
            for bytes in queue { self.write(bytes, to: address) }
        }
    }

    private func write(_ bytes: [UInt8], to address: SocketAddress) {
        guard let datagrams, let sealed = seal(bytes, as: .datagram) else { return }
        if let code = datagrams.send(sealed, to: address) {
            logger.trace("datagram not sent", metadata: ["to": "\(address)", "errno": "\(code)"])
        }
    }

    private func lookUp(_ host: HostPort) -> EventLoopFuture<SocketAddress> {
        resolver.lookUp(host).always { result in
            self.resolver.finished(host, result, now: .now())
            if case .failure(let error) = result {
                self.logger.debug("cannot resolve", metadata: ["host": "\(host.host)", "error": "\(error)"])
            }
        }
    }

    private func seal(_ bytes: [UInt8], as part: SealedPart, on stream: StreamNonces = .none) -> [UInt8]? {
        guard let cipher else { return bytes }
        do {
            return try cipher.seal(bytes, by: id, as: part, on: stream)
        } catch {
            logger.error("cannot encrypt gossip", metadata: ["error": "\(error)"])
            return nil
        }
    }

    /// - Parameter host: where it came from, if that is known.
    /// - Returns: nil, and counts it, if it was not sealed with a key of ours.
    func open(
        _ sealed: [UInt8],
        as part: SealedPart,
        on stream: StreamNonces = .none,
        from host: String?
    ) -> OpenedMessage? {
        guard let cipher else { return OpenedMessage(sender: nil, bytes: sealed) }
        do {
            return try cipher.open(sealed, as: part, on: stream)
        } catch {
            decryptFailures += 1
            publishCounters()
            troubles.note(PeerTroubles.Cause(error as? SealFailure ?? .notAuthentic), from: host)
            return nil
        }
    }

    // MARK: Streams

    /// Whether both ends of a stream draw nonces for what they seal.
    var isEncrypted: Bool { cipher != nil }

    /// - Returns: nil for a message that is too long, or cannot be encrypted.
    func frame(_ bytes: [UInt8], as part: SealedPart, on stream: StreamNonces) -> ByteBuffer? {
        guard let sealed = seal(bytes, as: part, on: stream), sealed.count <= limits.maximumFrameBytes else {
            return nil
        }
        return FrameReader.frame(sealed) { self.seal($0, as: .frameLength, on: stream) }
    }

    func frameReader(on stream: StreamNonces, from host: String?) -> FrameReader {
        FrameReader(maximumBytes: limits.maximumFrameBytes) {
            self.open($0, as: .frameLength, on: stream, from: host)?.bytes
        }
    }

    /// Closes the stream when its time is over.
    @discardableResult
    private func bound(_ channel: any Channel) -> Scheduled<Void> {
        let timeout = loop.scheduleTask(in: .milliseconds(Int64(limits.timeoutMilliseconds))) {
            channel.close(promise: nil)
        }
        channel.closeFuture.whenComplete { _ in timeout.cancel() }
        return timeout
    }

    // MARK: Streams out

    private func open(_ stream: StreamID, to host: HostPort, _ bytes: [UInt8]) {
        outbound[stream] = host
        if let elsewhere = resolver.heardElsewhere(host, now: .now()) {
            connect(stream, to: elsewhere, bytes).flatMapError { _ in
                self.lookUp(host).flatMap { self.connect(stream, to: $0, bytes) }
            }.whenFailure { self.streamFailed(stream, SilentSeeds.reason($0)) }
        } else {
            lookUp(host).flatMap { self.connect(stream, to: $0, bytes) }
                .whenFailure { self.streamFailed(stream, SilentSeeds.reason($0)) }
        }
    }

    private func connect(_ stream: StreamID, to address: SocketAddress, _ bytes: [UInt8]) -> EventLoopFuture<Void> {
        ClientBootstrap(group: loop)
            .connectTimeout(.milliseconds(Int64(limits.timeoutMilliseconds)))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    channel.closeOnExec()
                    self.bound(channel)
                    let opening = OutboundOpening(.gossip, isSealed: self.isEncrypted) {
                        OutboundStreamHandler(engine: self, id: stream, request: bytes, nonces: $0)
                    }
                    try channel.pipeline.syncOperations.addHandler(opening)
                }
            }
            .connect(to: address).map { channel in
                channel.closeFuture.whenComplete { _ in
                    // Without a reply.
                    if self.outbound[stream] != nil { self.streamFailed(stream, SilentSeeds.closed) }
                }
            }
    }

    private func streamFailed(_ stream: StreamID, _ reason: String) {
        if let host = outbound.removeValue(forKey: stream) { silentSeeds.failed(host, reason) }
        handle(.streamFailed(stream))
    }

    /// - Parameter reply: nil if the stream ended without one.
    func streamEnded(_ stream: StreamID, reply: [UInt8]?, on nonces: StreamNonces) {
        guard let reply else { return streamFailed(stream, SilentSeeds.closed) }
        guard let opened = open(reply, as: .reply, on: nonces, from: outbound[stream]?.host) else {
            return streamFailed(stream, SilentSeeds.closed)
        }
        if let host = outbound.removeValue(forKey: stream) { silentSeeds.answered(host) }
        handle(.streamReply(stream, sealedBy: opened.sender, bytes: opened.bytes))
    }

    // MARK: Streams in

    /// - Throws: when there are too many.
    func opening(of channel: any Channel) throws -> InboundOpening {
        guard node != nil, inbound.count < limits.maximumInbound else {
            refusedStream()
            throw ChannelError.inputClosed
        }
        channel.closeOnExec()
        lastInboundID &+= 1
        let id = InboundStreamID(rawValue: lastInboundID)
        inbound[id] = Inbound(channel: channel, timeout: bound(channel))
        channel.closeFuture.whenComplete { _ in self.inbound[id] = nil }
        return InboundOpening(isSealed: isEncrypted) { kind, nonces in
            switch kind {
            case .gossip: InboundStreamHandler(engine: self, id: id, nonces: nonces)
            case .quorum: self.handOver(id, on: nonces)
            }
        } refused: {
            self.refusedStream()
        }
    }

    /// The stream is the quorum's from then on, and has its time and its number there.
    private func handOver(_ id: InboundStreamID, on nonces: StreamNonces) -> (any ChannelHandler)? {
        guard let quorum, let stream = inbound[id], let handler = quorum.accept(stream.channel, on: nonces) else {
            return nil
        }
        stream.timeout.cancel()
        inbound[id] = nil
        return handler
    }

    func host(of stream: InboundStreamID) -> String? { inbound[stream]?.channel.remoteAddress?.ipAddress }

    /// - Returns: false when all inbound streams together keep too much.
    func bookInbound(_ bytes: Int) -> Bool {
        inboundBytes += bytes
        return inboundBytes <= limits.maximumInboundBytes
    }

    func received(request sealed: [UInt8], on stream: InboundStreamID, nonces: StreamNonces) {
        let host = host(of: stream)
        guard let opened = open(sealed, as: .request, on: nonces, from: host) else {
            inbound[stream]?.channel.close(promise: nil)
            return
        }
        inbound[stream]?.nonces = nonces
        handle(.streamRequest(stream, from: host, sealedBy: opened.sender, bytes: opened.bytes))
    }

    func refusedStream() {
        refusedStreams += 1
        publishCounters()
    }

    private func reply(_ bytes: [UInt8], on stream: InboundStreamID) {
        guard let inbound = inbound[stream] else { return }
        let channel = inbound.channel
        guard let frame = frame(bytes, as: .reply, on: inbound.nonces) else { return channel.close(promise: nil) }
        channel.writeAndFlush(frame).whenComplete { _ in channel.close(promise: nil) }
    }
}
