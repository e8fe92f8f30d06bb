internal import ClusterModel
internal import Cryptography
internal import Gossip
internal import GossipTransport
internal import Logging
internal import MySQLAdmin
internal import NIOCore
internal import NIOPosix
internal import Proxy
internal import ServiceLifecycle
internal import UnixSignals
internal import VirtualTables

#if canImport(Glibc)
    internal import Glibc
#endif

/// The sidecar as a whole: the one place where every part is made and joined to the others.
package enum Daemon {
    /// Runs until the process is told to stop (SIGTERM, SIGINT).
    ///
    /// - Throws: `StartupError` if a part cannot start, for example because a port is in use.
    package static func run(_ configuration: Configuration) async throws {
        // A peer that goes away is an error of that write, not of the process.
        signal(SIGPIPE, SIG_IGN)
        let log = configuration.log
        LoggingSystem.bootstrap { label in
            LineLogHandler(
                label: label,
                level: Logger.Level(rawValue: log.level.rawValue) ?? .info,
                format: log.format == .json ? .json : .text
            )
        }
        let logger = Logger(label: "pilotfish")
        let parts = try await start(configuration, logger: logger)
        logger.info(
            "ready",
            metadata: [
                "version": "\(PilotfishVersion.text)", "cluster": "\(configuration.cluster.name)",
                "node": "\(configuration.node.name)", "listen": "\(configuration.sql.listen)",
            ]
        )
        // Stopped in the reverse order: clients first, then the others are told, the probe last.
        let services = ServiceGroup(
            services: [
                ReloadService(logger: logger),
                ProbeService(probe: parts.probe),
                GossipMembershipService(gossip: parts.gossip, status: parts.status, logger: logger),
                ProxyService(proxy: parts.proxy, beginStopping: parts.beginStopping, logger: logger),
            ],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: Logger(label: "pilotfish.services", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        try await services.run()
        logger.info("stopped")
    }

    private struct Parts {
        var probe: ServerProbe
        var gossip: GossipService
        var proxy: ProxyServer
        var status: StatusReport
        var beginStopping: @Sendable () -> Void
    }

    private static func start(_ configuration: Configuration, logger: Logger) async throws -> Parts {
        let name = configuration.node.name
        let identity = memberID(cluster: configuration.cluster.name, name: name)
        let id = MemberID(high: identity.high, low: identity.low)
        let view = ClusterViewStore(clusterName: configuration.cluster.name, localID: id)
        let status = StatusReport(startedAt: Clocks.monotonic)
        let record = firstRecord(configuration)
        let node = LocalNode(record: record, view: view)

        let gossipGroup = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let gossip = GossipService(
            configuration: gossipConfiguration(configuration, id: id, record: record),
            group: gossipGroup,
            cipher: configuration.gossip.keyring.map {
                KeyringCipher(keyring: $0, clusterName: configuration.cluster.name)
            },
            logger: logger,
            onMembershipChange: { members in
                for event in view.update(members, now: Clocks.wall) { log(event, logger) }
            }
        )
        let probe = ServerProbe(
            settings: probeSettings(configuration),
            logger: logger,
            onChange: { condition in
                status.probed(condition)
                if let news = node.observed(condition) {
                    gossip.updateRecord(news.record.encoded(), urgent: news.isUrgent)
                }
            }
        )
        let proxy = try await proxy(configuration, node: node, view: view, status: status, logger: logger)
        status.attach { proxy.counters }

        // Listeners first: a port in use ends the start before anyone has heard of this node.
        try await translatingStartErrors {
            try await proxy.listen(on: configuration.sql.listen)
            try await gossip.start()
            try probe.start()
        }
        return Parts(
            probe: probe,
            gossip: gossip,
            proxy: proxy,
            status: status,
            beginStopping: {
                if let news = node.stopping() { gossip.updateRecord(news.record.encoded(), urgent: true) }
            }
        )
    }

    private static func firstRecord(_ configuration: Configuration) -> MemberRecord {
        var serverAddress: HostPort?
        if case .tcp(let address) = configuration.mysqld.address { serverAddress = address }
        return MemberRecord(
            name: configuration.node.name,
            kind: configuration.node.kind,
            zone: configuration.node.zone,
            promotion: configuration.node.promotion,
            sqlAddress: configuration.sql.advertise,
            serverAddress: serverAddress,
            lagThresholdMilliseconds: configuration.node.lagThresholdMilliseconds
        )
    }

    private static func gossipConfiguration(
        _ configuration: Configuration,
        id: MemberID,
        record: MemberRecord
    ) -> GossipConfiguration {
        var settings = GossipSettings(clusterName: configuration.cluster.name)
        settings.probeIntervalMilliseconds = configuration.gossip.probeIntervalMilliseconds
        return GossipConfiguration(
            settings: settings,
            memberID: id,
            listen: configuration.gossip.listen,
            advertise: configuration.gossip.advertise,
            seeds: configuration.gossip.seeds,
            record: record.encoded()
        )
    }

    private static func probeSettings(_ configuration: Configuration) -> ServerProbe.Settings {
        ServerProbe.Settings(
            address: configuration.mysqld.address,
            user: configuration.mysqld.user,
            password: configuration.mysqld.password?.exposed ?? "",
            interval: .milliseconds(configuration.mysqld.probeIntervalMilliseconds)
        )
    }

    private static func proxy(
        _ configuration: Configuration,
        node: LocalNode,
        view: ClusterViewStore,
        status: StatusReport,
        logger: Logger
    ) async throws -> ProxyServer {
        var limits = ProxyLimits()
        limits.maximumConnections = configuration.sql.maximumConnections
        limits.handshakeTimeoutMilliseconds = configuration.sql.handshakeTimeoutMilliseconds
        let settings = configuration.settings.map {
            SettingRow(name: $0.name, value: $0.value ?? "", source: $0.source.rawValue, reloadable: $0.isReloadable)
        }
        let sources = VirtualTableSources(
            view: view,
            status: { status.variables(now: Clocks.monotonic) },
            settings: { settings },
            now: { (monotonic: Clocks.monotonic, wall: Clocks.wall) }
        )
        let transport = TransportSettings(.init())
        return try await ProxyServer(
            group: MultiThreadedEventLoopGroup(numberOfThreads: max(1, min(4, System.coreCount))),
            backend: configuration.mysqld.address,
            limits: limits,
            dependencies: ProxyDependencies(
                accounts: SidecarAccounts(configuration.sql.accounts),
                cipher: PasswordKeys(),
                node: node,
                makeTransport: { Transport(transport) },
                makeVirtualTables: { try VirtualTableEngine(sources: sources) },
                makeScramble: Scramble.make
            ),
            operatingSystemUser: OperatingSystemUser.name,
            logger: logger
        )
    }

    private static func log(_ event: ClusterEvent, _ logger: Logger) {
        var metadata: Logger.Metadata = ["event": "\(event.kind.rawValue)", "detail": "\(event.detail)"]
        if let member = event.memberName { metadata["member"] = "\(member)" }
        logger.info("topology changed", metadata: metadata)
    }

    /// A listener that cannot be opened is told in one line.
    private static func translatingStartErrors(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let error as ProxyStartError {
            throw PartFailure(message: "\(error); choose another sql.listen or stop that process")
        } catch let error as GossipTransportError {
            throw PartFailure(message: "\(error)")
        } catch let error as SystemCallError {
            throw PartFailure(message: "cannot start the probe of mysqld: \(error)")
        }
    }

    private struct PartFailure: StartupError {
        let message: String
    }
}
