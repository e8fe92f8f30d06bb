package import ClusterModel

/// Processes on hosts, a network between them, and virtual time: all in one thread, all from one seed.
package final class World<Node: SimulatedNode> {
    package typealias Process = SimulatedProcess<Node>

    private enum Event {
        case wakeUp(Process)
        case datagram(to: HostID, from: Process, departure: MonotonicTime?, bytes: [UInt8])
        case request(to: HostID, from: Process, departure: MonotonicTime?, stream: UInt64, bytes: [UInt8])
        case reply(Process, stream: UInt64, bytes: [UInt8]?)
        case block(Process)
        case unblock(Process)
        case script(@Sendable (World) -> Void)
    }

    /// A stream that somebody opened, by the number it has where it was accepted.
    private struct Inbound {
        var opener: Process
        var stream: UInt64
    }

    package private(set) var now: MonotonicTime
    package private(set) var processes: [Process] = []
    package var network = NetworkModel()
    package var random: SimulatorRandom
    package private(set) var traffic = Traffic()
    /// Inputs handled so far.
    package private(set) var steps: UInt64 = 0
    /// Nothing happens any more: a check has failed.
    package private(set) var isStopped = false
    /// Called after every input that a node has handled.
    package var afterStep: ((Process, [NodeOutput<Node.Notice>]) -> Void)?

    private var queue = EventQueue<Event>()
    private var hosts: [HostPort: HostID] = [:]
    /// The process that has the host's sockets.
    private var current: [Process?] = []
    private var inbound: [UInt64: Inbound] = [:]
    private var nextInbound: UInt64 = 1
    private var outputs: [NodeOutput<Node.Notice>] = []

    package struct Traffic: Sendable {
        package var datagrams: UInt64 = 0
        package var datagramBytes: UInt64 = 0
        package var streams: UInt64 = 0
        package var streamBytes: UInt64 = 0
        package var largestDatagram = 0
        package var largestFrame = 0
    }

    package init(seed: UInt64) {
        random = SimulatorRandom(seed: seed)
        now = MonotonicTime(nanoseconds: 1_000_000_000)
    }

    // MARK: Processes

    package func host(at address: HostPort) -> HostID {
        if let known = hosts[address] { return known }
        let host = HostID(current.count)
        hosts[address] = host
        current.append(nil)
        return host
    }

    /// Starts a process; one that has the address crashes.
    @discardableResult
    package func start(_ node: Node, at address: HostPort, clockOffsetMilliseconds: Int = 0) -> Process {
        let host = host(at: address)
        if let old = current[host.number] { crash(old) }
        let process = Process(
            number: processes.count,
            host: host,
            address: address,
            node: node,
            clockOffsetMilliseconds: clockOffsetMilliseconds
        )
        processes.append(process)
        current[host.number] = process
        schedule(process)
        return process
    }

    package func process(at host: HostID) -> Process? { current[host.number] }

    package var running: [Process] { processes.filter { $0.condition != .crashed } }

    package func crash(_ process: Process) {
        process.condition = .crashed
        process.lastDisturbed = now
        process.inbox = []
        process.openStreams = []
        process.slowness = nil
        process.isPaused = false
        process.messagesHeldUntil = nil
        if current[process.host.number] === process { current[process.host.number] = nil }
    }

    package func pause(_ process: Process) {
        guard process.condition != .crashed else { return }
        process.isPaused = true
        process.condition = .blocked
        process.lastDisturbed = now
    }

    package func resume(_ process: Process) {
        process.isPaused = false
        unblock(process)
    }

    /// Makes a process slow from now on.
    package func slow(_ process: Process, _ slowness: Slowness) {
        process.slowness = slowness
        queue.push(.block(process), at: now.adding(milliseconds: random.integer(in: slowness.runMilliseconds)))
    }

    /// Ends all slowness; blocked processes run on.
    package func quicken() {
        for process in processes where process.slowness != nil {
            process.slowness = nil
            if !process.isPaused { unblock(process) }
        }
    }

    package func send(_ command: Node.Command, to process: Process) { deliver(.command(command), to: process) }

    package func at(_ time: MonotonicTime, _ script: @escaping @Sendable (World) -> Void) {
        queue.push(.script(script), at: max(time, now))
    }

    // MARK: Time

    package func stop() { isStopped = true }

    package func run(until end: MonotonicTime) {
        while !isStopped, let next = queue.nextTime, next <= end, let event = queue.pop() {
            now = max(now, event.at)
            perform(event.payload)
        }
        now = max(now, end)
    }

    package func run(forMilliseconds milliseconds: Int) { run(until: now.adding(milliseconds: milliseconds)) }

    /// - Returns: the milliseconds until the condition held, looked at every `stepMilliseconds`; nil if it did not.
    package func time(
        withinMilliseconds limit: Int,
        stepMilliseconds: Int = 20,
        until condition: () -> Bool
    ) -> Int? {
        let start = now
        while now.milliseconds(since: start) < limit {
            if condition() { return now.milliseconds(since: start) }
            run(forMilliseconds: stepMilliseconds)
        }
        return condition() ? now.milliseconds(since: start) : nil
    }

    private func perform(_ event: Event) {
        switch event {
        case .wakeUp(let process):
            guard process.condition == .running, process.wakeUpAt == now else { return }
            process.wakeUpAt = nil
            deliver(.timer, to: process)
        case .datagram(let to, let sender, let departure, let bytes):
            guard hasLeft(sender, at: departure), let receiver = current[to.number] else { return }
            deliver(.datagram(from: sender.address, bytes: bytes), to: receiver)
        case .request(let to, let opener, let departure, let stream, let bytes):
            guard hasLeft(opener, at: departure) else { return }
            guard let receiver = current[to.number] else { return answer(opener, stream, nil, from: to) }
            let number = nextInbound
            nextInbound += 1
            inbound[number] = Inbound(opener: opener, stream: stream)
            deliver(.request(stream: number, bytes: bytes), to: receiver)
        case .reply(let process, let stream, let bytes):
            // The answer, or the timeout, whichever comes first.
            guard process.openStreams.remove(stream) != nil else { return }
            deliver(.reply(stream: stream, bytes: bytes), to: process)
        case .block(let process):
            guard let slowness = process.slowness, process.condition == .running else { return }
            process.lastDisturbed = now
            let end = now.adding(milliseconds: random.integer(in: slowness.blockMilliseconds))
            switch slowness.kind {
            case .everything: process.condition = .blocked
            case .messages: process.messagesHeldUntil = end
            }
            queue.push(.unblock(process), at: end)
        case .unblock(let process):
            guard let slowness = process.slowness, !process.isPaused else { return }
            unblock(process)
            let pause = random.integer(in: slowness.runMilliseconds)
            queue.push(.block(process), at: now.adding(milliseconds: pause))
        case .script(let script): script(self)
        }
    }

    /// What waits is read first, as an event loop does, then timers are looked at.
    private func unblock(_ process: Process) {
        guard process.condition == .blocked || process.messagesHeldUntil != nil,
            process.condition != .crashed
        else { return }
        process.condition = .running
        process.messagesHeldUntil = nil
        process.lastDisturbed = now
        let waiting = process.inbox
        process.inbox = []
        for input in waiting { deliver(input, to: process) }
        deliver(.timer, to: process)
    }

    private func deliver(_ input: NodeInput<Node.Command>, to process: Process) {
        switch process.condition {
        case .crashed: return
        case .blocked:
            return keep(input, for: process)
        case .running:
            if process.messagesHeldUntil != nil, input.isMessage { return keep(input, for: process) }
        }
        steps += 1
        outputs.removeAll(keepingCapacity: true)
        process.node.handle(input, now: process.local(now), using: &random, into: &outputs)
        for output in outputs { carryOut(output, of: process) }
        schedule(process)
        afterStep?(process, outputs)
    }

    private func keep(_ input: NodeInput<Node.Command>, for process: Process) {
        if case .datagram = input, process.inbox.count >= Process.maximumInbox { return }
        process.inbox.append(input)
    }

    private func schedule(_ process: Process) {
        let wanted = process.node.nextWakeUp
        guard wanted.nanoseconds < UInt64(Int64.max) else { return }
        let next = max(now, process.global(wanted))
        guard process.wakeUpAt != next else { return }
        process.wakeUpAt = next
        queue.push(.wakeUp(process), at: next)
    }

    // MARK: Packets

    private func carryOut(_ output: NodeOutput<Node.Notice>, of process: Process) {
        switch output {
        case .datagram(let address, let bytes):
            traffic.datagrams += 1
            traffic.datagramBytes += UInt64(bytes.count)
            traffic.largestDatagram = max(traffic.largestDatagram, bytes.count)
            let to = host(at: address)
            for delay in network.datagram(from: process.host, to: to, using: &random) {
                queue.push(
                    .datagram(to: to, from: process, departure: process.messagesHeldUntil, bytes: bytes),
                    at: after(delay, process.messagesHeldUntil)
                )
            }
        case .open(let stream, let address, let bytes):
            traffic.streams += 1
            count(frame: bytes)
            process.openStreams.insert(stream)
            let to = host(at: address)
            // Three packets until the request is there: the handshake's two, and its own.
            if let delay = network.stream(from: process.host, to: to, roundTrips: 3, using: &random) {
                let departure = process.messagesHeldUntil
                queue.push(
                    .request(to: to, from: process, departure: departure, stream: stream, bytes: bytes),
                    at: after(delay, departure)
                )
            }
            let limit = now.adding(milliseconds: NetworkModel.streamTimeoutMilliseconds)
            queue.push(.reply(process, stream: stream, bytes: nil), at: limit)
        case .reply(let number, let bytes):
            guard let stream = inbound.removeValue(forKey: number) else { return }
            if let bytes { count(frame: bytes) }
            answer(stream.opener, stream.stream, bytes, from: process.host, departure: process.messagesHeldUntil)
        case .notice: break
        }
    }

    private func count(frame: [UInt8]) {
        traffic.streamBytes += UInt64(frame.count)
        traffic.largestFrame = max(traffic.largestFrame, frame.count)
    }

    private func answer(
        _ opener: Process,
        _ stream: UInt64,
        _ bytes: [UInt8]?,
        from host: HostID,
        departure: MonotonicTime? = nil
    ) {
        guard let delay = network.stream(from: host, to: opener.host, roundTrips: 1, using: &random) else { return }
        queue.push(.reply(opener, stream: stream, bytes: bytes), at: after(delay, departure))
    }

    /// Whether a message that its sender held up until then has left it: what a process holds dies with it.
    private func hasLeft(_ sender: Process, at departure: MonotonicTime?) -> Bool {
        guard let departure, sender.condition == .crashed, let end = sender.lastDisturbed else { return true }
        return end >= departure
    }

    private func after(_ microseconds: Int, _ departure: MonotonicTime?) -> MonotonicTime {
        let start = max(now, departure ?? now)
        return MonotonicTime(nanoseconds: start.nanoseconds &+ UInt64(max(0, microseconds)) &* 1_000)
    }
}
