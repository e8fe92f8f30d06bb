internal import ClusterModel
internal import GossipTransport
internal import Logging
internal import MySQLAdmin
internal import NIOPosix
internal import Proxy
internal import ServiceLifecycle
internal import UnixSignals

// Each part of the daemon as a service: it has been started already, waits until the process is told to stop, and then
// stops in the reverse order of their listing.

/// Watches mysqld.
struct ProbeService: Service {
    let probe: ServerProbe

    func run() async throws {
        try? await gracefulShutdown()
        probe.stop()
    }
}

/// Tells the other sidecars good-bye.
struct GossipMembershipService: Service {
    let gossip: GossipService
    let status: StatusReport
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                status.update(await gossip.counters())
                try? await Task.sleep(for: .seconds(1))
            }
        }
        await gossip.leave()
        await gossip.stop()
        logger.info("left the cluster")
    }
}

/// Lets clients finish.
struct ProxyService: Service {
    let proxy: ProxyServer
    let beginStopping: @Sendable () -> Void
    let logger: Logger

    func run() async throws {
        try? await gracefulShutdown()
        ServiceManager.tell(.stopping)
        logger.info("stopping: sessions end as soon as nothing is under way")
        beginStopping()
        await proxy.stop()
    }
}

/// Reads the configuration anew at SIGHUP.
struct ReloadService: Service {
    let reloader: Reloader

    func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
            _ = try? reloader.reload()
        }
    }
}
