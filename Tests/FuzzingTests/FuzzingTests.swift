import Fuzzing
import Testing

/// A short run of each fuzzer, the same every time; `scripts/fuzz` runs them for long.
@Suite("Fuzzing", .serialized)
struct FuzzingTests {
    /// So that each takes less than two seconds without optimisation.
    private static let cases: [(FuzzTargets, UInt64)] = [
        (.packets, 3000), (.handshake, 3000), (.authentication, 300), (.session, 300), (.compression, 300),
        (.tokenizer, 150),
        (.proxyHeader, 300), (.gossip, 600), (.peerStream, 300), (.raft, 1000), (.quorum, 1000), (.gtid, 1000),
        (.execute, 3000),
        (.sql, 100),
    ]

    @Test("no input breaks what must hold, and those that once did come first", arguments: cases)
    func fewCases(name: FuzzTargets, cases: UInt64) throws {
        let corpus = try Corpus(longestSession: 1 << 20)
        let kept = try corpus.kept(name)
        // The time is not judged: other tests run beside this one.
        var limits = FuzzRun.Limits(cases: cases + UInt64(kept.count))
        limits.caseNanoseconds = .max
        limits.growthKiB = .max
        let summary = FuzzRun(target: try name.make(corpus), seed: 1, limits: limits).run(kept: kept)
        if let failure = summary.failure {
            Issue.record("\(name.rawValue), iteration \(failure.iteration): \(failure.what)")
        }
        #expect(summary.cases == limits.cases)
    }

    @Test("every target is run here")
    func allTargets() {
        #expect(Set(Self.cases.map(\.0)) == Set(FuzzTargets.allCases))
    }
}
