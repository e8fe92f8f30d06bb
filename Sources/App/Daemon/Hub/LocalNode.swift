internal import ClusterModel
internal import Metrics
internal import MySQLClient
internal import MySQLSession
internal import Proxy
internal import Synchronization

/// What the proxy asks of this node, kept ready: event loops read it.
final class LocalNode: NodeReporting, ClusterHubListener {
    private struct State {
        var server = ServerCondition.unknown
        var topology = TopologyNotice.none
        var primaryRoute = PrimaryRoute.none
        var primaryState: MemberState?
        var clientPath: ClientPath
    }

    private let state: Mutex<State>
    private let probeSignal: ThreadSignal
    private let redirects: Bool
    private let isWitness: Bool

    /// - Parameters:
    ///   - record: with which the node begins.
    ///   - redirects: whether clients of this node are sent to the primary (`sql.redirect: primary`).
    init(record: MemberRecord, probeSignal: ThreadSignal, redirects: Bool) {
        isWitness = record.kind == .witness
        // A connection by TCP identifies nobody.
        let path: ClientPath = record.serverAddress == nil ? .unknown : .configured
        state = Mutex(State(clientPath: isWitness ? .nowhere : path))
        self.probeSignal = probeSignal
        self.redirects = redirects
    }

    func viewChanged(_ change: ViewChange) {
        let topology = TopologyNotice(change.new, redirects: redirects)
        let server = change.new.local?.record.server ?? .unknown
        let primary = change.new.primary
        let route = primary.map { primary -> PrimaryRoute in
            primary.id == change.new.localID ? .local : .remote(primary.record.sqlAddress)
        }
        state.withLock {
            $0.topology = topology
            $0.server = server
            $0.primaryRoute = route ?? .none
            $0.primaryState = primary?.state
        }
    }

    /// The probe has tried what mysqld's unix socket opens.
    ///
    /// - Returns: whether clients come by another way from now on.
    func noted(_ path: ClientPath) -> Bool {
        state.withLock { state in
            // What was known stays until something else is.
            guard path != .unknown, path != state.clientPath else { return false }
            state.clientPath = path
            return true
        }
    }

    // MARK: - For the proxy

    var serverVersion: String {
        state.withLock { $0.server.observation?.version } ?? "8.0.0-pilotfish"
    }

    var isServerDown: Bool {
        state.withLock {
            if case .down = $0.server { true } else { isWitness }
        }
    }

    func lookAtServer() { probeSignal.wake() }

    var outageMessage: String {
        if isWitness { return "this node is a witness and has no mysqld; connect to another node" }
        let reason =
            switch state.withLock({ $0.server }) {
            case .down: "is \(MemberState.offline.rawValue)"
            case .unknown: "is \(MemberState.starting.rawValue)"
            case .unseen, .up: "does not answer"
            }
        return "mysqld of this node \(reason); connect again later, or to another node"
    }

    var primaryRoute: PrimaryRoute { state.withLock { $0.primaryRoute } }

    var clientPath: ClientPath { state.withLock { $0.clientPath } }

    var topology: TopologyNotice { state.withLock { $0.topology } }

    var primaryOutageMessage: String {
        guard let primary = state.withLock({ $0.primaryState }) else {
            return "the cluster has no primary at this moment"
        }
        return "the cluster's primary cannot be reached; its state is \(primary.rawValue)"
    }
}

extension LocalNode: MetricSource {
    var metrics: [Metric] {
        [
            .text(
                "PROXY_CLIENT_PATH",
                clientPath.statusText,
                "How clients come to mysqld: CONFIGURED, LOOPBACK with the address, CLOSED, NONE for a witness, or UNKNOWN at first."
            )
        ]
    }
}
