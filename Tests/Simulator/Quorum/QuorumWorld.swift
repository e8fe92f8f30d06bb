package import ClusterModel
package import Quorum
internal import Raft

/// Sidecars of one cluster, their stores, the network and the gossip between them, in virtual time, all from one seed.
///
/// Gossip is taken for what it brings: every member's words, after a while, to all that can be reached.
package final class QuorumWorld {
    private enum Event {
        case wakeUp(QuorumProcess)
        case message(Stream, PeerMessage)
        case connect(Stream)
        case sync(QuorumProcess, life: Int)
        case gateClosed(QuorumProcess, life: Int, GateClosing)
        case gossip
        case script(@Sendable (QuorumWorld) -> Void)
    }

    /// One way, from one life of a process to one of another.
    struct Stream: Hashable {
        var from: Int
        var to: Int
        var number: Int
    }

    package struct Network {
        package var delayMicroseconds = 200...2_000
        /// From, to: nothing gets through.
        package var cuts: Set<[Int]> = []
    }

    package private(set) var now = MonotonicTime(nanoseconds: 0)
    package private(set) var processes: [QuorumProcess] = []
    package var network = Network()
    package var random: SimulatorRandom
    package let settings: QuorumSettings
    package var syncMicroseconds = 500...5_000
    /// How long it takes until nothing of a right is under way any more.
    package var gateMilliseconds = 0...20
    package var invariants = QuorumInvariants()
    /// Everything that a process did, if somebody wants to know.
    package var observe: ((QuorumProcess, QuorumAction) -> Void)?
    package private(set) var answers: [RequestNumber: QuorumAnswer] = [:]
    package private(set) var notices: [(number: Int, notice: QuorumNotice)] = []
    /// Who has said that it may.
    package private(set) var mayLeave: Set<Int> = []
    /// Scripts do nothing any more.
    package var isMended = false
    private var requests: [RequestNumber: QuorumRequest] = [:]
    private var streams: [[Int]: Int] = [:]
    private var lastStream = 0
    /// The stream's messages keep their order.
    private var lastArrival: [Stream: MonotonicTime] = [:]
    private var queue = EventQueue<Event>()
    /// What each has heard of each: how it was and when.
    private var heard: [[Int]: (member: QuorumMember, at: MonotonicTime)] = [:]
    private let clockRates: ClosedRange<Double>

    private static let gossipMilliseconds = 100
    private static let deadAfterMilliseconds = 3_000

    package init(members: Int, settings: QuorumSettings, clockRates: ClosedRange<Double> = 1...1, seed: UInt64) {
        random = SimulatorRandom(seed: seed)
        self.settings = settings
        self.clockRates = clockRates
        for number in 1...members {
            let rate = Double.random(in: clockRates, using: &random)
            let offset = UInt64.random(in: 0...1_000_000_000_000, using: &random)
            processes.append(QuorumProcess(number: number, rate: rate, offset: offset))
        }
        queue.push(.gossip, at: now)
    }

    package func process(_ number: Int) -> QuorumProcess { processes[number - 1] }

    package func process(_ id: MemberID) -> QuorumProcess? { processes.first { $0.id == id } }

    /// Those who lead with a majority behind them.
    package var leaders: [QuorumProcess] {
        processes.filter { process in
            guard !process.isPaused, let node = process.node else { return false }
            let status = node.status(now: process.local(now))
            return status.leader == process.id && status.hasQuorum
        }
    }

    package var openGates: [QuorumProcess] { processes.filter { !$0.isPaused && $0.isGateOpen(at: now) } }

    // MARK: Processes

    package func start(_ process: QuorumProcess) {
        guard process.node == nil else { return }
        process.life += 1
        var settings = settings
        settings.voters = process.wantedVoters ?? settings.voters
        process.node = QuorumNode(
            own: process.id,
            stored: process.disk.stored,
            settings: settings,
            now: process.local(now),
            using: &random
        )
        noteWords(process)
        deliver(.timer, to: process)
    }

    package func startAll() { for process in processes { start(process) } }

    package func crash(_ process: QuorumProcess, keptWrites: Int = 0) {
        process.node = nil
        process.isPaused = false
        process.inbox = []
        process.disk.lose(keeping: keptWrites)
        for other in processes {
            disconnect(process.number, other.number)
            disconnect(other.number, process.number)
        }
    }

    /// The process is down, and its store is gone.
    package func wipe(_ process: QuorumProcess) {
        crash(process)
        process.disk = QuorumDisk()
    }

    package func pause(_ process: QuorumProcess) {
        if process.node != nil { process.isPaused = true }
    }

    package func resume(_ process: QuorumProcess) {
        guard process.isPaused else { return }
        process.isPaused = false
        let waiting = process.inbox
        process.inbox = []
        for event in waiting { deliver(event, to: process) }
        deliver(.timer, to: process)
    }

    package func stallDisk(of process: QuorumProcess, _ isStalled: Bool) {
        process.disk.isStalled = isStalled
        if !isStalled { queue.push(.sync(process, life: process.life), at: now) }
    }

    package func at(_ time: MonotonicTime, _ script: @escaping @Sendable (QuorumWorld) -> Void) {
        queue.push(.script(script), at: max(now, time))
    }

    @discardableResult
    package func ask(_ request: QuorumRequest, _ process: QuorumProcess) -> RequestNumber {
        let number = RequestNumber(rawValue: random.next())
        requests[number] = request
        deliver(.request(number, request), to: process)
        return number
    }

    // MARK: Time

    package func run(until end: MonotonicTime) {
        while invariants.broken == nil, let next = queue.nextTime, next <= end, let event = queue.pop() {
            now = max(now, event.at)
            perform(event.payload)
        }
        now = max(now, end)
    }

    package func run(forMilliseconds milliseconds: Int) { run(until: now.adding(milliseconds: milliseconds)) }

    /// - Returns: the milliseconds until the condition held, looked at every ten; nil if it did not.
    @discardableResult
    package func run(withinMilliseconds limit: Int, until condition: (QuorumWorld) -> Bool) -> Int? {
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
            invariants.woken(process.countWakeUp(at: now), process.number)
            deliver(.timer, to: process)
        case .message(let stream, let message):
            guard isOpen(stream), isReachable(stream.from, stream.to) else { return }
            deliver(.message(message, from: process(stream.from).id), to: process(stream.to))
        case .connect(let stream):
            guard isOpen(stream) else { return }
            deliver(.connected(process(stream.to).id), to: process(stream.from))
        case .sync(let process, let life):
            guard process.life == life, process.node != nil, let event = process.disk.sync() else { return }
            deliver(event, to: process)
            if process.disk.isWaiting { syncLater(process) }
        case .gateClosed(let process, let life, let closing):
            if process.life == life { deliver(.gateClosed(closing), to: process) }
        case .gossip:
            gossip()
            connect()
            invariants.look(at: self)
            queue.push(.gossip, at: now.adding(milliseconds: Self.gossipMilliseconds))
        case .script(let script): if !isMended { script(self) }
        }
    }

    // MARK: Events and actions

    package func deliver(_ event: QuorumEvent, to process: QuorumProcess) {
        guard process.node != nil else { return }
        guard !process.isPaused else { return process.inbox.append(event) }
        let local = process.local(now)
        let wall = WallTime(microsecondsSince1970: Int64(now.nanoseconds / 1_000))
        for action in process.node?.handle(event, now: local, wallTime: wall, using: &random) ?? [] {
            observe?(process, action)
            carryOut(action, of: process)
        }
        invariants.look(at: self, after: process)
        guard let wanted = process.node?.nextWakeUp else { return }
        let wakeUp = max(now, process.global(wanted))
        guard wakeUp.nanoseconds < UInt64.max, process.wakeUpAt != wakeUp else { return }
        process.wakeUpAt = wakeUp
        queue.push(.wakeUp(process), at: wakeUp)
    }

    private func carryOut(_ action: QuorumAction, of process: QuorumProcess) {
        switch action {
        case .save(let stage):
            let wasWaiting = process.disk.isWaiting
            process.disk.save(stage)
            if !wasWaiting { syncLater(process) }
        case .persist(let write):
            let wasWaiting = process.disk.isWaiting
            process.disk.give(write)
            if !wasWaiting { syncLater(process) }
        case .send(let message, let member):
            if let receiver = self.process(member) { transmit(message, from: process, to: receiver) }
        case .answer(let number, let answer):
            answers[number] = answer
            guard let request = requests.removeValue(forKey: number) else { return }
            invariants.answered(request, answer, at: now, fastestClock: clockRates.upperBound)
        case .closeGate(let closing):
            let delay = random.integer(in: gateMilliseconds)
            queue.push(.gateClosed(process, life: process.life, closing), at: now.adding(milliseconds: delay))
        case .notice(let notice):
            notices.append((process.number, notice))
            invariants.noted(notice, by: process.number)
        case .mayLeave: mayLeave.insert(process.number)
        case .serviceChanged: break
        }
    }

    private func syncLater(_ process: QuorumProcess) {
        let delay = UInt64(random.integer(in: syncMicroseconds))
        let time = MonotonicTime(nanoseconds: now.nanoseconds + delay * 1_000)
        queue.push(.sync(process, life: process.life), at: time)
    }

    // MARK: Streams

    private func isOpen(_ stream: Stream) -> Bool { streams[[stream.from, stream.to]] == stream.number }

    private func isReachable(_ from: Int, _ to: Int) -> Bool { !network.cuts.contains([from, to]) }

    private func disconnect(_ from: Int, _ to: Int) {
        guard streams.removeValue(forKey: [from, to]) != nil else { return }
        if process(from).node != nil { deliver(.lost(process(to).id), to: process(from)) }
    }

    /// Streams go when nothing gets through for a while, and come as soon as both can be reached.
    private func connect() {
        for from in processes where from.isUp && !from.isPaused {
            for to in processes where to.number != from.number {
                let key = [from.number, to.number]
                let isWhole =
                    to.isUp && isReachable(from.number, to.number) && isReachable(to.number, from.number)
                    && heard[[from.number, to.number]] != nil
                if streams[key] != nil {
                    if !isWhole { disconnect(from.number, to.number) }
                } else if isWhole {
                    lastStream += 1
                    streams[key] = lastStream
                    let stream = Stream(from: from.number, to: to.number, number: lastStream)
                    queue.push(.connect(stream), at: now.adding(milliseconds: random.integer(in: 1...30)))
                }
            }
        }
    }

    private func transmit(_ message: PeerMessage, from sender: QuorumProcess, to receiver: QuorumProcess) {
        guard let number = streams[[sender.number, receiver.number]],
            // Through the bytes, as on a wire.
            let read = try? PeerMessage(decoding: message.encoded[...])
        else { return }
        if read != message { fatalError("a message is not read as it was written: \(message)") }
        let stream = Stream(from: sender.number, to: receiver.number, number: number)
        let delay = random.integer(in: network.delayMicroseconds)
        let time = MonotonicTime(nanoseconds: now.nanoseconds + UInt64(delay) * 1_000)
        let arrival = max(time, lastArrival[stream] ?? time)
        lastArrival[stream] = arrival
        queue.push(.message(stream, read), at: arrival)
    }

    // MARK: Gossip

    private func noteWords(_ process: QuorumProcess) {
        process.lastWords = process.node?.words(campaigns: process.campaigns, isFenced: process.isFenced)
    }

    private func gossip() {
        for process in processes where process.isUp && !process.isPaused { noteWords(process) }
        for reader in processes where reader.isUp && !reader.isPaused {
            for member in processes where member.isKnown {
                let key = [reader.number, member.number]
                let comesThrough = member.number == reader.number || isReachable(member.number, reader.number)
                guard member.isUp, !member.isPaused, comesThrough else { continue }
                heard[key] = (description(of: member), now)
            }
            let members = processes.compactMap { member -> QuorumMember? in
                guard var known = heard[[reader.number, member.number]] else { return nil }
                let silence = now.milliseconds(since: known.at)
                known.member.liveness =
                    silence > Self.deadAfterMilliseconds
                    ? .dead : silence > 2 * Self.gossipMilliseconds ? .suspect : .alive
                return known.member
            }
            deliver(.members(members, isComplete: reader.isComplete), to: reader)
            let writable = members.filter { $0.server == .writable && $0.liveness.isPresent }
            let observed: ObservedPrimary =
                writable.isEmpty ? .none : writable.count == 1 ? .one(writable[0].id) : .several
            deliver(.observed(observed), to: reader)
        }
    }

    private func description(of process: QuorumProcess) -> QuorumMember {
        QuorumMember(
            id: process.id,
            zone: process.zone,
            promotion: process.promotion,
            isWitness: process.isWitness,
            server: process.isWitness ? .unknown : process.server,
            words: process.lastWords
        )
    }
}
