import Simulator
import Testing

@Suite("A quorum's life under faults")
struct ChaosTests {
    @Test("whatever goes wrong, what must hold holds; mended, it goes on", arguments: 1...50)
    func run(seed: UInt64) {
        let report = QuorumChaos(seed: seed).run()
        #expect(report.broken == nil, "seed \(seed)")
    }
}
