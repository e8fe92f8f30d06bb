internal import ClusterModel
internal import MySQLSession

/// What the proxy counts. In the order of STATUS.
enum ProxyCounter: Int, CaseIterable, Sendable {
    case acceptedConnections
    case currentConnections
    case refusedConnections
    case failedLogins
    case inspectedCommands
    case virtualStatements
    case longReadings
    case longStatements
    case waitingSessions
    case topologyNotices
    case protocolViolations
    case backendFailures
    case endsAtGate
    case bytesFromClients
    case bytesFromServer

    init(_ counted: Conversation.Counted) {
        self =
            switch counted {
            case .virtualStatement: .virtualStatements
            case .topologyNotice: .topologyNotices
            case .inspectedCommand: .inspectedCommands
            case .backendFailure: .backendFailures
            }
    }

    /// As STATUS tells it.
    func metric(_ value: Int) -> Metric {
        switch self {
        case .acceptedConnections: .counter("PROXY_CONNECTIONS_ACCEPTED", value, "Clients that were taken in.")
        case .currentConnections: .gauge("PROXY_CONNECTIONS_CURRENT", value, "Clients that are connected.")
        case .refusedConnections: .counter("PROXY_CONNECTIONS_REFUSED", value, "Clients beyond a limit on connections.")
        case .failedLogins: .counter("PROXY_LOGINS_FAILED", value, "Logins that were refused, or took too long.")
        case .inspectedCommands:
            .counter("PROXY_COMMANDS_INSPECTED", value, "Commands that were held back to look at.")
        case .virtualStatements: .counter("PROXY_VIRTUAL_STATEMENTS", value, "Statements on the virtual tables.")
        case .longReadings:
            .counter(
                "PROXY_LONG_READINGS",
                value,
                "Statements and parameters that were too long for an event loop to read."
            )
        case .longStatements:
            .counter(
                "PROXY_LONG_STATEMENTS",
                value,
                "Statements on the tables that were more than an event loop does itself."
            )
        case .waitingSessions:
            .gauge("PROXY_WAITING_SESSIONS", value, "Sessions in wait_for_change and wait_for_leader.")
        case .topologyNotices: .counter("PROXY_TOPOLOGY_NOTICES", value, "OK packets that told of a change.")
        case .protocolViolations:
            .counter(
                "PROXY_PROTOCOL_VIOLATIONS",
                value,
                "Sessions that ended because a client or mysqld broke the protocol."
            )
        case .backendFailures:
            .counter(
                "PROXY_BACKEND_FAILURES",
                value,
                "Connections to mysqld that could not be had, or ended during a command."
            )
        case .endsAtGate:
            .counter(
                "PROXY_ENDS_AT_GATE",
                value,
                "Sessions that ended because this node may not be written to any more."
            )
        case .bytesFromClients:
            .counter("PROXY_BYTES_FROM_CLIENTS", value, in: .bytes, "Passed on from clients to mysqld.")
        case .bytesFromServer: .counter("PROXY_BYTES_FROM_SERVER", value, in: .bytes, "Received from mysqld.")
        }
    }
}
