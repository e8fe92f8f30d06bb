internal import ClusterModel
internal import Configuration
internal import Logging
internal import MySQLClient
internal import MySQLSession
internal import Probe
internal import Proxy
internal import ServiceLifecycle
internal import Threads

/// Watches mysqld, and tells the hub of it.
struct ProbeService: Service {
    private let probe: ServerProbe

    init(
        _ configuration: RunningConfiguration,
        password: AccountPassword,
        signal: ThreadSignal,
        hub: ClusterHub,
        node: LocalNode,
        proxy: ProxyServer,
        guarding: WriteGuard?,
        logger: Logger
    ) {
        let paths = ClientPathNotes(node: node, hub: hub, proxy: proxy, logger: logger)
        probe = ServerProbe(
            settings: ServerProbe.Settings(configuration, password),
            signal: signal,
            logger: logger,
            onIdentity: { paths.note($0) },
            onChange: { condition, begun in
                guarding?.looked(condition, begun: begun)
                hub.handle(.looked(condition))
            }
        )
    }

    func start() throws {
        do {
            try probe.start()
        } catch {
            throw PartFailure(message: "cannot start the probe of mysqld: \(error)")
        }
    }

    func run() async throws {
        try await probe.failures.waitForStop()
        probe.stop()
    }
}

/// How clients come to mysqld, as the probe finds it.
private struct ClientPathNotes: Sendable {
    let node: LocalNode
    let hub: ClusterHub
    let proxy: ProxyServer
    let logger: Logger

    func note(_ identity: SocketIdentity) {
        guard node.noted(ClientPath(identity)) else { return }
        proxy.nodeChanged()
        guard let notice = identity.notice else { return }
        logger.warning("clients are kept from mysqld's unix socket", metadata: ["reason": "\(notice)"])
        hub.handle(.clientsComeOtherwise(reason: notice))
    }
}

extension ServerProbe.Settings {
    fileprivate init(_ running: RunningConfiguration, _ password: AccountPassword) {
        let mysqld = running.current.mysqld
        self.init(
            connection: ConnectionSettings(running, password),
            interval: .milliseconds(mysqld.probeIntervalMilliseconds),
            socketUsers: SocketIdentity.candidates(probeUser: mysqld.user)
        )
    }
}
