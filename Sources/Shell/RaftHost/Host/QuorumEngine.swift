internal import Clocks
internal import ClusterModel
internal import Logging
internal import NIOCore
internal import Quorum
internal import Raft

/// Runs a `QuorumNode` on one event loop: brings it what happens and the time, and carries its actions out.
///
/// On the loop alone.
final class QuorumEngine {
    typealias Answer = @Sendable (QuorumAnswer) -> Void

    private let configuration: QuorumConfiguration
    private let loop: any EventLoop
    private let inbox: QuorumInbox
    private let links: PeerLinks
    private let store: StoreWriter
    private let observer: any QuorumObserver
    private let logger: Logger

    private var node: QuorumNode
    private var random = SystemRandomNumberGenerator()
    private var wakeUp: Scheduled<Void>?
    private var right: PrimaryRight?
    private var status: QuorumStatus?
    private var publishedAt = BootTime(nanoseconds: 0)
    private var words: QuorumWords?
    private var answers: [RequestNumber: Answer] = [:]
    private var changedServices: Set<ServiceText> = []
    /// When all services were told last; nil before.
    private var servicesToldAt: BootTime?
    private var ledServices = false
    private var outgoing: [(MemberID, [UInt8])] = []
    /// Its server has been made read-only by this sidecar.
    private var isFenced = false
    private var mayLeave: EventLoopPromise<Void>?

    /// What only figures tell is told this often.
    private static let figuresMilliseconds = 1_000

    init(
        _ configuration: QuorumConfiguration,
        stored: StoredQuorum,
        loop: any EventLoop,
        inbox: QuorumInbox,
        links: PeerLinks,
        store: StoreWriter,
        observer: any QuorumObserver,
        logger: Logger
    ) {
        self.configuration = configuration
        self.loop = loop
        self.inbox = inbox
        self.links = links
        self.store = store
        self.observer = observer
        self.logger = logger
        node = QuorumNode(
            own: configuration.member,
            stored: stored,
            settings: configuration.settings,
            now: Clocks.boot,
            using: &random
        )
    }

    func handle(_ events: [QuorumEvent]) {
        loop.assertInEventLoop()
        for event in events {
            let actions = node.handle(event, now: Clocks.boot, wallTime: Clocks.wall, using: &random)
            for case .serviceChanged(let service) in actions { changedServices.insert(service) }
            // Before anybody is answered: once a new term is known anywhere, this member's fences have it.
            tellServices()
            for action in actions { carryOut(action) }
        }
        flush()
        publish()
        schedule()
    }

    // MARK: Actions

    private func carryOut(_ action: QuorumAction) {
        switch action {
        case .save(let stage): store.save(stage)
        case .persist(let write): store.persist(write)
        case .send(let message, let member): outgoing.append((member, message.encoded))
        case .answer(let number, let answer): answers.removeValue(forKey: number)?(answer)
        case .closeGate(let closing):
            right = nil
            observer.endRight { [inbox] in inbox.post(.gateClosed(closing)) }
        case .serviceChanged: break
        case .notice(let notice):
            notice.log(to: logger)
            observer.noticed(notice)
        case .mayLeave: mayLeave?.succeed()
        }
    }

    private func flush() {
        if !outgoing.isEmpty { links.send(outgoing) }
        outgoing = []
    }

    private func tellServices() {
        let now = Clocks.boot
        let isDue = servicesToldAt.map { now.milliseconds(since: $0) >= Self.figuresMilliseconds } ?? true
        // Who has led the quorum until now knows no leases any more.
        if isDue, servicesToldAt == nil || node.leadsServices || ledServices {
            servicesToldAt = now
            ledServices = node.leadsServices
            changedServices.formUnion(node.decisions?.services.keys.map { $0 } ?? [])
        }
        guard !changedServices.isEmpty else { return }
        let states = changedServices.map { ($0, node.service($0, now: now)) }
        observer.servicesChanged(Dictionary(uniqueKeysWithValues: states))
        changedServices = []
    }

    private func publish() {
        if node.right != right {
            right = node.right
            observer.rightChanged(right)
        }
        let now = Clocks.boot
        let status = node.status(now: now)
        let words = node.words(campaigns: configuration.campaigns, isFenced: isFenced)
        let isDue = now.milliseconds(since: publishedAt) >= Self.figuresMilliseconds
        guard words != self.words || status.isNews(after: self.status) || isDue && status != self.status else { return }
        publishedAt = now
        self.status = status
        self.words = words
        observer.quorumChanged(status, words: words)
    }

    /// One that fires too early is harmless.
    private func schedule() {
        wakeUp?.cancel()
        let now = Clocks.boot
        let wanted = node.nextWakeUp
        let pause = wanted > now ? wanted.nanoseconds - now.nanoseconds : 0
        wakeUp = loop.scheduleTask(in: .nanoseconds(Int64(clamping: min(pause, 3_600_000_000_000)))) { [inbox] in
            inbox.post(.timer)
        }
    }

    // MARK: From the service

    func ask(_ request: QuorumRequest, _ number: RequestNumber, _ answer: @escaping Answer) {
        loop.assertInEventLoop()
        answers[number] = answer
        handle([.request(number, request)])
    }

    var currentStatus: QuorumStatus { node.status(now: Clocks.boot) }

    func fenced(_ isFenced: Bool) {
        self.isFenced = isFenced
        publish()
    }

    func leave() -> EventLoopFuture<Void> {
        let promise = mayLeave ?? loop.makePromise()
        mayLeave = promise
        handle([.leaving])
        return promise.futureResult
    }

    /// Whoever waits is told that this member takes no part.
    func shutDown() {
        wakeUp?.cancel()
        inbox.end()
        observer.rightChanged(nil)
        mayLeave?.succeed()
        for answer in answers.values { answer(.refused(.notInQuorum)) }
        answers = [:]
    }
}
