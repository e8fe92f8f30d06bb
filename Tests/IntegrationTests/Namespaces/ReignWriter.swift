import ClusterModel
import Glibc
import MySQLClient
import Synchronization
import TestServers

/// A client on a node's host that writes through its sidecar again and again, over a new connection when one ends, and
/// notes what was acknowledged.
final class ReignWriter: Sendable {
    struct Acknowledgement: Sendable {
        /// Before the statement was sent.
        var sent: ContinuousClock.Instant
        var came: ContinuousClock.Instant
    }

    private struct State {
        var acknowledged: [Acknowledgement] = []
        var isStopping = false
        var isOver = false
    }

    private let state = Mutex(State())

    static func start(at sidecar: PilotfishProcess) -> ReignWriter {
        let writer = ReignWriter()
        let (port, namespace, name) = (sidecar.sqlPort, sidecar.namespace, sidecar.configuration.nodeName)
        Task {
            try? await onThread(in: namespace) { writer.run(port, "INSERT INTO app.reign (node) VALUES ('\(name)')") }
            writer.state.withLock { $0.isOver = true }
        }
        return writer
    }

    var acknowledged: [Acknowledgement] { state.withLock { $0.acknowledged } }

    /// Waits for acknowledgements of statements that are sent from now on.
    func waitForAcknowledgements(_ count: Int = 5) async throws {
        let now = ContinuousClock.now
        try await waitUntil("\(count) further acknowledgements") {
            self.acknowledged.count { $0.sent > now } >= count
        }
    }

    /// - Returns: all that was acknowledged, when it has ended.
    func stop() async throws -> [Acknowledgement] {
        state.withLock { $0.isStopping = true }
        try await waitUntil("the writer has ended") { self.state.withLock { $0.isOver } }
        return acknowledged
    }

    private func run(_ port: UInt16, _ statement: String) {
        let settings = ConnectionSettings(
            address: .tcp(HostPort(host: "127.0.0.1", port: port)),
            user: Login.writer.user,
            password: Login.writer.password,
            connectTimeout: .seconds(5),
            queryTimeout: .seconds(5)
        )
        while !state.withLock({ $0.isStopping }) {
            if let connection = try? AdminConnection(settings) {
                while !state.withLock({ $0.isStopping }) {
                    let sent = ContinuousClock.now
                    guard (try? connection.query(statement)) != nil else { break }
                    let came = ContinuousClock.now
                    state.withLock { $0.acknowledged.append(Acknowledgement(sent: sent, came: came)) }
                    usleep(2_000)
                }
                connection.close()
            }
            usleep(20_000)
        }
    }
}
