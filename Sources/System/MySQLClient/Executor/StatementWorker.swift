internal import ClusterModel
internal import Glibc

/// What the executor's thread does until it is stopped: it holds the connection, and sends one statement after another.
final class StatementWorker {
    /// The session of a statement that nobody waits for any longer.
    private struct LeftBehind {
        var threadID: UInt
        /// Still open, so that no other session of this mysqld has that id, unless the end can be read from it.
        var socket: ConnectionSocket
    }

    private let settings: ConnectionSettings
    private let warmth: Duration?
    private let queue: StatementQueue
    private let signal: ThreadSignal
    /// While there is one, nothing is left behind.
    private var connection: AdminConnection?
    private var leftBehind: LeftBehind?
    private var lastAttempt = MonotonicTime(nanoseconds: 0)
    private var nextCare = MonotonicTime.current

    /// Between attempts to connect that no statement asks for.
    private static let retryInterval = Duration.seconds(1)
    /// For a session that was killed: some waits of mysqld cannot be broken off.
    private static let killGrace = Duration.milliseconds(500)

    init(_ settings: ConnectionSettings, warmth: Duration?, queue: StatementQueue, signal: ThreadSignal) {
        self.settings = settings
        self.warmth = warmth
        self.queue = queue
        self.signal = signal
    }

    func run() {
        while !signal.isStopping {
            if let entry = queue.next() {
                carryOut(entry)
                continue
            }
            careForConnection()
            if signal.wait(until: nextCare, watching: connection?.socket) == .connectionReady { disconnect() }
        }
        disconnect()
    }

    private func carryOut(_ entry: StatementQueue.Entry) {
        let connection: AdminConnection
        do throws(AdminError) {
            connection = try openConnection()
        } catch {
            queue.giveUp(entry.id, entry.cause(error))
            return
        }
        guard queue.markSent(entry.id) else { return }
        do throws(AdminError) {
            let result = try connection.query(entry.statement, until: entry.deadline) { [queue] in
                queue.isWanted(entry.id)
            }
            queue.finish(entry.id, .success(result))
        } catch {
            guard error.isConnectionLost else {
                queue.finish(entry.id, .failure(.refused(error)))
                return
            }
            if error == .noAnswer || error == .brokenOff, let socket = connection.socket {
                leftBehind = LeftBehind(threadID: connection.threadID, socket: socket)
            }
            disconnect()
            if leftBehind != nil { nextCare = .current }
            queue.giveUp(entry.id, entry.cause(error))
        }
    }

    private func disconnect() {
        connection?.close()
        connection = nil
        // Not in a tight loop where one ends again and again.
        nextCare = max(.current, lastAttempt.adding(Self.retryInterval))
    }

    /// The one that there is, if it has not ended; otherwise a new one.
    private func openConnection() throws(AdminError) -> AdminConnection {
        if let connection, connection.socket?.isReadable == false { return connection }
        disconnect()
        lastAttempt = .current
        let fresh = try AdminConnection.connect(settings, signal: signal)
        try endLeftBehind(using: fresh)
        connection = fresh
        return fresh
    }

    /// Waits for the end as well: until then the statement may still come about.
    private func endLeftBehind(using connection: AdminConnection) throws(AdminError) {
        guard let session = leftBehind else { return }
        if !session.socket.isReadable {
            do throws(AdminError) {
                try connection.query("KILL \(session.threadID)")
            } catch {
                // Whatever else mysqld says of it, there is no more to be done.
                guard !error.isConnectionLost else { throw error }
            }
            let deadline = MonotonicTime.current.adding(Self.killGrace)
            while !signal.isStopping,
                signal.waitInCall(until: deadline, for: POLLIN, on: session.socket.descriptor) == .requested
            {}
        }
        leftBehind = nil
    }

    /// What is due while nobody asks.
    private func careForConnection() {
        let now = MonotonicTime.current
        guard now >= nextCare else { return }
        if let connection {
            if warmth != nil, (try? connection.query("DO 1")) == nil { disconnect() }
        } else if warmth != nil || leftBehind != nil {
            _ = try? openConnection()
        }
        let isMissing = connection == nil && (warmth != nil || leftBehind != nil)
        nextCare = MonotonicTime.current.adding(isMissing ? Self.retryInterval : warmth ?? .seconds(3600))
    }
}
