package import ClusterModel
internal import Metrics

/// The counts of all event loops: made before the proxy, so that the tables, which the proxy is made with, can show them.
package struct ProxyCounters: MetricSource {
    let loops: [LoopCounters]

    package init(loopCount: Int) { loops = (0..<loopCount).map { _ in LoopCounters() } }

    /// The sums over all loops.
    package var metrics: [Metric] { Metric.sums(of: loops.map(\.metrics)) }
}
