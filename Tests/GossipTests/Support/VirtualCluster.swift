import ClusterModel

@testable import Gossip

/// Whole clusters in one thread on virtual time: nodes, a network that delays and loses, and a queue of events.
final class VirtualCluster {
    struct Network {
        var minimumDelayMilliseconds = 1
        var maximumDelayMilliseconds = 5
        /// Of datagrams; streams fail as a whole with the same probability.
        var loss = 0.0
        /// Pairs of addresses between which nothing passes, in either direction.
        var isCut: (HostPort, HostPort) -> Bool = { _, _ in false }
        /// Streams only.
        var losesAllDatagrams = false
    }

    final class Process {
        let address: HostPort
        var node: GossipNode
        var isRunning = true
        /// A stopped process keeps its state, as under SIGSTOP.
        var isPaused = false
        var hasLeft = false
        var notices: [GossipNotice] = []
        fileprivate var wakeUpAt: MonotonicTime?

        fileprivate init(address: HostPort, node: GossipNode) {
            self.address = address
            self.node = node
        }
    }

    private enum Step {
        case wakeUp(Process)
        case datagram(to: HostPort, from: HostPort, [UInt8])
        case request(to: HostPort, from: Process, StreamID, [UInt8])
        case reply(Process, StreamID, [UInt8]?)
    }

    private struct Scheduled {
        var at: MonotonicTime
        var order: UInt64
        var step: Step
    }

    private(set) var now = MonotonicTime(nanoseconds: 1_000_000_000)
    private(set) var processes: [Process] = []
    var network = Network()
    var random: SeededGenerator
    private(set) var largestDatagram = 0
    private(set) var datagramsSent = 0
    private var heap: [Scheduled] = []
    private var nextOrder: UInt64 = 0
    private let settings: GossipSettings

    init(seed: UInt64, settings: GossipSettings = GossipSettings(clusterName: "orders")) {
        random = SeededGenerator(seed: seed)
        self.settings = settings
    }

    static func id(_ number: Int) -> MemberID { MemberID(high: 0, low: UInt64(number)) }
    static func address(_ number: Int) -> HostPort { HostPort(host: "10.0.0.\(number)", port: 6307) }

    /// Starts a process; a second one at the same address takes the place of the first.
    @discardableResult
    func start(
        _ number: Int,
        at address: HostPort? = nil,
        seeds: [Int] = [],
        record: [UInt8]? = nil
    ) -> Process {
        let address = address ?? Self.address(number)
        for old in processes where old.address == address { old.isRunning = false }
        let node = GossipNode(
            settings: settings,
            id: Self.id(number),
            bootID: BootID(rawValue: random.next()),
            address: address,
            record: record ?? [UInt8(truncatingIfNeeded: number)],
            now: now,
            using: &random
        )
        let process = Process(address: address, node: node)
        processes.append(process)
        handle(.join(seeds: seeds.map(Self.address)), by: process)
        return process
    }

    /// Starts numbers 1 to `count`, each with the first three as seeds, and runs until all know all.
    func startWhole(_ count: Int, withinMilliseconds limit: Int = 30_000) -> Bool {
        for number in 1...count { start(number, seeds: [1, 2, 3]) }
        return run(forMilliseconds: limit) { self.isWhole }
    }

    func kill(_ process: Process) { process.isRunning = false }

    func pause(_ process: Process) { process.isPaused = true }

    func resume(_ process: Process) {
        process.isPaused = false
        handle(.timer, by: process)
    }

    func send(_ event: GossipEvent, to process: Process) { handle(event, by: process) }

    var running: [Process] { processes.filter { $0.isRunning && !$0.hasLeft } }

    /// All that run know each other as alive, with the newest records.
    var isWhole: Bool {
        let running = running
        return running.allSatisfy { one in
            running.allSatisfy { other in
                guard let seen = self.view(of: other.node.id, by: one) else { return false }
                return seen.liveness == .alive && seen.bootID == other.node.local.claim.bootID
                    && seen.record == other.node.local.record
            }
        }
    }

    func view(of id: MemberID, by process: Process) -> GossipMember? {
        process.node.members(now: now).first { $0.id == id }
    }

    func liveness(of id: MemberID, by process: Process) -> Liveness? { view(of: id, by: process)?.liveness }

