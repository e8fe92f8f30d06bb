import ClusterModel
import Glibc
import MySQLClient
import Synchronization
import TestServers

/// A client on a sidecar's host that asks one question again and again over one connection, and now and then over a
/// new one, until it is told to stop.
final class QueryLoop: Sendable {
    private struct Tally {
        var answers = 0
        var complaints: [String] = []
        var isStopping = false
        var isOver = false
    }

    private let tally = Mutex(Tally())
    private static let questionsOfAConnection = 50

    /// - Parameter check: what is wrong with an answer; nil if nothing is.
    static func start(
        at sidecar: PilotfishProcess,
        _ statement: String,
        check: @escaping @Sendable (QueryResult) -> String?
    ) -> QueryLoop {
        let loop = QueryLoop()
        let (port, namespace) = (sidecar.sqlPort, sidecar.namespace)
        Task {
            do {
                try await onThread(in: namespace) { try loop.run(port, statement, check) }
            } catch {
                loop.tally.withLock { $0.complaints.append("\(error)") }
            }
            loop.tally.withLock { $0.isOver = true }
        }
        return loop
    }

    /// Asks for one value, which is always the same.
    static func start(at sidecar: PilotfishProcess, _ statement: String, always value: String) -> QueryLoop {
        start(at: sidecar, statement) { $0.rows == [[value]] ? nil : "\($0.rows) in place of \(value)" }
    }

    /// Watches that a node's TOPOLOGY_VERSION never gets smaller.
    static func watchTopologyVersion(of sidecar: PilotfishProcess) -> QueryLoop {
        let last = Mutex(0)
        return start(at: sidecar, "SELECT topology_version FROM cluster_schema.cluster") { result in
            guard let version = result.rows.first?.first.flatMap({ $0 }).flatMap({ Int($0) }) else {
                return "no version"
            }
            return last.withLock { last in
                defer { last = version }
                return version < last ? "\(sidecar.configuration.nodeName): \(last) and then \(version)" : nil
            }
        }
    }

    var answers: Int { tally.withLock { $0.answers } }

    /// Waits for further answers to questions that are asked from now on.
    func waitForAnswers(_ count: Int = 10) async throws {
        // The answer that is just on its way belongs to an earlier question.
        let enough = answers + count + 1
        try await waitUntil("\(count) further answers") {
            let tally = self.tally.withLock { $0 }
            return tally.answers >= enough || !tally.complaints.isEmpty
        }
    }

    /// Lets it finish its question, and ends it.
    ///
    /// - Returns: all that was wrong.
    func stop() async throws -> [String] {
        tally.withLock { $0.isStopping = true }
        try await waitUntil("the client has ended") { self.tally.withLock { $0.isOver } }
        return tally.withLock { $0.complaints }
    }

    private func run(_ port: UInt16, _ statement: String, _ check: (QueryResult) -> String?) throws {
        let settings = ConnectionSettings(
            address: .tcp(HostPort(host: "127.0.0.1", port: port)),
            user: Login.application.user,
            password: Login.application.password,
            connectTimeout: .seconds(40),
            queryTimeout: .seconds(60)
        )
        while !tally.withLock({ $0.isStopping }) {
            let connection = try AdminConnection(settings)
            defer { connection.close() }
            for _ in 0..<Self.questionsOfAConnection where !tally.withLock({ $0.isStopping }) {
                let complaint = check(try connection.query(statement))
                tally.withLock { tally in
                    tally.answers += 1
                    if let complaint { tally.complaints.append(complaint) }
                }
                // Leaves the processor to others; nothing is waited for.
                usleep(5_000)
            }
        }
    }
}
