internal import Foundation
internal import Simulator

@main
enum SimulateCommand {
    static func main() {
        do {
            let options = try SimulateOptions(Array(CommandLine.arguments.dropFirst()))
            switch options.work {
            case .check: exit(check(options))
            case .measure: exit(measure(options))
            case .quorum: exit(QuorumRuns.run(options))
            }
        } catch {
            FileHandle.standardError.write(Data("\(error)\n".utf8))
            exit(64)
        }
    }

    /// Runs scenarios and looks for a violation; prints the command that repeats a failure.
    private static func check(_ options: SimulateOptions) -> Int32 {
        let began = Date()
        var failures = 0
        var runs = 0
        var steps: UInt64 = 0
        var virtual = 0
        var slowest = 0
        for seed in options.seed..<(options.seed + UInt64(options.seeds)) {
            for scenario in options.scenarios {
                var run = ScenarioRun(scenario: scenario, seed: seed, members: options.members)
                run.seconds = options.seconds
                if options.isTraced { run.trace = { print($0) } }
                let outcome = run.run()
                runs += 1
                steps += outcome.steps
                virtual += outcome.virtualMilliseconds
                slowest = max(slowest, outcome.convergenceMilliseconds ?? 0)
                guard let failure = outcome.failure else { continue }
                failures += 1
                print("FAILED \(failure)")
                print(
                    "  scripts/simulate --seed \(seed) --members \(options.members) --scenario \(scenario.rawValue) "
                        + "--seconds \(options.seconds)"
                )
            }
        }
        let seconds = Date().timeIntervalSince(began)
        print(
            "\(runs) runs, \(failures) failed, \(steps) steps, \(virtual / 1000) virtual seconds in "
                + String(format: "%.1f s", seconds) + ", slowest agreement \(slowest) ms"
        )
        return failures == 0 ? 0 : 1
    }

    private static func measure(_ options: SimulateOptions) -> Int32 {
        var measurement = Measurement(members: options.members, seed: options.seed)
        measurement.seconds = options.seconds
        measurement.loss = options.loss
        measurement.slowShare = options.slow
        measurement.slowness = options.slowness
        measurement.warmUpSeconds = options.warmUp
        measurement.isLifeguardOn = options.isLifeguardOn
        measurement.crashes = options.crashes
        measurement.changes = options.changes
        let began = Date()
        let figures = measurement.run()
        let seconds = Date().timeIntervalSince(began)
        print(figures.line + String(format: ", %.1f s real, %d MiB", seconds, peakMemoryMiB()))
        return 0
    }

    /// The greatest resident size so far.
    private static func peakMemoryMiB() -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        let kibibytes = line?.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) } ?? 0
        return kibibytes / 1024
    }
}
