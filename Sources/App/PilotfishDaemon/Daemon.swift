internal import ClusterModel
internal import Cryptography
internal import Dispatch
internal import Gossip
internal import GossipTransport
internal import Logging
internal import MySQLAdmin
internal import NIOCore
internal import NIOPosix
internal import Proxy
internal import QueryRouting
internal import ServiceLifecycle
internal import Sockets
internal import TextConversion
internal import Threads
internal import UnixSignals
internal import VirtualTables

#if canImport(Glibc)
    internal import Glibc
#endif

/// The sidecar as a whole: the one place where every part is made and joined to the others.
package enum Daemon {
    /// Runs until the process is told to stop (SIGTERM, SIGINT).
    ///
    /// - Parameter readAnew: reads the configuration again, for SIGHUP.
    /// - Throws: `StartupError` if a part cannot start, for example because a port is in use.
    package static func run(
        _ configuration: Configuration,
        readAnew: @escaping @Sendable () throws -> Configuration
    ) async throws {
        // A peer that goes away is an error of that write, not of the process.
        signal(SIGPIPE, SIG_IGN)
        // Until the reload service listens: what was just read needs no reload.
        signal(SIGHUP, SIG_IGN)
        // Before anything listens: nobody who was let in is cut by a sudden end of the process.
        let stops = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let format: LineLogHandler.Format = configuration.log.format == .json ? .json : .text
        let logLevel = SharedLogLevel(Logger.Level(rawValue: configuration.log.level.rawValue) ?? .info)
        let writer = try LogWriter.start(on: STDERR_FILENO) { LineLogHandler.lossLine($0, format: format) }
        LoggingSystem.bootstrap { LineLogHandler(label: $0, level: logLevel, format: format, writer: writer) }
        let outcome: Result<Void, any Error>
        do {
            try await serve(configuration, until: stops, log: writer, logLevel: logLevel, readAnew: readAnew)
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        await writer.finish(within: .seconds(1))
        try outcome.get()
    }

    private static func serve(
        _ configuration: Configuration,
        until stops: UnixSignalsSequence,
        log: LogWriter,
        logLevel: SharedLogLevel,
        readAnew: @escaping @Sendable () throws -> Configuration
    ) async throws {
        let logger = Logger(label: "pilotfish")
        OpenFileLimit.raise(logger)
        let parts = try await start(configuration, log: log, logLevel: logLevel, readAnew: readAnew, logger: logger)
        logger.info(
            "ready",
            metadata: [
                "version": "\(PilotfishVersion.text)", "cluster": "\(configuration.cluster.name)",
                "node": "\(configuration.node.name)", "listen": "\(configuration.sql.listen)",
            ]
        )
        ServiceManager.tell(.ready)
        // Stopped in the reverse order: clients first, then the others are told, the probe last.
        let services = ServiceGroup(
            services: [
                ReloadService(reloader: parts.reloader),
                ProbeService(probe: parts.probe),
                GossipMembershipService(gossip: parts.gossip, status: parts.status, logger: logger),
                ProxyService(proxy: parts.proxy, beginStopping: parts.beginStopping, logger: logger),
            ],
            logger: Logger(label: "pilotfish.services", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await _ in stops {
                    endAnyhow(afterMilliseconds: parts.proxy.drainMilliseconds + stopMarginMilliseconds)
                    await services.triggerGracefulShutdown()
                }
            }
            try await services.run()
            group.cancelAll()
        }
        logger.info("stopped")
    }

    /// What the end may take beyond the time that sessions are given.
    private static let stopMarginMilliseconds = 15_000

    /// A part that does not come to its end, whatever the reason, keeps nobody from stopping the process.
    private static func endAnyhow(afterMilliseconds limit: Int) {
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(limit)) { _exit(EXIT_FAILURE) }
    }

    private struct Parts {
        var probe: ServerProbe
        var gossip: GossipService
        var proxy: ProxyServer
        var status: StatusReport
        var reloader: Reloader
        var beginStopping: @Sendable () -> Void
    }

    private static func start(
        _ configuration: Configuration,
        log writer: LogWriter,
        logLevel: SharedLogLevel,
        readAnew: @escaping @Sendable () throws -> Configuration,
        logger: Logger
    ) async throws -> Parts {
        let name = configuration.node.name
        let identity = memberID(cluster: configuration.cluster.name, name: name)
        let id = MemberID(high: identity.high, low: identity.low)
        let view = ClusterViewStore(
            clusterName: configuration.cluster.name,
            localID: id,
            expectsOthers: configuration.gossip.seeds.contains { $0 != configuration.gossip.advertise }
        )
        let status = StatusReport(startedAt: Clocks.monotonic, lostLogLines: { writer.lostCount })
        let record = firstRecord(configuration)
        let node = LocalNode(record: record, view: view, redirects: configuration.sql.redirect == .primary)

        let gossipCipher = configuration.gossip.keyring.map {
            KeyringCipher(keyring: $0, clusterName: configuration.cluster.name)
        }
        let targets = Reloader.Targets(
            accounts: SidecarAccounts(configuration.sql.accounts),
            transport: try TransportSettings(configuration),
            probePassword: ProbePassword(configuration.mysqld),
            gossipCipher: gossipCipher,
            logLevel: logLevel
        )
        let reloader = Reloader(configuration, targets: targets, readAnew: readAnew, logger: logger)
        let proxy = try await proxy(
            configuration,
            node: node,
            view: view,
            status: status,
            targets: targets,
            reloader: reloader
        )
        status.attach { proxy.counters }
        status.clientsCome(by: node.clientPath)

        let gossipGroup = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let gossip = GossipService(
            configuration: gossipConfiguration(configuration, id: id, record: record),
            group: gossipGroup,
            cipher: gossipCipher,
            logger: logger,
            nameOf: { view.name(of: $0) },
            onNotice: { notice in
                switch notice {
                case .versionRefused(let host, let theirs, let ours):
                    view.refused(host: host, theirs: theirs, ours: ours, now: Clocks.wall)
                case .nameConflict(let id, let kept, let refused):
                    if let event = view.nameConflict(id, kept: kept, refused: refused, now: Clocks.wall) {
                        log(event, logger)
                    }
                case .nameReclaimed: view.nameReclaimed()
                default: break
                }
            },
            onMembershipChange: { members in
                let version = view.current.topologyVersion
                let events = view.update(members, now: Clocks.wall)
                let topology = node.topology
                if topology.version != version { proxy.topologyChanged(to: topology) }
                for event in events { log(event, logger) }
                if events.contains(where: { $0.kind == .primaryChanged }) {
                    proxy.primaryChanged()
                    // This node's server may be the next.
                    node.lookAtServer()
                }
            }
        )
        reloader.attach { threshold in
            guard let news = node.changed(lagThresholdMilliseconds: threshold) else { return }
            gossip.updateRecord(news.record.encoded(), urgent: news.isUrgent)
        }
        let probe = ServerProbe(
            settings: probeSettings(configuration, targets.probePassword, reloader),
            logger: logger,
            onIdentity: { identity in
                guard let path = node.noted(ClientPath(identity)) else { return }
                status.clientsCome(by: path)
                guard let notice = identity.notice else { return }
                logger.warning("clients are kept from mysqld's unix socket", metadata: ["reason": "\(notice)"])
                view.clientsComeOtherwise(reason: notice, now: Clocks.wall)
            },
            onChange: { condition in
                // It may be another mysqld than before.
                if node.isServerDown, case .up = condition { proxy.learnServer() }
                status.probed(condition)
                if let news = node.observed(condition) {
                    gossip.updateRecord(news.record.encoded(), urgent: news.isUrgent)
                }
            }
        )
        for event in view.begin(as: record, at: Clocks.monotonic, now: Clocks.wall) { log(event, logger) }
        proxy.learnServer()
        // Addresses first: a port in use ends the start before anyone has heard of this node. Clients last: whoever is let
        // in finds the node's own row, and a process that stays.
        try await translatingStartErrors {
            try await proxy.listen(on: configuration.sql.listen)
            if let address = configuration.sql.primaryListen { try await proxy.listenForPrimary(on: address) }
            try await gossip.start()
            try probe.start()
            node.attach { [weak probe] in probe?.probeNow() }
            try await proxy.accept()
        }
        return Parts(
            probe: probe,
            gossip: gossip,
            proxy: proxy,
            status: status,
            reloader: reloader,
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
        var settings = configuration.gossip.profile.settings(clusterName: configuration.cluster.name)
        settings.probe(everyMilliseconds: configuration.gossip.probeIntervalMilliseconds)
        settings.forgetAfterMilliseconds = configuration.gossip.forgetAfterMilliseconds
        return GossipConfiguration(
            settings: settings,
            memberID: id,
            listen: configuration.gossip.listen,
            advertise: configuration.gossip.advertise,
            seeds: configuration.gossip.seeds,
            record: record.encoded()
        )
    }

    private static func probeSettings(
        _ configuration: Configuration,
        _ password: ProbePassword,
        _ reloader: Reloader
    ) -> ServerProbe.Settings {
        ServerProbe.Settings(
            address: configuration.mysqld.address,
            user: configuration.mysqld.user,
            password: password,
            tls: { reloader.configuration.mysqld.tls.map { ConnectionTLS($0.settings) } },
            interval: .milliseconds(configuration.mysqld.probeIntervalMilliseconds),
            socketUsers: SocketIdentity.candidates(probeUser: configuration.mysqld.user)
        )
    }

    private static func proxy(
        _ configuration: Configuration,
        node: LocalNode,
        view: ClusterViewStore,
        status: StatusReport,
        targets: Reloader.Targets,
        reloader: Reloader
    ) async throws -> ProxyServer {
        let sources = VirtualTableSources(
            view: view,
            status: { status.variables(now: Clocks.monotonic) },
            settings: { reloader.settings },
            now: { (monotonic: Clocks.monotonic, wall: Clocks.wall) }
        )
        let transport = targets.transport
        let views = configuration.sql.compatibility
        let limits = ExecutionLimits(timeMilliseconds: configuration.sql.virtualStatementMilliseconds)
        var dependencies = ProxyDependencies(
            accounts: targets.accounts,
            cipher: PasswordKeys(),
            node: node,
            makeTransport: { Transport(transport) },
            makeConverter: {
                let converter = IconvConverter()
                converter.load()
                return converter
            },
            makeVirtualTables: { try VirtualTableEngine(sources: sources, limits: limits, views: views) },
            procedures: Procedures(reloader: reloader, logger: Logger(label: "pilotfish")),
            makeScramble: Scramble.make
        )
        // Drivers made for Aurora look for another server when a connection fails, and not at a server's own errors.
        if views.contains(.aurora) { dependencies.outageErrno = 2003 }
        let proxy = try await ProxyServer(
            group: SocketLoopGroup(count: min(4, AvailableCores.count), name: "clients"),
            backend: configuration.mysqld.address,
            limits: ProxyLimits(configuration, Logger(label: "pilotfish")),
            dependencies: dependencies,
            operatingSystemUser: OperatingSystemUser.name,
            logger: Logger(label: LineLogHandler.clientsLabel)
        )
        reloader.attach(proxy)
        return proxy
    }

    private static func log(_ event: ClusterEvent, _ logger: Logger) {
        var metadata: Logger.Metadata = ["event": "\(event.kind.rawValue)", "detail": "\(event.detail)"]
        if let member = event.memberName { metadata["member"] = "\(member)" }
        logger.log(level: event.isWarning ? .warning : .info, "topology changed", metadata: metadata)
    }

    /// A listener that cannot be opened is told in one line.
    private static func translatingStartErrors(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let error as ProxyStartError {
            throw PartFailure(message: "\(error); choose another address in the configuration or stop that process")
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
