import Simulator
import Testing

@Suite("A quorum's life under faults")
struct ChaosTests {
    @Test("whatever goes wrong, what must hold holds; mended, it goes on", arguments: 1...50)
    func run(seed: UInt64) {
        var chaos = QuorumChaos(seed: seed)
        // Many short runs here; `QuorumChaos` by itself runs for a minute.
        chaos.disturbedMilliseconds = 15_000
        let report = chaos.run()
        #expect(report.broken == nil, "seed \(seed)")
    }
}
