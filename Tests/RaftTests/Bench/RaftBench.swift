import ClusterModel
import Simulator

@testable import Raft

/// Peers of one quorum without a world around them: messages and writes take no time unless a story holds them back, timers
/// fire at the very moment they were set for, and nothing is left to chance but what is seeded. What happens is noted in
/// words.
final class RaftBench {
    static let quorum = QuorumID(high: 0, low: 77)
    private static let start = BootTime(nanoseconds: 3_600_000_000_000)

    private(set) var peers: [BenchPeer] = []
    var network = BenchNetwork()
    private(set) var now = RaftBench.start
    private(set) var notes: [String] = []
    let settings: RaftSettings
    private let founders: Configuration
    private var random = BenchRandom(state: 1)
    /// What hosts do when nothing else is to be done.
    private var chores: [(peer: BenchPeer, event: RaftEvent)] = []
    private var names: [RequestID: String] = [:]
    private var watch = BenchWatch()

    /// - Parameter voters: numbered from 1, all started, and each more reluctant to campaign than the one before.
    init(voters: Int, settings: RaftSettings = .bench) {
        self.settings = settings
        peers = (1...voters).map { BenchPeer(number: $0) }
        founders = Configuration(
            Dictionary(uniqueKeysWithValues: peers.map { ($0.id, Configuration.Peer(member: $0.member, part: .voter)) })
        )
        for peer in peers {
            peer.reluctanceMilliseconds = (peer.number - 1) * 100
            start(peer)
        }
    }

    /// Peer of that number; made if it is new, and not started.
    func peer(_ number: Int) -> BenchPeer {
        if let known = peers.first(where: { $0.number == number }) { return known }
        peers.append(BenchPeer(number: number))
        return peers[peers.count - 1]
    }

    func number(of id: PeerID) -> Int { Int(clamping: id.low) }

    /// The one with the greatest term.
    var leader: BenchPeer? {
        peers.filter { $0.isRunning && $0.leads }
            .max { ($0.node?.standing.term ?? .zero) < ($1.node?.standing.term ?? .zero) }
    }

    // MARK: Notes

    func note(_ text: String) {
        notes.append("\(now.milliseconds(since: Self.start)) ms  \(text)")
    }

    func takeNotes() -> [String] {
        defer { notes = [] }
        return notes
    }

    func name(_ request: RequestID) -> String { names[request] ?? "\(request.rawValue)" }

    /// A new request of that name.
    func request(_ name: String) -> RequestID {
        let id = RequestID(rawValue: UInt64(names.count + 1))
        names[id] = name
        return id
    }

    // MARK: Processes

    func start(_ peer: BenchPeer) {
        guard peer.node == nil else { return }
        peer.applied = peer.disk.snapshot?.last.index ?? .zero
        peer.state = peer.disk.snapshot.map { Self.state(from: $0.state) } ?? []
        peer.node = RaftNode(
            id: peer.id,
            quorum: Self.quorum,
            settings: settings,
            initial: founders.peers[peer.id] == nil ? Configuration() : founders,
            hardState: peer.disk.hardState,
            snapshot: peer.disk.snapshot,
            base: peer.disk.base,
            entries: peer.disk.entries,
            now: now,
            using: &random
        )
        deliver(.reluctance(milliseconds: peer.reluctanceMilliseconds), to: peer)
        if let deadline = peer.node?.electionDeadline {
            peer.node?.electionDeadline = deadline.adding(milliseconds: peer.reluctanceMilliseconds)
        }
        deliver(.timer, to: peer)
        settle()
    }

    func crash(_ peer: BenchPeer) {
        peer.node = nil
        peer.isPaused = false
        peer.inbox = []
        peer.disk.lose(keeping: 0)
        chores.removeAll { $0.peer === peer }
        look()
    }

    func resume(_ peer: BenchPeer) {
        guard peer.isPaused else { return }
        peer.isPaused = false
        let waiting = peer.inbox
        peer.inbox = []
        for event in waiting { deliver(event, to: peer) }
        deliver(.timer, to: peer)
        settle()
    }

    /// The oldest of the writes that wait becomes durable, also on a stalled disk.
    func write(_ peer: BenchPeer) {
        let isStalled = peer.disk.isStalled
        peer.disk.isStalled = false
        let receipt = peer.disk.sync()
        peer.disk.isStalled = isStalled
        if let receipt { deliver(.written(receipt), to: peer) }
    }

