/// Everything that a member tells the others about itself. Only its owner writes it; it travels by gossip as bytes
/// (see `MemberRecord+Coding.swift`) under a version of its own.
package struct MemberRecord: Hashable, Sendable {
    package var name: String
    package var kind: NodeKind
    package var zone: String
    package var promotion: PromotionRule
    /// Where clients reach this member's sidecar (`sql.advertise`).
    package var sqlAddress: HostPort
    /// Where mysqld itself listens, if on TCP: replicas may name it as their source.
    package var serverAddress: HostPort?
    package var server: ServerCondition
    /// A replica further behind than this is LAGGING.
    package var lagThresholdMilliseconds: Int
    /// The sidecar has begun to stop.
    package var isStopping: Bool
    /// The greatest version that this member had seen when it wrote the record.
    package var topologyVersion: TopologyVersion
    /// Nil for a member that knows no quorum.
    package var quorum: QuorumWords?

    package init(
        name: String,
        kind: NodeKind = .database,
        zone: String = "",
        promotion: PromotionRule = .neutral,
        sqlAddress: HostPort,
        serverAddress: HostPort? = nil,
        server: ServerCondition = .unknown,
        lagThresholdMilliseconds: Int = 10_000,
        isStopping: Bool = false,
        topologyVersion: TopologyVersion = .zero,
        quorum: QuorumWords? = nil
    ) {
        self.name = name
        self.kind = kind
        self.zone = zone
        self.promotion = promotion
        self.sqlAddress = sqlAddress
        self.serverAddress = serverAddress
        self.server = server
        self.lagThresholdMilliseconds = lagThresholdMilliseconds
        self.isStopping = isStopping
        self.topologyVersion = topologyVersion
        self.quorum = quorum
    }

    /// The state that this member's own words give it; what gossip knows of it comes on top (see `ClusterView`).
    package var state: MemberState {
        if isStopping { return .stopping }
        if kind == .witness { return .online }
        if quorum?.isFenced == true { return .fenced }
        switch server {
        case .unknown: return .starting
        case .down: return .offline
        case .unseen: return .suspect
        case .up(let observation):
            if observation.replication.contains(where: { !$0.isRunning }) { return .recovering }
            let lag = observation.replication.compactMap(\.lagMilliseconds).max() ?? 0
            return lag > lagThresholdMilliseconds ? .lagging : .online
        }
    }

    /// Whether `next` differs in what others act on, so that it must be told at once; load and lag can wait.
    package func isUrgentChange(to next: MemberRecord) -> Bool {
        topologyRelevant != next.topologyRelevant
    }

    private struct TopologyRelevant: Equatable {
        var name: String
        var kind: NodeKind
        var zone: String
        var promotion: PromotionRule
        var sqlAddress: HostPort
        var serverAddress: HostPort?
        var state: MemberState
        var isReadOnly: Bool?
        var isReplicationKnown: Bool?
        var version: String?
        var serverID: UInt32?
        var sources: [Source]
        var quorum: QuorumWords?
    }

    private struct Source: Equatable {
        var address: HostPort
        var serverID: UInt32
    }

    private var topologyRelevant: TopologyRelevant {
        let seen = server.observation
        return TopologyRelevant(
            name: name,
            kind: kind,
            zone: zone,
            promotion: promotion,
            sqlAddress: sqlAddress,
            serverAddress: serverAddress,
            state: state,
            isReadOnly: seen?.isReadOnly,
            isReplicationKnown: seen?.isReplicationKnown,
            version: seen?.version,
            serverID: seen?.serverID,
            sources: seen?.replication.map { Source(address: $0.source, serverID: $0.sourceServerID) } ?? [],
            quorum: quorum
        )
    }
}
