internal import ClusterModel
internal import Metrics

/// How often the probe has looked at mysqld.
final class ProbeCounters: ClusterHubListener, MetricSource {
    private let runs = Counter()
    private let failures = Counter()

    /// Under the hub's lock, so that one thread at a time counts.
    func viewChanged(_ change: ViewChange) {
        guard let look = change.look else { return }
        runs.add(1)
        if look.current == nil { failures.add(1) }
    }

    var metrics: [Metric] {
        [
            .counter("PROBE_RUNS", runs.current, "Looks at mysqld."),
            .counter("PROBE_FAILURES", failures.current, "Looks that did not succeed."),
        ]
    }
}
