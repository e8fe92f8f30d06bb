import ClusterModel
import MySQLClient
import Probe
import Synchronization
import TestServers

/// A running probe and all that it has reported.
final class ProbeHarness: Sendable {
    private let reported = Mutex<[ServerCondition]>([])
    private let log = LogRecorder()
    private let probe: Mutex<ServerProbe?> = Mutex(nil)
    let signal: ThreadSignal

    var conditions: [ServerCondition] { reported.withLock { $0 } }
    var logLines: [String] { log.lines }

    init(
        _ address: ServerAddress,
        user: String = "root",
        password: String = "",
        passwordFile: FakeFile? = nil,
        interval: Duration = .milliseconds(50),
        queryTimeout: Duration = .seconds(1),
        grace: Duration = .seconds(300)
    ) throws {
        signal = try ThreadSignal()
        let settings = ServerProbe.Settings(
            connection: ConnectionSettings(
                address: address,
                user: user,
                password: AccountPassword(password, readAnew: { passwordFile?.text }),
                connectTimeout: .seconds(1),
                queryTimeout: queryTimeout
            ),
            interval: interval,
            grace: grace
        )
        let started = ServerProbe(settings: settings, signal: signal, logger: log.logger) { [weak self] condition, _ in
            self?.reported.withLock { $0.append(condition) }
        }
        probe.withLock { $0 = started }
        try started.start()
    }

    deinit { probe.withLock { $0?.stop() } }

    /// Ends with the probe's thread.
    var failures: AsyncStream<String> { probe.withLock { $0?.failures } ?? AsyncStream { $0.finish() } }

    func stop() { probe.withLock { $0?.stop() } }

    func probeNow() { signal.wake() }

    /// Waits for a report that satisfies the condition.
    ///
    /// - Parameter skipping: how many of the first reports do not count; all those made by now, unless told otherwise.
    @discardableResult
    func next(
        _ what: String,
        skipping: Int? = nil,
        deadline: Duration = .seconds(120),
        where matches: (ServerCondition) -> Bool
    ) async throws -> ServerCondition {
        let first = skipping ?? conditions.count
        do {
            return try await waitFor("a report: \(what)", deadline: deadline, every: .milliseconds(1)) {
                conditions.dropFirst(first).first(where: matches)
            }
        } catch {
            throw TestServerError("\(error); the last report: \(conditions.last.map { "\($0)" } ?? "none")")
        }
    }

    /// Waits for the next observation that satisfies the condition. Otherwise like `next`.
    func observation(
        _ what: String,
        skipping: Int? = nil,
        where matches: (ServerObservation) -> Bool = { _ in true }
    ) async throws -> ServerObservation {
        let condition = try await next(what, skipping: skipping) {
            if case .up(let seen) = $0 { matches(seen) } else { false }
        }
        guard case .up(let seen) = condition else { throw TestServerError("not up") }
        return seen
    }

    /// The reason of the first report, before or after now, that the server is down.
    func reasonDown(skipping: Int = 0, deadline: Duration = .seconds(120)) async throws -> String {
        let condition = try await next("down", skipping: skipping, deadline: deadline) { $0.isDown }
        guard case .down(let reason, _) = condition else { throw TestServerError("not down") }
        return reason
    }

    /// The reason of the first report, before or after now, that the server answers and is not seen.
    func reasonUnseen(skipping: Int = 0) async throws -> String {
        let condition = try await next("not seen", skipping: skipping) { $0.isUnseen }
        guard case .unseen(let reason, _, _) = condition else { throw TestServerError("seen") }
        return reason
    }
}

extension ServerCondition {
    var isUp: Bool { if case .up = self { true } else { false } }
    var isDown: Bool { if case .down = self { true } else { false } }
    var isUnseen: Bool { if case .unseen = self { true } else { false } }
}

/// Stands for a file whose first line is a password.
final class FakeFile: Sendable {
    private let contents: Mutex<String>

    init(_ text: String) { contents = Mutex(text) }

    var text: String {
        get { contents.withLock { $0 } }
        set { contents.withLock { $0 = newValue } }
    }
}
