package import ClusterModel

/// A part of the process that counts or measures something.
package protocol MetricSource: Sendable {
    /// As they are now: the same metrics in the same order each time. Asked for on any thread, event loops included.
    var metrics: [Metric] { get }
}
