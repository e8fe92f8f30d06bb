internal import ClusterModel
internal import Gossip

/// Makes faults happen to a cluster.
struct FaultScript {
    let cluster: GossipCluster
    let members: Int
    private var record: UInt64 = 0

    init(cluster: GossipCluster, members: Int) {
        self.cluster = cluster
        self.members = members
    }

    private var world: World<GossipSimulationNode> { cluster.world }

    private func victim() -> GossipCluster.Process? { cluster.running.randomElement(using: &world.random) }

    mutating func perform(_ fault: Fault) {
        switch fault {
        case .change:
            guard let victim = victim() else { return }
            cluster.change(victim, record: nextRecord(), Bool.random(using: &world.random) ? .urgent : .routine)
        case .loss:
            world.network.loss = [0, 0.01, 0.05, 0.2, 0.4].randomElement(using: &world.random) ?? 0
        case .disorder:
            world.network.reordering = [0, 0.1, 0.5].randomElement(using: &world.random) ?? 0
            world.network.duplication = [0, 0.1, 0.5].randomElement(using: &world.random) ?? 0
        case .crash:
            if cluster.running.count > 1, let victim = victim() { cluster.crash(victim) }
        case .start: startOneThatIsDown()
        case .restart:
            cluster.start(world.random.integer(in: 1...members), record: nextRecord())
        case .leave:
            if cluster.running.count > 1, let victim = victim() { world.send(.leave, to: victim) }
        case .pause:
            if let victim = victim() { world.pause(victim) }
        case .resume:
            for process in cluster.running where process.isPaused { world.resume(process) }
        case .slow:
            let slowness = Bool.random(using: &world.random) ? Slowness.starved : .late
            if let victim = victim() { world.slow(victim, slowness) }
        case .quicken: world.quicken()
        case .split, .splitOneWay:
            let highest = world.processes.map(\.host.number).max() ?? 0
            world.network.sides = (0...highest).map { _ in UInt8(world.random.integer(in: 0...1)) }
            world.network.isOneWay = fault == .splitOneWay
        case .replay: world.network.replay = 0.3
        case .copy:
            if let victim = victim() { cluster.startCopy(of: GossipCluster.number(victim.node.core.id)) }
        case .cutPair:
            guard let one = victim(), let other = victim(), one !== other else { return }
            world.network.cutPairs.insert(HostPair(from: one.host, to: other.host))
        case .mend:
            world.network.sides = []
            world.network.cutPairs = []
        }
    }

    /// Ends all faults, and brings back whoever is down or has left.
    mutating func calmDown() {
        world.network = NetworkModel()
        world.quicken()
        for process in cluster.running where process.isPaused { world.resume(process) }
        // Whoever is saying farewell gets time for it.
        world.run(forMilliseconds: 3000)
        for number in 1...members where !isUp(number) { cluster.start(number, record: nextRecord()) }
    }

    private func isUp(_ number: Int) -> Bool {
        cluster.process(number).map { !$0.node.hasLeft && $0.node.core.localClaim.liveness != .left } ?? false
    }

    private mutating func startOneThatIsDown() {
        let down = (1...members).filter { !isUp($0) }
        if let number = down.randomElement(using: &world.random) { cluster.start(number, record: nextRecord()) }
    }

    /// Of various lengths: short ones ride on packets, long ones are fetched.
    private mutating func nextRecord() -> [UInt8] {
        record += 1
        let length = [9, 9, 300, 5_000].randomElement(using: &world.random) ?? 9
        return (0..<8).map { UInt8(truncatingIfNeeded: record >> (8 * $0)) } + world.random.bytes(length)
    }
}
