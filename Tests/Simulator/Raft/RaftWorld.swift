package import ClusterModel
package import Raft

/// Peers of one quorum, their disks and the network between them, in virtual time, all from one seed.
package final class RaftWorld {
    private enum Event {
        case wakeUp(RaftProcess)
        case message(to: RaftProcess, RaftMessage)
        case sync(RaftProcess, life: Int)
        case hostAnswers(RaftProcess, life: Int, RaftEvent)
        case script(@Sendable (RaftWorld) -> Void)
    }

    /// How messages fare. Streams keep their order and lose nothing but at their end; the core relies on neither.
    package struct Network {
        package var loss = 0.0
        package var duplication = 0.0
        /// Of those that arrive, so many are late, by up to `lateMilliseconds`.
        package var lateness = 0.0
        package var lateMilliseconds = 3500
        package var delayMicroseconds = 200...2_000
        /// From, to: nothing gets through.
        package var cuts: Set<[Int]> = []
    }

    package static let quorum = QuorumID(high: 0, low: 77)

    package private(set) var now = MonotonicTime(nanoseconds: 0)
    package private(set) var processes: [RaftProcess] = []
    package var network = Network()
    package var random: SimulatorRandom
    package let settings: RaftSettings
    /// How long the disk takes.
    package var syncMicroseconds = 500...5_000
    /// Bytes added to each snapshot.
    package var snapshotPadding = 0
    /// Scripts do nothing any more.
    package var isMended = false
    package var invariants = RaftInvariants()
    /// Everything that a process did, if somebody wants to know.
    package var observe: ((RaftProcess, RaftAction) -> Void)?
    private var queue = EventQueue<Event>()
    private let founders: Configuration

    /// - Parameters:
    ///   - voters: numbered from 1, not started.
    ///   - clockRates: the fastest and the slowest, of which each process gets one at random.
    package init(
        voters: Int,
        others: Int = 0,
        settings: RaftSettings = .lan,
        clockRates: ClosedRange<Double> = 1...1,
        seed: UInt64
    ) {
        random = SimulatorRandom(seed: seed)
        self.settings = settings
        for number in 1...(voters + others) {
            let rate = Double.random(in: clockRates, using: &random)
            let offset = UInt64.random(in: 0...1_000_000_000_000, using: &random)
            processes.append(RaftProcess(number: number, rate: rate, offset: offset))
        }
        founders = Configuration(
            Dictionary(
                uniqueKeysWithValues: processes.prefix(voters).map {
                    ($0.id, Configuration.Peer(member: $0.member, part: .voter))
                }
            )
        )
    }

    package func process(_ number: Int) -> RaftProcess { processes[number - 1] }

    private func process(_ id: PeerID) -> RaftProcess? { processes.first { $0.id == id } }

    package var leaders: [RaftProcess] {
        processes.filter { !$0.isPaused && $0.node?.standing.role == .leader }
    }

    // MARK: Processes

    package func start(_ process: RaftProcess) {
        guard process.node == nil else { return }
        process.life += 1
        process.heard = process.local(now)
        process.applied = AppliedState()
        process.appliedIndex = process.disk.snapshot?.last.index ?? .zero
        if let snapshot = process.disk.snapshot { process.applied = AppliedState(decoding: snapshot.state) }
        let isFounder = founders.peers[process.id] != nil
        process.node = RaftNode(
            id: process.id,
            quorum: Self.quorum,
            settings: settings,
            initial: isFounder ? founders : Configuration(),
            hardState: process.disk.hardState,
            snapshot: process.disk.snapshot,
            base: process.disk.base,
            entries: process.disk.entries,
            now: process.local(now),
            using: &random
        )
        deliver(.timer, to: process)
    }

    package func startAll() {
        for process in processes where founders.peers[process.id] != nil { start(process) }
    }

    /// - Parameter keptWrites: how many of the writes under way have reached the disk all the same.
    package func crash(_ process: RaftProcess, keptWrites: Int = 0) {
        process.node = nil
        process.isPaused = false
        process.inbox = []
        process.disk.lose(keeping: keptWrites)
    }

    package func pause(_ process: RaftProcess) {
        if process.node != nil { process.isPaused = true }
    }

    package func resume(_ process: RaftProcess) {
        guard process.isPaused else { return }
        process.isPaused = false
        let waiting = process.inbox
        process.inbox = []
        for event in waiting { deliver(event, to: process) }
        deliver(.timer, to: process)
    }

    package func stallDisk(of process: RaftProcess, _ isStalled: Bool) {
        process.disk.isStalled = isStalled
        if !isStalled { queue.push(.sync(process, life: process.life), at: now) }
    }

    package func at(_ time: MonotonicTime, _ script: @escaping @Sendable (RaftWorld) -> Void) {
        queue.push(.script(script), at: max(now, time))
    }

    // MARK: Time

    package func run(until end: MonotonicTime) {
        while invariants.broken == nil, let next = queue.nextTime, next <= end, let event = queue.pop() {
            now = max(now, event.at)
            perform(event.payload)
            invariants.look(at: self)
        }
        now = max(now, end)
    }

    package func run(forMilliseconds milliseconds: Int) { run(until: now.adding(milliseconds: milliseconds)) }

    /// - Returns: the milliseconds until the condition held, looked at every ten; nil if it did not.
    @discardableResult
    package func run(withinMilliseconds limit: Int, until condition: (RaftWorld) -> Bool) -> Int? {
        let start = now
        while now.milliseconds(since: start) < limit, invariants.broken == nil {
            if condition(self) { return now.milliseconds(since: start) }
            run(forMilliseconds: 10)
        }
        return condition(self) ? now.milliseconds(since: start) : nil
    }

    private func perform(_ event: Event) {
        switch event {
        case .wakeUp(let process):
            guard process.node != nil, !process.isPaused, process.wakeUpAt == now else { return }
            process.wakeUpAt = nil
            deliver(.timer, to: process)
        case .message(let process, let message):
            deliver(.message(message), to: process)
        case .sync(let process, let life):
            guard process.life == life, process.node != nil, let receipt = process.disk.sync() else { return }
            deliver(.written(receipt), to: process)
            if !process.disk.waiting.isEmpty { syncLater(process) }
        case .hostAnswers(let process, let life, let event):
            if process.life == life { deliver(event, to: process) }
        case .script(let script): if !isMended { script(self) }
        }
    }

    // MARK: Events and actions

    package func deliver(_ event: RaftEvent, to process: RaftProcess) {
        guard process.node != nil else { return }
        guard !process.isPaused else { return process.inbox.append(event) }
        let local = process.local(now)
        if case .message(let message) = event { noteHeard(message, by: process, at: local) }
        for action in process.node?.handle(event, now: local, using: &random) ?? [] {
            observe?(process, action)
            if case .persist(let write) = action {
                invariants.writes(write, on: event, by: process, at: local, settings)
            }
            carryOut(action, of: process)
        }
        guard let wanted = process.node?.nextWakeUp else { return }
        let wakeUp = max(now, process.global(wanted))
        guard wakeUp.nanoseconds < UInt64.max, process.wakeUpAt != wakeUp else { return }
        process.wakeUpAt = wakeUp
        queue.push(.wakeUp(process), at: wakeUp)
    }

    private func noteHeard(_ message: RaftMessage, by process: RaftProcess, at local: BootTime) {
        guard message.term >= process.node?.standing.term ?? .zero else { return }
        switch message.body {
        case .append, .heartbeat, .snapshot, .campaignNow: process.heard = local
        default: break
        }
    }

    private func carryOut(_ action: RaftAction, of process: RaftProcess) {
        switch action {
        case .persist(let write):
            process.disk.give(write)
            if process.disk.waiting.count == 1 { syncLater(process) }
        case .send(let message):
            invariants.sent(message, by: process)
            transmit(message, from: process)
        case .apply(let entries):
            for entry in entries { invariants.applied(entry, by: process) }
        case .restore(let snapshot):
            process.applied = AppliedState(decoding: snapshot.state)
            process.appliedIndex = snapshot.last.index
            invariants.restored(snapshot, by: process)
        case .takeSnapshot:
            let state = process.applied.encoded(padding: snapshotPadding)
            answer(.snapshotTaken(at: process.appliedIndex, state: state), by: process)
        case .closeGate(let closing):
            // Now and then the host takes longer than the transfer may.
            answer(.gateClosed(closing), by: process, withinMilliseconds: random.chance(0.1) ? 4_000 : 20)
        case .read(let request):
            invariants.answered(request, by: process)
        case .violation(let peer, let violation):
            invariants.violated(violation, by: peer, at: process)
        case .accepted, .refused, .transferEnded, .standingChanged: break
        }
    }

    /// The host does something that takes a while.
    private func answer(_ event: RaftEvent, by process: RaftProcess, withinMilliseconds limit: Int = 20) {
        let delay = random.integer(in: 0...limit)
        queue.push(.hostAnswers(process, life: process.life, event), at: now.adding(milliseconds: delay))
    }

    private func syncLater(_ process: RaftProcess) {
        let delay = UInt64(random.integer(in: syncMicroseconds))
        let time = MonotonicTime(nanoseconds: now.nanoseconds + delay * 1_000)
        queue.push(.sync(process, life: process.life), at: time)
    }

    private func transmit(_ message: RaftMessage, from sender: RaftProcess) {
        guard let receiver = process(message.to), !network.cuts.contains([sender.number, receiver.number]),
            !random.chance(network.loss),
            // Through the bytes, as on a wire.
            let read = try? RaftMessage(decoding: message.encoded[...])
        else { return }
        for _ in 0..<(random.chance(network.duplication) ? 2 : 1) {
            var delay = random.integer(in: network.delayMicroseconds)
            if random.chance(network.lateness) { delay += random.integer(in: 0...network.lateMilliseconds) * 1_000 }
            let time = MonotonicTime(nanoseconds: now.nanoseconds + UInt64(delay) * 1_000)
            queue.push(.message(to: receiver, read), at: time)
        }
    }
}

extension RaftProcess {
    var member: MemberID { MemberID(high: 1, low: UInt64(number)) }
}
