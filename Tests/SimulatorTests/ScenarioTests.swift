import ClusterModel
import Gossip
import Testing

@testable import Simulator

@Suite("Clusters in trouble")
struct ScenarioTests {
    @Test(
        "faults at random: everything holds after every step, and the views agree when the faults stop",
        arguments: Scenario.allCases
    )
    func scenarios(scenario: Scenario) {
        for seed in UInt64(0)..<6 {
            for members in [2, 3, 5] {
                var run = ScenarioRun(scenario: scenario, seed: seed, members: members)
                run.seconds = 10
                let outcome = run.run()
                #expect(
                    outcome.failure == nil,
                    "--scenario \(scenario) --seed \(seed) --members \(members) --seconds 10"
                )
            }
        }
    }

    @Test(
        "seeds that failed once",
        arguments: [
            (Scenario.churn, 62_052, 4, 40), (.churn, 20_618, 3, 20), (.upgrade, 404, 5, 20), (.copies, 70, 2, 10),
            (.copies, 74, 5, 10),
        ]
    )
    func former(scenario: Scenario, seed: UInt64, members: Int, seconds: Int) {
        var run = ScenarioRun(scenario: scenario, seed: seed, members: members)
        run.seconds = seconds
        #expect(run.run().failure == nil)
    }

    @Test("the same seed gives the same run", arguments: [Scenario.churn, .slow])
    func repeatable(scenario: Scenario) {
        let runs = (0..<2).map { _ in ScenarioRun(scenario: scenario, seed: 77, members: 5).run() }
        #expect(runs[0].steps == runs[1].steps)
        #expect(runs[0].convergenceMilliseconds == runs[1].convergenceMilliseconds)
    }

    @Test("a check that fails stops the run: views that do not agree are told apart from the truth")
    func disagreement() throws {
        let cluster = GossipCluster(seed: 1, settings: GossipSettings(clusterName: "orders"))
        for number in 1...3 { cluster.start(number) }
        cluster.world.run(forMilliseconds: 3000)
        #expect(cluster.disagreement() == nil)
        cluster.world.network.sides = [0, 0, 1]
        cluster.world.run(forMilliseconds: 10_000)
        #expect(cluster.disagreement() != nil)
    }

    @Test("a cluster that has formed is whole from the first moment, and a newcomer is taken in")
    func formed() throws {
        let cluster = GossipCluster(seed: 2, settings: GossipSettings(clusterName: "orders"))
        cluster.form(40)
        #expect(cluster.disagreement() == nil)
        cluster.start(41)
        let time = cluster.world.time(withinMilliseconds: 5000) { cluster.disagreement() == nil }
        #expect(time != nil)
    }
}

@Suite("What gossip costs and how fast it is")
struct MeasurementTests {
    private func figures(_ members: Int, _ change: (inout Measurement) -> Void = { _ in }) -> Measurement.Figures {
        var measurement = Measurement(members: members, seed: 5)
        measurement.seconds = 60
        measurement.crashes = 0
        measurement.changes = 0
        change(&measurement)
        return measurement.run()
    }

    @Test("the traffic of a member does not grow with the cluster")
    func traffic() {
        let few = figures(10).calmBytesPerSecond
        let many = figures(80).calmBytesPerSecond
        #expect(abs(many / few - 1) < 0.1)
    }

    @Test("an urgent change reaches all within 3·log2(n) gossip rounds, also where packets are lost")
    func dissemination() throws {
        let figures = figures(32) {
            $0.changes = 5
            $0.loss = 0.05
        }
        let latest = try #require(GossipStatistics.percentile(0.99, of: figures.recordSpread))
        #expect(figures.recordSpread.count >= 5 * 30)
        #expect(latest <= 15 * figures.gossipIntervalMilliseconds)
    }

    @Test("a member that handles messages late makes others die for plain SWIM, and far fewer with Lifeguard")
    func lifeguard() {
        func events(_ isLifeguardOn: Bool) -> Int {
            figures(30) {
                $0.slowShare = 0.07
                $0.isLifeguardOn = isLifeguardOn
            }.falsePositiveEventsAboutHealthy
        }
        let plain = events(false)
        #expect(plain > 100)
        #expect(events(true) * 20 <= plain)
    }
}
