package import Configuration
internal import Glibc
internal import Logging
internal import ServiceLifecycle
internal import UnixSignals

/// The process around the sidecar: its signals, its log, its end.
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
        let sidecar = try await Sidecar(
            configuration,
            log: log,
            logLevel: logLevel,
            readAnew: readAnew,
            logger: logger
        )
        try await sidecar.start()
        logger.info(
            "ready",
            metadata: [
                "version": "\(PilotfishVersion.text)", "cluster": "\(configuration.cluster.name)",
                "node": "\(configuration.node.name)", "listen": "\(configuration.sql.listen)",
            ]
        )
        ServiceManager.tell(.ready)
        try await run(sidecar, until: stops)
        logger.info("stopped")
    }

    /// - Throws: why a part has ended that should not have.
    private static func run(_ sidecar: Sidecar, until stops: UnixSignalsSequence) async throws {
        let services = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                // The others end in good order even so.
                services: sidecar.services.map {
                    .init(service: $0, failureTerminationBehavior: .gracefullyShutdownGroup)
                },
                logger: Logger(label: "pilotfish.services", factory: { _ in SwiftLogNoOpLogHandler() })
            )
        )
        let end = sidecar.end
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await _ in stops {
                    end.isComing()
                    await services.triggerGracefulShutdown()
                }
            }
            try await services.run()
            group.cancelAll()
        }
    }
}
