internal import Clocks
internal import ClusterModel
internal import Configuration
internal import Cryptography
internal import GossipTransport
internal import Logging
internal import Metrics
internal import MySQLClient
internal import Proxy
internal import RaftHost
internal import ServiceLifecycle
internal import VirtualTables

/// All parts of the sidecar: the one place where they are made, each with those that it needs, and joined.
struct Sidecar {
    private let configuration: Configuration
    private let hub: ClusterHub
    /// Nil for a witness.
    private let probe: ProbeService?
    private let gossip: GossipMembership
    /// Nil where roles are observed alone.
    private let quorum: QuorumPart?
    private let proxy: ProxyService
    private let reload: ReloadService
    private let logger: Logger

    /// Opens nothing yet.
    ///
    /// - Parameter readAnew: reads the configuration again.
    init(
        _ configuration: Configuration,
        log: LogWriter,
        logLevel: SharedLogLevel,
        readAnew: @escaping @Sendable () throws -> Configuration,
        logger: Logger
    ) async throws {
        let running = RunningConfiguration(configuration)
        let reloads = ReloadRequests()
        let id = MemberID(configuration)
        let record = MemberRecord(configuration)
        let state = HubState(configuration, id: id, record: record)
        let probeSignal = try ThreadSignal()
        let accounts = SidecarAccounts(configuration.sql.accounts)
        let transport = try TransportSettings(configuration)
        let probePassword = AccountPassword(configuration.mysqld)
        let cipher = KeyringCipher(configuration)
        let redirects = configuration.sql.redirect == .primary

        // What listens to the hub, and then the hub.
        let view = ClusterViewStore(state.view)
        let node = LocalNode(record: record, probeSignal: probeSignal, redirects: redirects)
        let probes = ProbeCounters()
        let voting = QuorumService(configuration, id: id, cipher: cipher, logger: logger)
        let members = GossipService(
            configuration,
            id: id,
            record: record,
            cipher: cipher,
            quorum: voting,
            logger: logger
        )
        let quorumNews = voting.map { QuorumNews(quorum: $0, expectsOthers: configuration.expectsOthers) }
        let lease = PrimaryLease()
        let elections = voting.map { Elections(quorum: $0) }
        let counters = ProxyCounters(loopCount: ProxyServer.loopCount)
        let gate = WriteGate()
        let parts: [any MetricSource] = [node, Uptime(), log, counters, gate, probes, members]
        let metrics = try MetricRegistry(parts + [voting].compactMap { $0 })
        let server = try await ProxyServer(
            configuration,
            gate: gate,
            counters: counters,
            node: node,
            tables: VirtualTableSources(view, metrics, running, elections.map { QuorumSources(lease, $0.board) }),
            accounts: accounts,
            transport: transport,
            procedures: Procedures(
                reloads: reloads,
                quorum: voting.map { QuorumCalls(quorum: $0, view: view) },
                logger: logger
            ),
            elections: elections,
            logger: logger
        )
        let guarding = try voting.flatMap {
            try WriteGuard(
                configuration,
                own: id,
                proxy: server,
                password: probePassword,
                running: running,
                quorum: $0,
                logger: logger
            )
        }
        let listeners: [any ClusterHubListener] = [
            view, node, probes, EventLog(logger: logger), SessionNews(proxy: server, node: node),
            RecordAnnouncer(gossip: members),
        ]
        let deciding: [(any ClusterHubListener)?] = [quorumNews, guarding]
        let hub = ClusterHub(state, listeners: listeners + deciding.compactMap { $0 })

        // What tells the hub.
        gossip = GossipMembership(
            gossip: members,
            news: MembershipNews(hub: hub, quorum: quorumNews),
            logger: logger
        )
        quorum = voting.flatMap { voting in
            elections.map { elections in
                let reports = QuorumReports(
                    hub: hub,
                    lease: lease,
                    guarding: guarding,
                    services: elections.board,
                    proxy: server
                )
                return QuorumPart(quorum: voting, reports: reports, logger: logger)
            }
        }
        if configuration.node.kind == .database {
            probe = ProbeService(
                running,
                password: probePassword,
                signal: probeSignal,
                hub: hub,
                node: node,
                proxy: server,
                guarding: guarding,
                logger: logger
            )
        } else {
            probe = nil
        }
        proxy = ProxyService(proxy: server, hub: hub, logger: logger)
        let targets = Reloader.Targets(
            accounts: accounts,
            transport: transport,
            probePassword: probePassword,
            gossipCipher: cipher,
            logLevel: logLevel,
            proxy: server,
            hub: hub
        )
        let reloader = Reloader(running: running, targets: targets, readAnew: readAnew, logger: logger)
        reload = ReloadService(reloader: reloader, requests: reloads)
        self.hub = hub
        self.configuration = configuration
        self.logger = logger
    }

