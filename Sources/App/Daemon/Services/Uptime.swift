internal import Clocks
internal import ClusterModel
internal import Metrics

/// How long the process has run.
struct Uptime: MetricSource {
    private let startedAt = Clocks.monotonic

    var metrics: [Metric] {
        let seconds = Clocks.monotonic.milliseconds(since: startedAt) / 1000
        return [.gauge("UPTIME_SECONDS", seconds, in: .seconds, "Since this sidecar was started.")]
    }
}
