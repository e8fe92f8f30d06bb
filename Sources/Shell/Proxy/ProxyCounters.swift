internal import Synchronization

/// Counts of one event loop: written by its thread alone, read by any, so that no two loops share a cache line's worth
/// of work.
final class LoopCounters: Sendable {
    let acceptedConnections = Counter()
    let currentConnections = Counter()
    let refusedConnections = Counter()
    let failedLogins = Counter()
    let commandsInspected = Counter()
    let virtualStatements = Counter()
    let longStatements = Counter()
    let waitingSessions = Counter()
    let topologyNotices = Counter()
    let protocolViolations = Counter()
    let backendFailures = Counter()
    let bytesFromClients = Counter()
    let bytesFromServer = Counter()

    /// A number that one thread changes.
    final class Counter: Sendable {
        private let value = Atomic<Int>(0)

        var current: Int { value.load(ordering: .relaxed) }

        func add(_ amount: Int) {
            value.store(value.load(ordering: .relaxed) &+ amount, ordering: .relaxed)
        }
    }
}

/// The counts of all event loops: made before the proxy, so that the tables, which the proxy is made with, can show them.
package struct ProxyCounterSource: Sendable {
    let loops: [LoopCounters]

    package init(loopCount: Int) { loops = (0..<loopCount).map { _ in LoopCounters() } }

    package var current: ProxyCounters { ProxyCounters(loops) }
}

/// The sum over all event loops.
package struct ProxyCounters: Hashable, Sendable {
    package var acceptedConnections = 0
    package var currentConnections = 0
    package var refusedConnections = 0
    package var failedLogins = 0
    package var commandsInspected = 0
    package var virtualStatements = 0
    /// Those that were more than an event loop does itself.
    package var longStatements = 0
    /// Sessions in `wait_for_change` at this moment.
    package var waitingSessions = 0
    /// OK packets that told of a change.
    package var topologyNotices = 0
    package var protocolViolations = 0
    package var backendFailures = 0
    package var bytesFromClients = 0
    package var bytesFromServer = 0

    init(_ loops: [LoopCounters]) {
        for loop in loops {
            acceptedConnections += loop.acceptedConnections.current
            currentConnections += loop.currentConnections.current
            refusedConnections += loop.refusedConnections.current
            failedLogins += loop.failedLogins.current
            commandsInspected += loop.commandsInspected.current
            virtualStatements += loop.virtualStatements.current
            longStatements += loop.longStatements.current
            waitingSessions += loop.waitingSessions.current
            topologyNotices += loop.topologyNotices.current
            protocolViolations += loop.protocolViolations.current
            backendFailures += loop.backendFailures.current
            bytesFromClients += loop.bytesFromClients.current
            bytesFromServer += loop.bytesFromServer.current
        }
    }
}
