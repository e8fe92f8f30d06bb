import ClusterModel
import Metrics
import Testing

@Suite struct MetricRegistryTests {
    /// Counts as an event loop does.
    private final class Loop: Sendable {
        let done = Counter()
        let open = Counter()

        var metrics: [Metric] {
            [
                .text("STATE", "well", "How it is."),
                .counter("DONE", done.current, "What is done."),
                .gauge("OPEN_BYTES", open.current, in: .bytes, "What is open."),
            ]
        }
    }

    private struct Loops: MetricSource {
        let loops: [Loop]
        var metrics: [Metric] { Metric.sums(of: loops.map(\.metrics)) }
    }

    private struct Fixed: MetricSource {
        let metrics: [Metric]
    }

    @Test func `a name is declared once`() throws {
        let done = Metric.counter("DONE", 1, "What is done.")
        let open = Metric.gauge("OPEN", 1, "What is open.")
        #expect(try MetricRegistry([Fixed(metrics: [done]), Fixed(metrics: [open])]).current == [done, open])
        let twice = Metric.gauge("DONE", 2, "Another.")
        #expect(throws: MetricRegistry.DeclaredTwice.self) {
            try MetricRegistry([Fixed(metrics: [done, open, twice])])
        }
        #expect(throws: MetricRegistry.DeclaredTwice.self) {
            try MetricRegistry([Fixed(metrics: [open, done]), Loops(loops: [Loop()])])
        }
    }

    @Test func `what several loops count is told as one sum, as it is at the moment`() throws {
        let loops = [Loop(), Loop(), Loop()]
        let registry = try MetricRegistry([Loops(loops: loops)])
        #expect(registry.current.map { "\($0.value)" } == ["well", "0", "0"])
        for (number, loop) in loops.enumerated() {
            loop.done.add(1)
            loop.open.add(10 * number)
        }
        loops[1].open.add(-3)
        #expect(
            registry.current == [
                .text("STATE", "well", "How it is."),
                .counter("DONE", 3, "What is done."),
                .gauge("OPEN_BYTES", 27, in: .bytes, "What is open."),
            ]
        )
        #expect(Metric.sums(of: []).isEmpty)
    }

    @Test func `what was counted is never lost, nor less for who reads meanwhile`() async throws {
        let loops = [Loop(), Loop()]
        let registry = try MetricRegistry([Loops(loops: loops)])
        let each = 100_000
        await withTaskGroup(of: Void.self) { group in
            for loop in loops {
                group.addTask { for _ in 0..<each { loop.done.add(1) } }
            }
            group.addTask {
                var last = 0
                while last < each * loops.count {
                    guard case .counter(let now) = registry.current[1].value, now >= last else {
                        Issue.record("\(registry.current[1].value) after \(last)")
                        return
                    }
                    last = now
                    await Task.yield()
                }
            }
        }
        #expect(registry.current[1].value == .counter(each * loops.count))
    }

    @Test func `a number that is too great for a row is the greatest`() {
        #expect(Metric.counter("DONE", UInt64.max, "What is done.").value == .counter(Int.max))
    }
}
