package import ClusterModel

/// Where the tables' rows come from. Each closure is called on the thread that runs the statement, and must be quick.
package struct VirtualTableSources: Sendable {
    package var view: any ClusterViewSource
    /// STATUS, in the order of its rows.
    package var status: @Sendable () -> [(name: String, value: String)]
    /// SETTINGS, in the order of its rows. Whoever gives them blanks the secrets.
    package var settings: @Sendable () -> [SettingRow]
    package var now: @Sendable () -> (monotonic: MonotonicTime, wall: WallTime)
    /// Nil where no quorum decides.
    package var quorum: QuorumSources?

    package init(
        view: any ClusterViewSource,
        status: @escaping @Sendable () -> [(name: String, value: String)],
        settings: @escaping @Sendable () -> [SettingRow],
        now: @escaping @Sendable () -> (monotonic: MonotonicTime, wall: WallTime),
        quorum: QuorumSources? = nil
    ) {
        self.view = view
        self.status = status
        self.settings = settings
        self.now = now
        self.quorum = quorum
    }
}

/// The quorum's clock, what runs by it on this node, and what applications have the quorum decide.
package struct QuorumSources: Sendable {
    package var now: @Sendable () -> BootTime
    /// Until when this node may be written to as the primary; nil while it may not.
    package var leaseEnds: @Sendable () -> BootTime?
    /// SERVICES, in the order of its rows.
    package var services: @Sendable () -> [ServiceRow]

    package init(
        now: @escaping @Sendable () -> BootTime,
        leaseEnds: @escaping @Sendable () -> BootTime?,
        services: @escaping @Sendable () -> [ServiceRow] = { [] }
    ) {
        self.now = now
        self.leaseEnds = leaseEnds
        self.services = services
    }
}

/// A service that applications elect a leader for.
package struct ServiceRow: Hashable, Sendable {
    package var name: String
    package var leader: String?
    package var term: ServiceTerm
    package var leaseMilliseconds: Int
    package var remainingMilliseconds: Int?
    package var acquiredAt: WallTime?
    package var observers: Int

    package init(
        name: String,
        leader: String?,
        term: ServiceTerm,
        leaseMilliseconds: Int,
        remainingMilliseconds: Int?,
        acquiredAt: WallTime?,
        observers: Int
    ) {
        self.name = name
        self.leader = leader
        self.term = term
        self.leaseMilliseconds = leaseMilliseconds
        self.remainingMilliseconds = remainingMilliseconds
        self.acquiredAt = acquiredAt
        self.observers = observers
    }
}

/// One key of the effective configuration.
package struct SettingRow: Hashable, Sendable {
    /// With its section: `sql.listen`.
    package var name: String
    package var value: String
    /// `default`, `file` or `environment`.
    package var source: String
    /// A reload takes over a new value.
    package var reloadable: Bool
    /// Nobody else sees it.
    package var isForOperators: Bool

    package init(name: String, value: String, source: String, reloadable: Bool, isForOperators: Bool = false) {
        self.isForOperators = isForOperators
        self.name = name
        self.value = value
        self.source = source
        self.reloadable = reloadable
    }
}
