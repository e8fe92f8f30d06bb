package import Logging
internal import Synchronization

/// The least level that is logged, of all loggers of the process; a reload changes it.
package final class SharedLogLevel: Sendable {
    private let index: Atomic<Int>

    package init(_ level: Logger.Level) {
        index = Atomic(Self.index(of: level))
    }

    package var current: Logger.Level { Logger.Level.allCases[index.load(ordering: .relaxed)] }

    package func set(_ level: Logger.Level) {
        index.store(Self.index(of: level), ordering: .relaxed)
    }

    private static func index(of level: Logger.Level) -> Int {
        Logger.Level.allCases.firstIndex(of: level) ?? 0
    }
}
