internal import Dispatch
internal import Foundation
internal import Simulator
internal import Synchronization

/// Runs of `QuorumChaos`, as many side by side as there are cores.
enum QuorumRuns {
    private struct Sum {
        var failures = 0
        var slowest = 0
    }

    /// Prints each run in which something did not hold, with the command that repeats it, and a line of figures.
    static func run(_ options: SimulateOptions) -> Int32 {
        let began = Date()
        let sum = Mutex(Sum())
        DispatchQueue.concurrentPerform(iterations: options.seeds) { number in
            let seed = options.seed + UInt64(number)
            var chaos = QuorumChaos(seed: seed)
            chaos.disturbedMilliseconds = options.seconds * 1_000
            let report = chaos.run()
            sum.withLock { sum in
                sum.slowest = max(sum.slowest, report.healedAfterMilliseconds ?? 0)
                guard let broken = report.broken else { return }
                sum.failures += 1
                print("FAILED \(broken)\n  scripts/simulate quorum --seed \(seed) --seconds \(options.seconds)")
            }
        }
        let (failures, slowest) = sum.withLock { ($0.failures, $0.slowest) }
        let seconds = Date().timeIntervalSince(began)
        print(
            "\(options.seeds) runs of \(options.seconds) s of faults, \(failures) failed, in "
                + String(format: "%.0f s", seconds) + ", slowest to go on when mended \(slowest) ms"
        )
        return failures == 0 ? 0 : 1
    }
}