    /// Opens everything, in the order in which others may see it.
    ///
    /// Addresses first: a port in use ends the start before anyone has heard of this node. Clients last: whoever is let in
    /// finds the node's own row, and a process that stays.
    func start() async throws {
        hub.begin()
        if probe != nil { proxy.proxy.learnServer() }
        try await proxy.listen(configuration.sql)
        try await gossip.start()
        await quorum?.start()
        try probe?.start()
        try await proxy.proxy.accept()
    }

    /// Stopped in the reverse order: clients first, then the others are told, the probe last.
    var services: [any Service] {
        let voting = quorum.map { [watched("quorum", $0)] } ?? []
        let watching = probe.map { [watched("probe", $0)] } ?? []
        return [watched("reload", reload)] + watching + [watched("gossip", gossip)] + voting
            + [watched("proxy", proxy)]
    }

    var end: ProcessEnd { ProcessEnd(proxy: proxy.proxy) }

    private func watched(_ name: String, _ service: any Service) -> any Service {
        WatchedPart(name: name, service: service, end: end, logger: logger)
    }
}

extension MemberID {
    fileprivate init(_ configuration: Configuration) {
        let identity = memberID(cluster: configuration.cluster.name, name: configuration.node.name)
        self.init(high: identity.high, low: identity.low)
    }
}

extension MemberRecord {
    fileprivate init(_ configuration: Configuration) {
        var serverAddress: HostPort?
        if configuration.node.kind == .database, case .tcp(let address) = configuration.mysqld.address {
            serverAddress = address
        }
        self.init(
            name: configuration.node.name,
            kind: configuration.node.kind,
            zone: configuration.node.zone,
            promotion: configuration.node.promotion,
            sqlAddress: configuration.sql.advertise,
            serverAddress: serverAddress,
            lagThresholdMilliseconds: configuration.node.lagThresholdMilliseconds
        )
    }
}

extension Configuration {
    /// Whether there should be other members than this one.
    fileprivate var expectsOthers: Bool { gossip.seeds.contains { $0 != gossip.advertise } }
}

extension HubState {
    fileprivate init(_ configuration: Configuration, id: MemberID, record: MemberRecord) {
        self.init(
            clusterName: configuration.cluster.name,
            localID: id,
            record: record,
            expectsOthers: configuration.expectsOthers
        )
    }
}

extension KeyringCipher {
    /// Nil for gossip in the open.
    fileprivate convenience init?(_ configuration: Configuration) {
        guard let keyring = configuration.gossip.keyring else { return nil }
        self.init(keyring: keyring, clusterName: configuration.cluster.name)
    }
}

extension VirtualTableSources {
    fileprivate init(
        _ view: ClusterViewStore,
        _ metrics: MetricRegistry,
        _ running: RunningConfiguration,
        _ quorum: QuorumSources?
    ) {
        self.init(
            view: view,
            status: { metrics.current.map { (name: $0.name, value: "\($0.value)") } },
            settings: { running.rows },
            now: { (monotonic: Clocks.monotonic, wall: Clocks.wall) },
            quorum: quorum
        )
    }
}
