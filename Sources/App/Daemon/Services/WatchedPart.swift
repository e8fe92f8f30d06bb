internal import Logging
internal import ServiceLifecycle

/// A part that the sidecar cannot be without: when it ends before the process is to stop, the process stops, and says why.
struct WatchedPart: Service {
    let name: String
    let service: any Service
    let end: ProcessEnd
    let logger: Logger

    func run() async throws {
        do {
            try await service.run()
            guard Task.isToStop else { throw PartEnd(description: "it has ended by itself") }
        } catch {
            logger.error(
                "a part has ended, so the sidecar stops",
                metadata: ["part": "\(name)", "reason": "\(error)"]
            )
            end.isComing()
            throw PartFailure(message: "\(name) has ended: \(error)")
        }
    }
}

/// Why a part that ran has ended.
struct PartEnd: Error, CustomStringConvertible {
    let description: String
}

/// Why the process ends, as it is told to people.
struct PartFailure: StartupError {
    let message: String
}

extension AsyncStream<String> {
    /// Waits until the process is to stop, or its part fails: with a reason, or by the end of this stream.
    func waitForStop() async throws(PartEnd) {
        for await reason in cancelOnGracefulShutdown() { throw PartEnd(description: reason) }
        guard Task.isToStop else { throw PartEnd(description: "it has ended by itself") }
    }
}

extension Task where Success == Never, Failure == Never {
    fileprivate static var isToStop: Bool { isShuttingDownGracefully || isCancelled }
}
