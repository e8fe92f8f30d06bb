package import ClusterModel
package import Gossip
package import Logging
internal import Metrics
package import NIOCore
internal import NIOPosix
package import PeerTransport
internal import Synchronization

/// The gossip of one sidecar: a UDP socket and a TCP listener, and the protocol that runs over them.
///
/// All methods can be called from any thread.
package final class GossipService: MetricSource {
    struct State {
        var engine: GossipEngine?
        var sockets: ListeningSockets?
        var hasStarted = false
        /// Set before the start.
        var record: [UInt8]?
    }

    private let configuration: GossipConfiguration
    private let loop: any EventLoop
    private let cipher: (any PeerCipher)?
    private let quorum: (any PeerStreamAcceptor)?
    private let logger: Logger
    let state = Mutex(State())
    private let published = PublishedCounters()
    /// Why it cannot go on: one of its sockets is gone and could not be had again.
    package let failures: AsyncStream<String>
    private let failure: AsyncStream<String>.Continuation

    /// - Parameters:
    ///   - cipher: nil sends plain text.
    ///   - quorum: who serves the quorum's streams, which come to the same port; nil refuses them.
    package init(
        configuration: GossipConfiguration,
        group: any EventLoopGroup,
        cipher: (any PeerCipher)? = nil,
        quorum: (any PeerStreamAcceptor)? = nil,
        logger: Logger
    ) {
        (failures, failure) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1))
        self.configuration = configuration
        self.loop = group.next()
        self.cipher = cipher
        self.quorum = quorum
        self.logger = logger
    }

    /// Binds the sockets and begins to join.
    ///
    /// - Returns: the address that others are told.
    /// - Throws: `GossipTransportError`.
    @discardableResult
    package func start(reportingTo observer: any GossipObserver) async throws -> HostPort {
        let isFirst = state.withLock { state in
            defer { state.hasStarted = true }
            return !state.hasStarted
        }
        guard isFirst else { throw GossipTransportError.alreadyStarted }

        let listen = configuration.listen
        let address = try await resolve(listen)
        let engine = GossipEngine(
            loop: loop,
            id: configuration.memberID,
            family: AddressFamily(of: address),
            limits: configuration.limits,
            cipher: cipher,
            quorum: quorum,
            logger: logger,
            observer: observer,
            failure: failure,
            published: published
        )
        let sockets = try await ListeningSockets.open(on: address, listen: listen, engine: engine, loop: loop)
        let advertise: HostPort
        do {
            advertise = try advertisedAddress(bound: address, port: sockets.port)
        } catch {
            await close(sockets)
            throw error
        }

        var configuration = configuration
        if let record = state.withLock({ $0.record }) { configuration.record = record }
        let final = configuration
        try await loop.submit { engine.run(final, address: advertise, sockets: sockets) }.get()
        // A record that was set while the sockets were opened.
        let late = state.withLock { state in
            state.engine = engine
            state.sockets = sockets
            return state.record
        }
        if let late, late != final.record { updateRecord(late, urgent: true) }
        logger.info("gossip listens", metadata: ["listen": "\(listen)", "advertise": "\(advertise)"])
        return advertise
    }

    /// Tells the others a new record of this member.
    ///
    /// - Parameter urgent: whether others act on the change; load and lag may wait a second.
    package func updateRecord(_ bytes: [UInt8], urgent: Bool) {
        let engine = state.withLock { state in
            if state.engine == nil { state.record = bytes }
            return state.engine
        }
        guard let engine else { return }
        loop.execute { engine.handle(.localRecordChanged(bytes, urgent ? .urgent : .routine)) }
    }

    /// Says farewell, so that the others show this member as LEFT and not as DEAD; returns when it has been sent, or
    /// after `GossipSettings.leaveTimeoutMilliseconds`. Call `stop` afterwards.
    package func leave() async {
        guard let engine = state.withLock({ $0.engine }) else { return }
        try? await loop.flatSubmit { engine.leave() }.get()
    }

    /// Closes the sockets without a farewell. A service cannot be started again.
    package func stop() async {
        let (engine, sockets) = state.withLock { state in
            defer {
                state.engine = nil
                state.sockets = nil
            }
            return (state.engine, state.sockets)
        }
        if let engine { try? await loop.submit { engine.shutDown() }.get() }
        if let sockets { await close(sockets) }
    }

    /// Those of the end, once it has stopped.
    package var counters: GossipCounters { published.current }

    package var metrics: [Metric] { counters.metrics }

    /// Everyone listed, this member first.
    package func members() async -> [GossipMember] {
        guard let engine = state.withLock({ $0.engine }) else { return [] }
        return (try? await loop.submit { engine.members() }.get()) ?? []
    }

    private func close(_ sockets: ListeningSockets) async {
        try? await sockets.streams.close()
        try? await sockets.datagrams.channel.close()
    }

    private func resolve(_ listen: HostPort) async throws -> SocketAddress {
        if let literal = NameLookup.literal(listen, family: .any) { return literal }
        do {
            return try await NIOThreadPool.singleton.runIfActive { try NameLookup.first(of: listen, family: .any) }
        } catch {
            throw GossipTransportError.cannotResolve(listen, reason: String(describing: error))
        }
    }

    private func advertisedAddress(bound: SocketAddress, port: UInt16) throws -> HostPort {
        if let advertise = configuration.advertise {
            return advertise.port == 0 ? HostPort(host: advertise.host, port: port) : advertise
        }
        let host = bound.ipAddress ?? ""
        guard !["0.0.0.0", "::", ""].contains(host) else {
            throw GossipTransportError.advertiseMissing(listen: configuration.listen)
        }
        return HostPort(host: host, port: port)
    }
}
