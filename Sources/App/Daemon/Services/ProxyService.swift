internal import ClusterModel
internal import Configuration
internal import Logging
internal import Proxy
internal import QueryRouting
internal import ServiceLifecycle
internal import Sockets
internal import TextConversion
internal import VirtualTables

/// Serves clients, and lets them finish.
struct ProxyService: Service {
    let proxy: ProxyServer
    let hub: ClusterHub
    let logger: Logger

    /// Takes the addresses. Clients are let in from `accept` on.
    func listen(_ sql: Configuration.SQL) async throws {
        do throws(ProxyStartError) {
            try await proxy.listen(on: sql.listen)
            if let address = sql.primaryListen { try await proxy.listenForPrimary(on: address) }
        } catch {
            throw PartFailure(message: "\(error); choose another address in the configuration or stop that process")
        }
    }

    func run() async throws {
        let end: Result<Void, PartEnd>
        do throws(PartEnd) { end = .success(try await proxy.failures.waitForStop()) } catch { end = .failure(error) }
        ServiceManager.tell(.stopping)
        logger.info("stopping: sessions end as soon as nothing is under way")
        hub.handle(.stopping)
        await proxy.stop()
        try end.get()
    }
}

extension ProxyServer {
    /// As many as the cores that the process may use, four at most.
    static var loopCount: Int { min(4, AvailableCores.count) }

    convenience init(
        _ configuration: Configuration,
        gate: WriteGate,
        counters: ProxyCounters,
        node: LocalNode,
        tables: VirtualTableSources,
        accounts: SidecarAccounts,
        transport: TransportSettings,
        procedures: Procedures,
        elections: Elections?,
        logger: Logger
    ) async throws {
        let views = configuration.sql.compatibility
        let limits = ExecutionLimits(timeMilliseconds: configuration.sql.virtualStatementMilliseconds)
        var dependencies = ProxyDependencies(
            accounts: accounts,
            cipher: PasswordKeys(),
            node: node,
            makeTransport: { Transport(transport) },
            makeConverter: { IconvConverter.loaded() },
            makeVirtualTables: { try VirtualTableEngine(sources: tables, limits: limits, views: views) },
            procedures: procedures,
            makeScramble: Scramble.make
        )
        dependencies.elections = elections
        // Drivers made for Aurora look for another server when a connection fails, and not at a server's own errors.
        if views.contains(.aurora) { dependencies.outageErrno = 2003 }
        try await self.init(
            group: SocketLoopGroup(count: Self.loopCount, name: "clients"),
            backend: configuration.mysqld.address,
            gate: gate,
            limits: ProxyLimits(configuration, logger),
            counters: counters,
            dependencies: dependencies,
            operatingSystemUser: OperatingSystemUser.name,
            logger: Logger(label: LineLogHandler.clientsLabel)
        )
    }
}

extension IconvConverter {
    fileprivate static func loaded() -> IconvConverter {
        let converter = IconvConverter()
        converter.load()
        return converter
    }
}