    /// - Returns: the virtual milliseconds until `condition` held; nil if it did not in time.
    func time(withinMilliseconds limit: Int, until condition: () -> Bool) -> Int? {
        let start = now
        return run(forMilliseconds: limit, until: condition) ? now.milliseconds(since: start) : nil
    }

    /// - Returns: whether `condition` held before the time was over.
    @discardableResult
    func run(forMilliseconds limit: Int, until condition: () -> Bool = { false }) -> Bool {
        let end = now.adding(milliseconds: limit)
        var checkedAt: MonotonicTime?
        while let next = heap.first, next.at <= end {
            popFirst()
            now = max(now, next.at)
            perform(next.step)
            // Views are compared every few milliseconds only: it costs more than the protocol.
            if checkedAt.map({ now.milliseconds(since: $0) >= 5 }) ?? true {
                checkedAt = now
                if condition() { return true }
            }
        }
        now = end
        return condition()
    }

    // MARK: Steps

    private func perform(_ step: Step) {
        switch step {
        case .wakeUp(let process):
            guard process.isRunning, !process.isPaused, process.wakeUpAt == now else { return }
            process.wakeUpAt = nil
            handle(.timer, by: process)
        case .datagram(let to, let from, let bytes):
            guard let receiver = receiver(at: to) else { return }
            handle(.datagram(from: from, bytes: bytes), by: receiver)
        case .request(let to, let sender, let stream, let bytes):
            guard let receiver = receiver(at: to) else {
                return schedule(.reply(sender, stream, nil), after: delay())
            }
            let inbound = InboundStreamID(rawValue: nextOrder)
            var answer: [UInt8]?
            for action in handle(.streamRequest(inbound, bytes: bytes), by: receiver) {
                if case .reply(inbound, let bytes) = action { answer = bytes }
            }
            schedule(.reply(sender, stream, answer), after: delay())
        case .reply(let process, let stream, let bytes):
            guard process.isRunning, !process.isPaused else { return }
            handle(bytes.map { .streamReply(stream, bytes: $0) } ?? .streamFailed(stream), by: process)
        }
    }

    private func receiver(at address: HostPort) -> Process? {
        processes.last { $0.address == address && $0.isRunning && !$0.isPaused }
    }

    @discardableResult
    private func handle(_ event: GossipEvent, by process: Process) -> [GossipAction] {
        let actions = process.node.handle(event, now: now, using: &random)
        for action in actions {
            switch action {
            case .sendDatagram(let address, let bytes):
                largestDatagram = max(largestDatagram, bytes.count)
                datagramsSent += 1
                let isLost =
                    network.losesAllDatagrams || isLost() || network.isCut(process.address, address)
                if !isLost { schedule(.datagram(to: address, from: process.address, bytes), after: delay()) }
            case .openStream(let stream, let address, let bytes):
                if network.isCut(process.address, address) || isLost() {
                    schedule(.reply(process, stream, nil), after: 1000)
                } else {
                    schedule(.request(to: address, from: process, stream, bytes), after: delay())
                }
            case .notice(let notice): process.notices.append(notice)
            case .left: process.hasLeft = true
            case .reply, .refuse, .membershipChanged, .heardFrom: break
            }
        }
        let next = process.node.nextWakeUp
        if process.wakeUpAt != next, next.nanoseconds < UInt64(Int64.max) {
            process.wakeUpAt = next
            push(.wakeUp(process), at: next)
        }
        return actions
    }

    private func isLost() -> Bool {
        network.loss > 0 && Double.random(in: 0..<1, using: &random) < network.loss
    }

    private func delay() -> Int {
        Int.random(in: network.minimumDelayMilliseconds...network.maximumDelayMilliseconds, using: &random)
    }

    private func schedule(_ step: Step, after milliseconds: Int) {
        push(step, at: now.adding(milliseconds: milliseconds))
    }

    // MARK: Queue (a binary heap; equal times in order of arrival)

    private func push(_ step: Step, at time: MonotonicTime) {
        nextOrder += 1
        heap.append(Scheduled(at: max(time, now), order: nextOrder, step: step))
        var child = heap.count - 1
        while child > 0, precedes(child, (child - 1) / 2) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private func popFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && precedes(child, least) {
                least = child
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }

    private func precedes(_ one: Int, _ other: Int) -> Bool {
        (heap[one].at, heap[one].order) < (heap[other].at, heap[other].order)
    }
}
