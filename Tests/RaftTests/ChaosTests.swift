import Simulator
import Testing

@Suite("Peers under faults")
struct ChaosTests {
    @Test("whatever goes wrong, what must hold holds; mended, a majority goes on", arguments: 1...50)
    func run(seed: UInt64) {
        let report = RaftChaos(seed: seed).run()
        #expect(report.broken == nil, "seed \(seed)")
    }
}
