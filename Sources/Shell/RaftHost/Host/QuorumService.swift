package import ClusterModel
package import Logging
internal import Metrics
package import NIOCore
internal import NIOPosix
package import PeerTransport
package import Quorum
internal import Synchronization

/// This member's part in the quorum: its store, its streams to the others, and the protocol that runs over them.
///
/// All methods can be called from any thread.
package final class QuorumService: Sendable {
    private struct State {
        var engine: NIOLoopBound<QuorumEngine>?
        var hasStarted = false
        var lastRequest: UInt64 = 0
    }

    private let configuration: QuorumConfiguration
    private let loop: any EventLoop
    private let inbox: QuorumInbox
    private let links: PeerLinks
    private let store: StoreWriter
    private let logger: Logger
    private let state = Mutex(State())

    /// How long the others may take to take the lead over.
    private static let leaveLimit = TimeAmount.milliseconds(1_500)

    /// - Parameter cipher: nil where streams are not sealed.
    package init(
        _ configuration: QuorumConfiguration,
        cipher: (any PeerCipher)?,
        loop: any EventLoop,
        logger: Logger
    ) {
        self.configuration = configuration
        self.loop = loop
        self.logger = logger
        inbox = QuorumInbox(loop: loop)
        links = PeerLinks(own: configuration.member, cipher: cipher, loop: loop, observer: inbox, logger: logger)
        store = StoreWriter(inbox: inbox)
    }

    /// Takes the streams that other members open.
    package var acceptor: any PeerStreamAcceptor { links }

    /// Opens the store and takes part; a store that cannot be used is told to the observer. To be called once.
    package func start(reportingTo observer: any QuorumObserver) async {
        let isFirst = state.withLock { state in
            defer { state.hasStarted = true }
            return !state.hasStarted
        }
        guard isFirst else { return }
        let stored = await store.open(configuration)
        loop.execute { self.begin(stored, observer) }
    }

    private func begin(_ stored: StoredQuorum, _ observer: any QuorumObserver) {
        let engine = QuorumEngine(
            configuration,
            stored: stored,
            loop: loop,
            inbox: inbox,
            links: links,
            store: store,
            observer: observer,
            logger: logger
        )
        let bound = NIOLoopBound(engine, eventLoop: loop)
        state.withLock { $0.engine = bound }
        inbox.begin { bound.value.handle($0) }
        engine.handle([.timer])
    }

    // MARK: What it is told

    package func membersChanged(_ members: QuorumMembers) {
        links.keep(members.addresses)
        inbox.post(.members(members.members, isComplete: members.isComplete))
    }

    /// Who is primary by what the servers do.
    package func observed(_ primary: ObservedPrimary) { inbox.post(.observed(primary)) }

    /// Whether this sidecar has made its server read-only.
    package func fenced(_ isFenced: Bool) {
        withEngine { $0.fenced(isFenced) }
    }

    // MARK: What it is asked

    /// - Returns: within the time of `QuorumSettings.requestMilliseconds`, whatever happens.
    package func ask(_ request: QuorumRequest) async -> QuorumAnswer {
        let number = state.withLock { state in
            state.lastRequest += 1
            return RequestNumber(rawValue: state.lastRequest)
        }
        return await withCheckedContinuation { continuation in
            let isAsked = withEngine { $0.ask(request, number) { continuation.resume(returning: $0) } }
            if !isAsked { continuation.resume(returning: .refused(.notInQuorum)) }
        }
    }

    /// - Returns: nil before the start and after the end.
    package func status() async -> QuorumStatus? {
        guard let engine = state.withLock({ $0.engine }) else { return nil }
        return try? await loop.submit { engine.value.currentStatus }.get()
    }

    /// - Returns: false before the start and after the end.
    @discardableResult
    private func withEngine(_ body: @escaping @Sendable (QuorumEngine) -> Void) -> Bool {
        guard let engine = state.withLock({ $0.engine }) else { return false }
        loop.execute { body(engine.value) }
        return true
    }

    // MARK: The end

    /// Gives the lead to another, if this member has it; returns when that is done, or has taken too long.
    package func leave() async {
        guard let engine = state.withLock({ $0.engine }) else { return }
        let left = loop.flatSubmit { engine.value.leave() }
        let limit = loop.scheduleTask(in: Self.leaveLimit) {}
        try? await EventLoopFuture.whenAnyComplete([left, limit.futureResult], on: loop)
    }

    package func stop() async {
        let engine = state.withLock { state in
            defer { state.engine = nil }
            return state.engine
        }
        if let engine { try? await loop.submit { engine.value.shutDown() }.get() }
        await links.stop()
        await store.stop()
    }

    package var metrics: [Metric] { links.metrics }
}

extension QuorumService: MetricSource {}

extension EventLoopFuture where Value == Void {
    fileprivate static func whenAnyComplete(_ futures: [EventLoopFuture<Void>], on loop: any EventLoop) async throws {
        let promise = loop.makePromise(of: Void.self)
        for future in futures { future.whenComplete { _ in promise.succeed() } }
        try await promise.futureResult.get()
    }
}
