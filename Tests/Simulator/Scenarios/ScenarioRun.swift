internal import ClusterModel
package import Gossip

/// One cluster, one scenario, one seed: faults at random for a while, then quiet. What must hold all the time is
/// checked after every step; at the end the views must agree with the truth, and nobody may die any more.
package struct ScenarioRun {
    package var scenario: Scenario
    package var seed: UInt64
    package var members: Int
    /// For how long faults happen.
    package var seconds = 20
    package var settings = GossipSettings(clusterName: "orders")
    /// How long the views may take to agree once the faults have stopped.
    package var patienceMilliseconds = 60_000

    /// Is given a line for each fault and each thing that a node reports.
    package var trace: ((String) -> Void)?

    package struct Outcome: Sendable {
        /// Nil: everything held.
        package var failure: String?
        package var steps: UInt64
        package var virtualMilliseconds: Int
        /// Until the views agreed.
        package var convergenceMilliseconds: Int?
    }

    package init(scenario: Scenario, seed: UInt64, members: Int) {
        self.scenario = scenario
        self.seed = seed
        self.members = members
    }

    package func run() -> Outcome {
        let cluster = GossipCluster(seed: seed, settings: settings)
        let world = cluster.world
        let start = world.now
        cluster.seedCount = min(3, members)
        cluster.trace = trace
        if scenario == .upgrade { cluster.versions = [ProtocolVersions(1...1), ProtocolVersions(1...2)] }
        // A year: whoever took another's clock for its own would order by it.
        cluster.maximumClockOffsetMilliseconds = 365 * 24 * 3_600_000
        var convergence: Int?
        func outcome(_ failure: String?) -> Outcome {
            Outcome(
                failure: cluster.invariants?.violation ?? failure,
                steps: world.steps,
                virtualMilliseconds: world.now.milliseconds(since: start),
                convergenceMilliseconds: convergence
            )
        }
        func isOver() -> Bool { cluster.invariants?.violation != nil }

        for number in 1...(scenario == .growth ? 1 : members) { cluster.start(number) }
        let formation = world.time(withinMilliseconds: patienceMilliseconds, stepMilliseconds: 100) {
            isOver() || cluster.disagreement() == nil
        }
        guard formation != nil, !isOver() else { return outcome("the cluster does not form") }

        var script = FaultScript(cluster: cluster, members: members)
        let end = world.now.adding(milliseconds: seconds * 1000)
        while world.now < end, !isOver() {
            let fault = scenario.faults.randomElement(using: &world.random) ?? .change
            cluster.note("fault: \(fault)")
            script.perform(fault)
            world.run(forMilliseconds: world.random.integer(in: 0...3000))
        }
        if scenario.isHarmless, cluster.statistics.falsePositiveEvents > 0 {
            return outcome("somebody died without a fault")
        }

        cluster.note("the faults end")
        script.calmDown()
        // Until the last packet that somebody has recorded and sent again.
        if scenario.replays { world.run(forMilliseconds: NetworkModel.maximumReplayMilliseconds) }
        convergence = world.time(withinMilliseconds: patienceMilliseconds, stepMilliseconds: 100) {
            isOver() || cluster.disagreement() == nil
        }
        guard convergence != nil, !isOver() else {
            return outcome("the views do not agree: " + (cluster.disagreement() ?? "late"))
        }
        let deaths = cluster.statistics.falsePositiveEvents
        world.run(forMilliseconds: 15_000)
        guard cluster.statistics.falsePositiveEvents == deaths else { return outcome("somebody died in the calm") }
        return outcome(cluster.disagreement().map { "the views agreed, and then not: " + $0 })
    }
}
