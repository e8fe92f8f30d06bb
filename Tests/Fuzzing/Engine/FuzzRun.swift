/// Runs one target's cases up to a number or a time, or to the first failure.
package struct FuzzRun {
    package struct Limits: Sendable {
        package var cases: UInt64
        package var nanoseconds: UInt64
        /// A case that computes for longer has failed. Time in which the process had no processor does not count.
        package var caseNanoseconds: UInt64 = 1_000_000_000
        /// By how much the process's greatest memory may grow after the first cases.
        package var growthKiB = 64 * 1024

        package init(cases: UInt64 = .max, seconds: Double = .infinity) {
            self.cases = cases
            nanoseconds = seconds.isFinite ? UInt64(max(0, seconds) * 1e9) : .max
        }
    }

    package struct Summary: Sendable {
        package var cases: UInt64 = 0
        package var nanoseconds: UInt64 = 0
        /// The longest case.
        package var slowestNanoseconds: UInt64 = 0
        package var peakKiB = 0
        package var growthKiB = 0
        package var failure: Failure?
    }

    package struct Failure: Sendable {
        package var what: String
        package var iteration: UInt64
        /// Empty when no single case is to blame.
        package var input: [UInt8]
    }

    /// After so many cases the memory that the targets keep for good has been taken.
    private static let warmUpCases: UInt64 = 1000

    package let target: any FuzzTarget
    package let seed: UInt64
    package let limits: Limits
    private let record: CaseRecord?

    /// - Parameter record: where each case is noted before it runs.
    package init(target: any FuzzTarget, seed: UInt64, limits: Limits, record: CaseRecord? = nil) {
        self.target = target
        self.seed = seed
        self.limits = limits
        self.record = record
    }

    /// - Parameter kept: inputs of earlier failures, which come first.
    package func run(kept: [[UInt8]] = []) -> Summary {
        var summary = Summary()
        let start = FuzzClock.nanoseconds
        var baseline = 0
        var iteration: UInt64 = 0
        while summary.failure == nil, iteration < limits.cases, FuzzClock.nanoseconds - start < limits.nanoseconds {
            let input: [UInt8]
            if iteration < UInt64(kept.count) {
                input = kept[Int(iteration)]
            } else {
                // Each iteration has a generator of its own: a failure needs only the seed and its number.
                var random = FuzzRandom(seed: seed &+ iteration &* 0xd129_0e6b_4d9f_5a3d)
                input = target.makeInput(using: &random)
            }
            runCase(input, iteration, &summary)
            iteration += 1
            if iteration == Self.warmUpCases { baseline = ProcessMemory.peakKiB }
        }
        summary.cases = iteration
        summary.nanoseconds = FuzzClock.nanoseconds - start
        summary.peakKiB = ProcessMemory.peakKiB
        if baseline > 0 { summary.growthKiB = summary.peakKiB - baseline }
        if summary.failure == nil, summary.growthKiB > limits.growthKiB {
            summary.failure = Failure(
                what: "memory grew by \(summary.growthKiB) KiB, more than \(limits.growthKiB)",
                iteration: iteration,
                input: []
            )
        }
        return summary
    }

    private func runCase(_ input: [UInt8], _ iteration: UInt64, _ summary: inout Summary) {
        record?.begin(seed: seed, iteration: iteration, input: input, now: FuzzClock.nanoseconds)
        let begin = FuzzClock.processorNanoseconds
        var what: String?
        do {
            try target.run(input)
        } catch {
            what = error.description
        }
        record?.end()
        let took = FuzzClock.processorNanoseconds - begin
        summary.slowestNanoseconds = max(summary.slowestNanoseconds, took)
        if what == nil, took > limits.caseNanoseconds { what = "the case took \(took / 1_000_000) ms" }
        if let what { summary.failure = Failure(what: what, iteration: iteration, input: input) }
    }
}
