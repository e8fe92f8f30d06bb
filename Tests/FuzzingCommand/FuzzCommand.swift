internal import Foundation
internal import Fuzzing

/// `pilotfish-fuzz TARGET [--seconds N] [--cases N] [--seed S] [--corpus DIR] [--input FILE]`
///
/// The cases run in a process of their own: if it traps or hangs, the one that started it still knows the input.
@main
enum FuzzCommand {
    /// A case that runs for so long will not end by itself.
    private static let hangNanoseconds: UInt64 = 10_000_000_000

    static func main() {
        do {
            let options = try FuzzOptions(Array(CommandLine.arguments.dropFirst()))
            exit(options.record == nil ? try supervise(options) : try work(options))
        } catch {
            FileHandle.standardError.write(Data("\(error)\n".utf8))
            exit(64)
        }
    }

    // MARK: The process that runs the cases

    private static func work(_ options: FuzzOptions) throws -> Int32 {
        let corpus = try Corpus(directory: options.corpus)
        let kept: [[UInt8]]
        var limits = FuzzRun.Limits(cases: options.cases, seconds: options.seconds)
        options.target.adjust(&limits)
        if let input = options.input {
            kept = [try Corpus.bytes(of: input)]
            limits.cases = 1
        } else {
            kept = try corpus.kept(options.target)
        }
        let run = FuzzRun(
            target: try options.target.make(corpus),
            seed: options.seed,
            limits: limits,
            record: options.record.flatMap { CaseRecord(path: $0) }
        )
        let summary = run.run(kept: kept)
        if let failure = summary.failure {
            try report(
                failure.what,
                seed: options.seed,
                iteration: failure.iteration,
                input: options.input == nil ? failure.input : [],
                options
            )
        }
        let seconds = Double(summary.nanoseconds) / 1e9
        let rate = seconds > 0 ? Int(Double(summary.cases) / seconds) : 0
        print(
            "\(options.target.rawValue): \(summary.cases) cases in \(tenths(seconds)) s, \(rate) cases/s, "
                + "slowest case \(tenths(Double(summary.slowestNanoseconds) / 1e6)) ms, "
                + "peak memory \(summary.peakKiB / 1024) MiB (grown by \(summary.growthKiB / 1024) MiB), "
                + "seed \(options.seed): \(summary.failure == nil ? "passed" : "FAILED")"
        )
        return summary.failure == nil ? 0 : 1
    }

    private static func tenths(_ number: Double) -> String { String(format: "%.1f", number) }

    private static func report(
        _ what: String,
        seed: UInt64,
        iteration: UInt64,
        input: [UInt8],
        _ options: FuzzOptions
    ) throws {
        print("\(options.target.rawValue): \(what)")
        print("  seed \(seed), iteration \(iteration)")
        guard !input.isEmpty else { return }
        print("  input " + input.map { String(format: "%02x", $0) }.joined())
        let corpus = try Corpus(directory: options.corpus)
        print("  kept as " + (try corpus.keep(input, of: options.target, seed: seed, iteration: iteration)))
    }

    // MARK: The process that watches it

    private static func supervise(_ options: FuzzOptions) throws -> Int32 {
        let path = NSTemporaryDirectory() + "pilotfish-fuzz-\(getpid())"
        defer { unlink(path) }
        guard let record = CaseRecord(path: path) else { throw FuzzOptions.Mistake("cannot write \(path)") }
        let child = Process()
        child.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        child.arguments = Array(CommandLine.arguments.dropFirst()) + ["--record", path]
        try child.run()
        var isHung = false
        while child.isRunning {
            Thread.sleep(forTimeInterval: 0.1)
            if let started = record.started, FuzzClock.nanoseconds > started + hangNanoseconds, child.isRunning {
                isHung = true
                kill(child.processIdentifier, SIGKILL)
            }
        }
        child.waitUntilExit()
        guard child.terminationReason == .uncaughtSignal else { return child.terminationStatus }
        let what = isHung ? "the case does not end" : "ended by signal \(child.terminationStatus)"
        try report(
            what,
            seed: record.seed,
            iteration: record.iteration,
            input: options.input == nil && record.started != nil ? record.input : [],
            options
        )
        print("\(options.target.rawValue): FAILED after \(record.iteration) cases")
        return 1
    }
}
