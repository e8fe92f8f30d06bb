internal import ClusterModel
internal import Gossip

/// A cluster that has formed, run for a while: what it costs, how fast it notices crashes and spreads changes, and how
/// often it is wrong.
package struct Measurement {
    package var members: Int
    package var seed: UInt64
    package var seconds = 300
    package var loss = 0.0
    /// This share of the members, and at least one if it is over 0, gets too little processor time.
    package var slowShare = 0.0
    package var slowness = Slowness.late
    /// The slow ones are slow for so long before anything is measured but wrong verdicts.
    package var warmUpSeconds = 0
    package var crashes = 5
    package var changes = 20
    package var isLifeguardOn = true
    package var recordBytes = 200

    package init(members: Int, seed: UInt64) {
        self.members = members
        self.seed = seed
    }

    package struct Figures: Sendable {
        package var members: Int
        package var loss: Double
        package var slow: Int
        package var isLifeguardOn: Bool
        package var probes: UInt64
        package var steps: UInt64
        /// Per member that runs, and second.
        package var datagramsPerSecond: Double
        package var bytesPerSecond: Double
        package var streamBytesPerSecond: Double
        package var firstDetection: [Int]
        package var detection: [Int]
        package var deathSpread: [Int]
        package var recordSpread: [Int]
        package var gossipIntervalMilliseconds: Int
        package var falsePositives: Int
        package var falsePositiveEvents: Int
        package var falsePositiveEventsAboutHealthy: Int
        package var falsePositiveEventsAmongHealthy: Int
        package var suspicionEvents: Int
        /// Bytes of datagrams and streams per member and second while nothing happened.
        package var calmBytesPerSecond: Double
    }

    package func run() -> Figures {
        var settings = GossipSettings(clusterName: "orders")
        if !isLifeguardOn { settings.lifeguard = [] }
        let cluster = GossipCluster(seed: seed, settings: settings, isChecked: false)
        let world = cluster.world
        cluster.form(members, recordBytes: recordBytes)
        world.network.loss = loss
        // The first round of comparisons and probes is spread over this time.
        world.run(forMilliseconds: 2000)

        let slow = slowShare > 0 ? max(1, Int(Double(members) * slowShare)) : 0
        for process in world.processes.suffix(slow) { world.slow(process, slowness) }

        world.run(forMilliseconds: warmUpSeconds * 1000)

        // A tenth of the time nothing happens but the protocol itself; it shows the cost of standing by.
        let before = world.traffic
        let calm = max(1, seconds / 10)
        world.run(forMilliseconds: calm * 1000)
        let after = world.traffic

        // The others of what happens, evenly.
        let rest = (seconds - calm) * 1000
        // Time for the last crash to be found and told of.
        let tail = min(rest / 3, 60_000)
        let events = (0..<changes).map { _ in false } + (0..<min(crashes, members / 3)).map { _ in true }
        let pause = (rest - tail) / max(1, events.count)
        for (index, isCrash) in events.shuffled(using: &world.random).enumerated() {
            let healthy = cluster.running.filter { $0.slowness == nil }
            if let victim = healthy.randomElement(using: &world.random) {
                if isCrash {
                    cluster.crash(victim)
                } else {
                    cluster.change(victim, record: world.random.bytes(recordBytes), .urgent)
                }
            }
            let used = world.random.integer(in: 0...max(0, pause))
            world.run(forMilliseconds: used)
            if index + 1 < events.count { world.run(forMilliseconds: pause - used) }
        }
        let left = 1_000_000_000 + UInt64(seconds + warmUpSeconds + 2) * 1_000_000_000
        world.run(until: .init(nanoseconds: left))

        let statistics = cluster.statistics
        let share = Double(members) * Double(seconds + warmUpSeconds + 2)
        func perSecond(_ bytes: UInt64) -> Double { Double(bytes) / share }
        let calmBytes = after.datagramBytes - before.datagramBytes + after.streamBytes - before.streamBytes
        return Figures(
            members: members,
            loss: loss,
            slow: slow,
            isLifeguardOn: isLifeguardOn,
            probes: world.processes.reduce(0) { $0 + $1.node.core.counters.probes },
            steps: world.steps,
            datagramsPerSecond: perSecond(world.traffic.datagrams),
            bytesPerSecond: perSecond(world.traffic.datagramBytes),
            streamBytesPerSecond: perSecond(world.traffic.streamBytes),
            firstDetection: statistics.firstDetection,
            detection: statistics.detection,
            deathSpread: statistics.deathSpread,
            recordSpread: statistics.recordSpread,
            gossipIntervalMilliseconds: settings.gossipIntervalMilliseconds,
            falsePositives: statistics.falsePositives,
            falsePositiveEvents: statistics.falsePositiveEvents,
            falsePositiveEventsAboutHealthy: statistics.falsePositiveEventsAboutHealthy,
            falsePositiveEventsAmongHealthy: statistics.falsePositiveEventsAmongHealthy,
            suspicionEvents: statistics.suspicionEvents,
            calmBytesPerSecond: Double(calmBytes) / (Double(members) * Double(calm))
        )
    }
}
