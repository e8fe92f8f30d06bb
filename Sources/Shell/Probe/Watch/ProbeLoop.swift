internal import Clocks
internal import ClusterModel
internal import Logging
internal import MySQLClient

/// What the probe's thread does until it is stopped.
final class ProbeLoop {
    private let prober: ServerProber
    private let signal: ThreadSignal
    private let intervalMilliseconds: Int
    private let logger: Logger
    private var memory: ProbeMemory
    private var condition = ServerCondition.unknown
    private var lastEndAt: MonotonicTime?

    init(prober: ServerProber, signal: ThreadSignal, interval: Duration, grace: Duration, logger: Logger) {
        self.prober = prober
        self.signal = signal
        self.intervalMilliseconds = max(1, interval.wholeMilliseconds)
        self.memory = ProbeMemory(graceMilliseconds: grace.wholeMilliseconds)
        self.logger = logger
    }

    func run(_ onChange: (ServerCondition, BootTime) -> Void) {
        defer { prober.disconnect() }
        while !signal.isStopping {
            let deadline = MonotonicTime.current.adding(milliseconds: intervalMilliseconds)
            let begun = Clocks.boot
            let next = look()
            // A query that `stop` broke off says nothing of the server.
            if signal.isStopping { break }
            note(next)
            condition = next
            onChange(next, begun)
            guard signal.wait(until: deadline, watching: prober.socket) == .connectionReady else { continue }
            // What a server sends unasked, if it sends anything, is why it closes.
            prober.disconnect()
            // One that lets the probe in and closes again and again is not to be tried in a tight loop.
            let now = MonotonicTime.current
            if let lastEndAt, now < lastEndAt.adding(milliseconds: intervalMilliseconds) {
                _ = signal.wait(until: deadline, watching: nil)
            }
            lastEndAt = now
        }
    }

    private func look() -> ServerCondition {
        do throws(ProbeFailure) {
            return memory.condition(after: try prober.probe(), at: .current)
        } catch {
            return memory.condition(after: error, at: .current)
        }
    }

    /// One line for each change, and none for each look.
    private func note(_ next: ServerCondition) {
        switch (condition, next) {
        case (.unknown, .up(let seen)), (.down, .up(let seen)), (.unseen, .up(let seen)):
            logger.info(
                "mysqld is up",
                metadata: [
                    "version": "\(seen.version)", "server_id": "\(seen.serverID)", "read_only": "\(seen.isReadOnly)",
                ]
            )
        case (.down(let oldReason, _), .down(let reason, _)):
            if reason != oldReason { logger.info("mysqld is still down", metadata: ["reason": "\(reason)"]) }
        case (_, .down(let reason, _)): logger.warning("mysqld is down", metadata: ["reason": "\(reason)"])
        case (.unseen(let oldReason, _, let held), .unseen(let reason, _, let holds)):
            if reason != oldReason { logger.info("mysqld is still not seen", metadata: ["reason": "\(reason)"]) }
            if held, !holds { logger.warning("what was last seen of mysqld is too old to go by") }
        case (_, .unseen(let reason, _, let holds)):
            logger.warning(
                "mysqld answers, and the sidecar cannot look at it",
                metadata: ["reason": "\(reason)", "last_role_holds": "\(holds)"]
            )
        case (.up(let before), .up(let now)) where before.isReadOnly != now.isReadOnly:
            logger.info("mysqld changed read_only", metadata: ["read_only": "\(now.isReadOnly)"])
        default: break
        }
    }
}
