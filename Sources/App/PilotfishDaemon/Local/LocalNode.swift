package import ClusterModel
package import Proxy
internal import Synchronization

/// This node as it describes itself: the probe writes, gossip spreads it, the proxy asks it.
package final class LocalNode: NodeReporting {
    /// What to do with a new record.
    package struct Announcement: Equatable, Sendable {
        package var record: MemberRecord
        package var isUrgent: Bool
    }

    private struct State {
        var record: MemberRecord
        /// As others were last told.
        var announced: MemberRecord?
        var lastVersion: String?
        var probeNow: (@Sendable () -> Void)?
        var clientPath: ClientPath
    }

    private let state: Mutex<State>
    private let view: any ClusterViewSource
    private let redirects: Bool

    /// - Parameter redirects: whether clients of this node are sent to the primary (`sql.redirect: primary`).
    package init(record: MemberRecord, view: any ClusterViewSource, redirects: Bool = false) {
        // A connection by TCP identifies nobody.
        self.state = Mutex(State(record: record, clientPath: record.serverAddress == nil ? .unknown : .configured))
        self.view = view
        self.redirects = redirects
    }

    /// The probe has looked at mysqld.
    ///
    /// - Returns: nil when there is nothing new to tell.
    package func observed(_ condition: ServerCondition) -> Announcement? {
        let topologyVersion = view.current.topologyVersion
        return announce {
            $0.record.server = condition
            $0.record.topologyVersion = topologyVersion
            if let version = condition.observation?.version { $0.lastVersion = version }
        }
    }

    /// The probe runs: it can be asked to look.
    func attach(probeNow: @escaping @Sendable () -> Void) { state.withLock { $0.probeNow = probeNow } }

    /// The probe has tried what mysqld's unix socket opens.
    ///
    /// - Returns: the way for clients from now on, if it is another than before.
    package func noted(_ path: ClientPath) -> ClientPath? {
        state.withLock { state in
            // What was known stays until something else is.
            guard path != .unknown, path != state.clientPath else { return nil }
            state.clientPath = path
            return path
        }
    }

    /// The sidecar begins to stop.
    package func stopping() -> Announcement? {
        announce { $0.record.isStopping = true }
    }

    /// A reload has another threshold.
    package func changed(lagThresholdMilliseconds threshold: Int) -> Announcement? {
        announce { $0.record.lagThresholdMilliseconds = threshold }
    }

    private func announce(_ change: (inout State) -> Void) -> Announcement? {
        state.withLock { state in
            change(&state)
            guard state.record != state.announced else { return nil }
            let isUrgent = state.announced?.isUrgentChange(to: state.record) ?? true
            state.announced = state.record
            return Announcement(record: state.record, isUrgent: isUrgent)
        }
    }

    // MARK: - For the proxy

    package var serverVersion: String {
        state.withLock { $0.lastVersion } ?? "8.0.0-pilotfish"
    }

    package var isServerDown: Bool {
        state.withLock {
            if case .down = $0.record.server { true } else { false }
        }
    }

    package func lookAtServer() { state.withLock { $0.probeNow }?() }

    package var outageMessage: String {
        let reason =
            switch state.withLock({ $0.record.server }) {
            case .down: "is \(MemberState.offline.rawValue)"
            case .unknown: "is \(MemberState.starting.rawValue)"
            case .unseen, .up: "does not answer"
            }
        return "mysqld of this node \(reason); connect again later, or to another node"
    }

    package var primaryRoute: PrimaryRoute {
        let view = view.current
        guard let primary = view.primary else { return .none }
        return primary.id == view.localID ? .local : .remote(primary.record.sqlAddress)
    }

    package var clientPath: ClientPath { state.withLock { $0.clientPath } }

    package var topology: TopologyNotice { TopologyNotice(view.current, redirects: redirects) }

    package var primaryOutageMessage: String {
        guard let primary = view.current.primary else { return "the cluster has no primary at this moment" }
        return "the cluster's primary cannot be reached; its state is \(primary.state.rawValue)"
    }
}