    // MARK: Time

    func run(forMilliseconds milliseconds: Int) {
        run(until: now.adding(milliseconds: milliseconds)) { false }
    }

    /// - Returns: whether it came about.
    @discardableResult
    func run(withinMilliseconds limit: Int, until condition: () -> Bool) -> Bool {
        run(until: now.adding(milliseconds: limit), condition)
        return condition()
    }

    private func run(until end: BootTime, _ condition: () -> Bool) {
        settle()
        // Each step brings the time forward, or stands for an endless loop.
        for _ in 0..<100_000 where !condition() {
            guard let next = nextMoment, next <= end else {
                now = max(now, end)
                return look()
            }
            now = max(now, next)
            look()
            for peer in peers where peer.isRunning && peer.node.map({ $0.nextWakeUp <= now }) ?? false {
                deliver(.timer, to: peer)
                settle()
            }
        }
    }

    /// When a timer is due, or a gate closes by itself.
    private var nextMoment: BootTime? {
        let timers = peers.filter(\.isRunning).compactMap { $0.node?.nextWakeUp }
        let gates = peers.filter(\.isGateOpen).compactMap { $0.node?.tenure?.ends }
        return (timers + gates).min()
    }

    /// Everything that takes no time.
    func settle() {
        for _ in 0..<100_000 {
            if let parcel = network.next() {
                deliver(.message(parcel.message), to: peer(parcel.to))
            } else if let peer = peers.first(where: { $0.node != nil && !$0.disk.isStalled && !$0.disk.waiting.isEmpty }
            ) {
                write(peer)
            } else if !chores.isEmpty {
                let chore = chores.removeFirst()
                deliver(chore.event, to: chore.peer)
            } else {
                return
            }
        }
        note("THIS HAS NO END")
    }

    // MARK: Events and actions

    func deliver(_ event: RaftEvent, to peer: BenchPeer) {
        guard peer.node != nil else { return }
        guard !peer.isPaused else { return peer.inbox.append(event) }
        for action in peer.node?.handle(event, now: now, using: &random) ?? [] { carryOut(action, of: peer) }
        look()
    }

    private func carryOut(_ action: RaftAction, of peer: BenchPeer) {
        switch action {
        case .persist(let write): peer.disk.give(write)
        case .send(let message):
            network.send(BenchNetwork.Parcel(from: peer.number, to: number(of: message.to), message: message))
        case .apply(let entries):
            for entry in entries { apply(entry, by: peer) }
        case .restore(let snapshot):
            peer.applied = snapshot.last.index
            peer.state = Self.state(from: snapshot.state)
            note("\(peer.number) restores the snapshot of \(text(snapshot.last))")
        case .takeSnapshot:
            chores.append(
                (peer, .snapshotTaken(at: peer.applied, state: Array(peer.state.joined(separator: "\n").utf8)))
            )
        case .closeGate(let closing):
            note("\(peer.number) is to close its gate")
            peer.closing = closing
            if !peer.isGateByHand { chores.append((peer, .gateClosed(closing))) }
        default:
            if let told = text(action, of: peer) { note(told) }
        }
    }

    private func apply(_ entry: LogEntry, by peer: BenchPeer) {
        if case .command(let command) = entry.content { peer.state.append(String(decoding: command, as: UTF8.self)) }
        if entry.content != .leadershipBegins { note("\(peer.number) applies \(text(entry))") }
        if let fault = watch.applied(entry, after: peer.applied) { note("\(peer.number) \(fault)") }
        peer.applied = entry.index
    }

    private static func state(from bytes: [UInt8]) -> [String] {
        String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { String($0) }
    }

    /// What no story may show, and gates.
    private func look() {
        for peer in peers where peer.isGateOpen != peer.mayAct(at: now) {
            peer.isGateOpen.toggle()
            note("\(peer.number)'s gate is \(peer.isGateOpen ? "open" : "closed")")
        }
        for fault in watch.look(at: peers) { note(fault) }
    }
}

extension RaftSettings {
    /// Nothing at random in whoever campaigns first.
    static let bench: Self = {
        var settings = Self()
        settings.electionSpreadMilliseconds = 0
        return settings
    }()
}

/// SplitMix64.
struct BenchRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }
}
