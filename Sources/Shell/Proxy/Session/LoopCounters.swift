internal import ClusterModel
internal import Metrics

/// What one event loop counts: written by its thread alone, read by any.
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
    /// A cache line's worth, so that the counters of two loops never share one.
    private let distance = InlineArray<8, Int>(repeating: 0)

    var metrics: [Metric] {
        [
            .counter("PROXY_CONNECTIONS_ACCEPTED", acceptedConnections.current, "Clients that were taken in."),
            .gauge("PROXY_CONNECTIONS_CURRENT", currentConnections.current, "Clients that are connected."),
            .counter("PROXY_CONNECTIONS_REFUSED", refusedConnections.current, "Clients beyond a limit on connections."),
            .counter("PROXY_LOGINS_FAILED", failedLogins.current, "Logins that were refused, or took too long."),
            .counter("PROXY_COMMANDS_INSPECTED", commandsInspected.current, "Commands that were held back to look at."),
            .counter("PROXY_VIRTUAL_STATEMENTS", virtualStatements.current, "Statements on the virtual tables."),
            .counter(
                "PROXY_LONG_STATEMENTS",
                longStatements.current,
                "Statements on the tables that were more than an event loop does itself."
            ),
            .gauge("PROXY_WAITING_SESSIONS", waitingSessions.current, "Sessions in wait_for_change."),
            .counter("PROXY_TOPOLOGY_NOTICES", topologyNotices.current, "OK packets that told of a change."),
            .counter(
                "PROXY_PROTOCOL_VIOLATIONS",
                protocolViolations.current,
                "Sessions that ended because a client or mysqld broke the protocol."
            ),
            .counter(
                "PROXY_BACKEND_FAILURES",
                backendFailures.current,
                "Connections to mysqld that could not be had, or ended during a command."
            ),
            .counter(
                "PROXY_BYTES_FROM_CLIENTS",
                bytesFromClients.current,
                in: .bytes,
                "Passed on from clients to mysqld."
            ),
            .counter("PROXY_BYTES_FROM_SERVER", bytesFromServer.current, in: .bytes, "Received from mysqld."),
        ]
    }
}
