/// A number that the process counts or measures, or a word for how it stands, with what readers are told of it.
///
/// Whoever counts it declares it, once, among its `metrics`; STATUS shows all of them.
package struct Metric: Hashable, Sendable {
    package enum Value: Hashable, Sendable {
        /// How often something has happened since the start, or how much of it: never less than before.
        case counter(Int)
        /// How it is now.
        case gauge(Int)
        case text(String)
    }

    package enum Unit: Hashable, Sendable { case bytes, seconds, milliseconds }

    /// As STATUS shows it.
    package let name: String
    package private(set) var value: Value
    /// Nil for what is counted by the piece, and for texts.
    package let unit: Unit?
    /// What it means: one sentence.
    package let help: String

    package static func counter(
        _ name: String,
        _ value: some BinaryInteger,
        in unit: Unit? = nil,
        _ help: String
    ) -> Metric {
        Metric(name: name, value: .counter(Int(clamping: value)), unit: unit, help: help)
    }

    package static func gauge(
        _ name: String,
        _ value: some BinaryInteger,
        in unit: Unit? = nil,
        _ help: String
    ) -> Metric {
        Metric(name: name, value: .gauge(Int(clamping: value)), unit: unit, help: help)
    }

    package static func text(_ name: String, _ value: String, _ help: String) -> Metric {
        Metric(name: name, value: .text(value), unit: nil, help: help)
    }

    /// Of what several count for themselves, such as event loops.
    ///
    /// - Parameter parts: the same metrics in the same order from each; texts are those of the first.
    package static func sums(of parts: [[Metric]]) -> [Metric] {
        guard var sums = parts.first else { return [] }
        for part in parts.dropFirst() {
            for (index, metric) in zip(sums.indices, part) { sums[index].value.add(metric.value) }
        }
        return sums
    }
}

extension Metric.Value: CustomStringConvertible {
    package var description: String {
        switch self {
        case .counter(let number), .gauge(let number): String(number)
        case .text(let text): text
        }
    }

    fileprivate mutating func add(_ other: Metric.Value) {
        switch (self, other) {
        case (.counter(let sum), .counter(let number)): self = .counter(sum &+ number)
        case (.gauge(let sum), .gauge(let number)): self = .gauge(sum &+ number)
        default: break
        }
    }
}
