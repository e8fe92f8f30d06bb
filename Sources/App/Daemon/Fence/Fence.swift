internal import ClusterModel
package import Configuration
internal import Logging
internal import MySQLClient
internal import Reconciler

/// `pilotfish fence`: makes the local mysqld read-only where a quorum decides who may be written to, for when no sidecar does.
package enum Fence {
    package struct Report: Sendable {
        /// One line each.
        package var lines: [String]
        /// Nobody can write through a sidecar, as far as this is in its hands.
        package var isSafe: Bool
    }

    /// - Returns: within a few seconds, whatever mysqld does.
    /// - Throws: `SystemCallError` if there can be no more threads.
    package static func run(_ configuration: Configuration) async throws -> Report {
        guard let election = configuration.election else {
            return Report(lines: ["nothing to fence: the configuration has no section election"], isSafe: true)
        }
        guard configuration.node.kind == .database else {
            return Report(lines: ["nothing to fence: a witness has no mysqld"], isSafe: true)
        }
        guard configuration.failover.mode == .automatic else {
            let mode = configuration.failover.mode.rawValue
            return Report(lines: ["nothing to fence: failover.mode is \(mode)"], isSafe: true)
        }
        let running = RunningConfiguration(configuration)
        let reconciler = try Reconciler(
            ConnectionSettings(running, AccountPassword(configuration.mysqld)),
            folder: election.dataDirectory,
            logger: Logger(label: "pilotfish.fence", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        let outcome = await reconciler.fence()
        await reconciler.stop()
        let end = outcome.isUnreachable ? ["nothing to fence: mysqld is down"] : []
        return Report(lines: outcome.steps + end, isSafe: outcome.isReadOnly || outcome.isUnreachable)
    }
}
