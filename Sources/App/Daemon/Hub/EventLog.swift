internal import ClusterModel
internal import Logging

/// A line in the log for each line of history.
struct EventLog: ClusterHubListener {
    let logger: Logger

    func viewChanged(_ change: ViewChange) {
        for event in change.events where !Self.toldWhereSeen.contains(event.kind) {
            var metadata: Logger.Metadata = ["event": "\(event.kind.rawValue)", "detail": "\(event.detail)"]
            if let member = event.memberName { metadata["member"] = "\(member)" }
            logger.log(level: event.isWarning ? .warning : .info, "topology changed", metadata: metadata)
        }
    }

    /// Whoever sees them logs them with what it knows besides.
    private static let toldWhereSeen: Set<ClusterEvent.Kind> = [.memberRefused, .clientPathChanged]
}
