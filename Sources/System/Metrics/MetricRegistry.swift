package import ClusterModel

/// Everything that the process counts and measures: the one list that STATUS shows.
package struct MetricRegistry: Sendable {
    package struct DeclaredTwice: Error, Hashable, CustomStringConvertible {
        package let name: String

        package var description: String { "the metric \(name) is declared twice" }
    }

    private let sources: [any MetricSource]

    /// - Parameter sources: in the order in which their metrics are shown.
    package init(_ sources: [any MetricSource]) throws(DeclaredTwice) {
        self.sources = sources
        var names: Set<String> = []
        for metric in current where !names.insert(metric.name).inserted { throw DeclaredTwice(name: metric.name) }
    }

    /// All of them as they are now.
    package var current: [Metric] { sources.flatMap(\.metrics) }
}
