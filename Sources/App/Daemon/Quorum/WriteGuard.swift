internal import Clocks
internal import ClusterModel
internal import Configuration
internal import Failover
internal import Logging
internal import MySQLClient
internal import MySQLSession
internal import Proxy
internal import Quorum
internal import RaftHost
internal import Reconciler
internal import Synchronization

/// Keeps this node's mysqld closed to writers unless the quorum says that it may be written to: brings what `Fencing` has to
/// know, and carries out what it decides.
final class WriteGuard: ClusterHubListener {
    private struct State {
        var fencing: Fencing
        var status: QuorumStatus?
        var members: [ClusterView.Member] = []
        var wakeUp: (at: BootTime, task: Task<Void, any Error>)?
        var isOver = false
    }

    private let own: MemberID
    private let proxy: ProxyServer
    private let fence: any ServerFence
    private let quorum: QuorumService
    private let logger: Logger
    private let state: Mutex<State>

    init(own: MemberID, proxy: ProxyServer, fence: any ServerFence, quorum: QuorumService, logger: Logger) {
        self.own = own
        self.proxy = proxy
        self.fence = fence
        self.quorum = quorum
        self.logger = logger
        state = Mutex(State(fencing: Fencing(now: Clocks.boot)))
        proxy.moveGate(to: .closed(.starting))
    }

    func start() async { handle(.marked(await fence.isMarked())) }

    /// The gate stays closed, and mysqld is left as it is.
    func stop() async {
        handle(.stopping)
        state.withLock {
            $0.isOver = true
            $0.wakeUp?.task.cancel()
        }
        await fence.stop()
    }

    // MARK: What it is told

    /// The probe has looked at mysqld.
    func looked(_ condition: ServerCondition, begun: BootTime) {
        handle(.looked(Fencing.Server(condition), begun: begun))
    }

    func rightChanged(_ right: PrimaryRight?) {
        handle(.right(right.map { Fencing.Right(epoch: $0.epoch, ends: $0.ends) }))
    }

    /// - Parameter done: when no session of a client leads to mysqld any more.
    func handOver(then done: @escaping @Sendable () -> Void) { handle(.handOver, whenClosed: done) }

    func quorumChanged(_ status: QuorumStatus) { say { $0.status = status } }

    func viewChanged(_ change: ViewChange) { say { $0.members = change.new.members } }

    private func say(_ change: (inout State) -> Void) {
        state.withLock { state in
            change(&state)
            guard let status = state.status else { return }
            let word = Fencing.Word(status, own: own, members: state.members)
            carryOut(state.fencing.handle(.said(word), now: Clocks.boot), &state)
        }
    }

    // MARK: What it does

    private func handle(_ event: Fencing.Event, whenClosed done: (@Sendable () -> Void)? = nil) {
        state.withLock { state in
            carryOut(state.fencing.handle(event, now: Clocks.boot), &state, whenClosed: done)
        }
    }

    /// What takes time.
    private func handle(_ work: @escaping @Sendable () async -> Fencing.Event) {
        Task { handle(await work()) }
    }

    /// Under the lock, so that it is done in the order in which it was decided.
    private func carryOut(
        _ actions: [Fencing.Action],
        _ state: inout State,
        whenClosed done: (@Sendable () -> Void)? = nil
    ) {
        var isAwaited = done
        for action in actions where !state.isOver {
            switch action {
            case .move(let position):
                note(position)
                proxy.moveGate(to: position, then: isAwaited ?? {})
                isAwaited = nil
            case .fence: handle { [fence] in .fenced(isReadOnly: await fence.fence()) }
            case .open: handle { [fence] in .opened(await fence.open()) }
            case .tell(let isFenced): quorum.fenced(isFenced)
            }
        }
        isAwaited?()
        schedule(&state)
    }

    private func note(_ position: GatePosition) {
        switch (proxy.gatePosition, position) {
        case (.until, .until): break
        case (_, .closed(let reason)):
            logger.warning("mysqld is closed to clients", metadata: ["reason": "\(reason.words)"])
        case (_, .until): logger.info("mysqld is open to clients, which may write")
        case (_, .free): logger.info("mysqld is open to clients, and read-only")
        }
    }

    /// One that comes too early is harmless: a lease that is renewed moves the next one further away each time.
    private func schedule(_ state: inout State) {
        let now = Clocks.boot
        guard !state.isOver, let wanted = state.fencing.nextWakeUp(after: now) else { return }
        if let next = state.wakeUp, next.at <= wanted { return }
        state.wakeUp?.task.cancel()
        let pause = Duration.nanoseconds(Int64(clamping: wanted.nanoseconds - now.nanoseconds))
        let task = Task {
            try await Task.sleep(for: pause, clock: .continuous)
            self.state.withLock { $0.wakeUp = nil }
            self.handle(.timer)
        }
        state.wakeUp = (wanted, task)
    }
}

extension Fencing.Server {
    fileprivate init(_ condition: ServerCondition) {
        switch condition {
        case .up(let seen): self = seen.isReadOnly ? .readOnly : .writable
        case .down: self = .down
        // It answers, so it is the one that was seen last.
        case .unseen(_, let last?, _): self = last.isReadOnly ? .readOnly : .writable
        case .unknown, .unseen: self = .unknown
        }
    }
}

extension Fencing.Word {
    /// - Parameter members: as the view has them.
    init(_ status: QuorumStatus, own: MemberID, members: [ClusterView.Member]) {
        switch status.part {
        case .waitsForMembers, .waitsForAdmission, .disagreesOnVoters, .founding: self = .undecided
        case .takesPart, .out:
            guard let primary = status.primary else {
                self = status.hasQuorum ? .undecided : .unheard
                return
            }
            guard let member = primary.member else {
                self = .nobody
                return
            }
            let known = members.first { $0.id == member }
            self = member == own ? .own : .other(isInOffice: known?.current?.isReadOnly == false)
        }
    }
}

extension WriteGuard {
    /// - Returns: nil where nobody is kept from the server: it is for people to say who is written to, or there is none.
    convenience init?(
        _ configuration: Configuration,
        own: MemberID,
        proxy: ProxyServer,
        password: AccountPassword,
        running: RunningConfiguration,
        quorum: QuorumService,
        logger: Logger
    ) throws {
        guard configuration.failover.mode == .automatic, configuration.node.kind == .database,
            let election = configuration.election
        else { return nil }
        let reconciler = try Reconciler(
            ConnectionSettings(running, password),
            folder: election.dataDirectory,
            logger: logger
        )
        let fence = ReconcilingFence(reconciler: reconciler)
        self.init(own: own, proxy: proxy, fence: fence, quorum: quorum, logger: logger)
    }
}
