package import ClusterModel
package import MySQLWire

/// The way of a login to its server: the node's own mysqld, on the way that clients come to it; or the cluster's primary,
/// for which a client waits while there is none, and while the one that is named cannot be reached, as its sidecar stops
/// or is dead.
///
/// Times are nanoseconds of one monotonic clock.
package struct ServerSearch {
    package enum Goal: Hashable, Sendable {
        case ownServer
        /// - Parameter deadline: until when it is looked for.
        case primary(deadline: UInt64)
    }

    package enum Action: Equatable {
        /// Connect, and tell that it has greeted (`greeted`) or cannot be had (`failed`).
        case connect(ServerAddress, isLocal: Bool)
        /// Tell when something is new of the node, or this time has come (`news`). A connection that was begun is given up.
        case wait(until: UInt64)
        /// - Parameter error: nil for that of an outage.
        case fail(SQLError?)
    }

    private enum Step {
        case begun
        case waiting
        /// One that is named and does not answer is not to be tried by many clients in a tight loop.
        case pausing(until: UInt64, after: PrimaryRoute)
        case connecting(ServerAddress, isLocal: Bool)
    }

    private static let pause: UInt64 = 100_000_000

    private let goal: Goal
    /// Until when it is waited for the probe to find how clients come to the own server.
    private let pathDeadline: UInt64
    private var step: Step = .begun

    /// - Parameter pathPatience: how long it may take to learn by which way clients come to the own server, in nanoseconds.
    package init(goal: Goal, pathPatience: UInt64, now: UInt64) {
        self.goal = goal
        pathDeadline = now + pathPatience
    }

    package mutating func begin(now: UInt64, _ node: NodeFacts) -> Action { look(now, node) }

    /// Something may be new of the node, or a time has come.
    ///
    /// - Returns: nil while a connection is under way.
    package mutating func news(now: UInt64, _ node: NodeFacts) -> Action? {
        switch step {
        case .begun, .connecting: nil
        case .pausing(let until, let route) where now < until && node.primaryRoute == route && !node.isDraining:
            .wait(until: until)
        case .waiting, .pausing: look(now, node)
        }
    }

    /// The connection could not be made, has come to its end, or its time is over.
    package mutating func failed(_ error: SQLError? = nil, now: UInt64, _ node: NodeFacts) -> Action {
        guard mayGoOn(now, node) else { return .fail(error) }
        let until = now + Self.pause
        step = .pausing(until: until, after: node.primaryRoute)
        return .wait(until: until)
    }

    /// The server has greeted.
    ///
    /// - Returns: nil if it is still the one that is wanted.
    package mutating func greeted(now: UInt64, _ node: NodeFacts) -> Action? {
        guard case .primary = goal, case .connecting(let address, let isLocal) = step,
            !node.primaryRoute.leads(to: address, isLocal: isLocal), mayGoOn(now, node)
        else { return nil }
        return look(now, node)
    }

    /// How long the server may take to be reached, and then to greet, in nanoseconds.
    package func patience(limit: UInt64, now: UInt64) -> UInt64 {
        guard case .primary(let deadline) = goal else { return limit }
        return min(limit, deadline > now ? max(deadline - now, Self.leastPatience) : Self.leastPatience)
    }

    private static let leastPatience: UInt64 = 200_000_000

    /// There is time left to look for another server.
    private func mayGoOn(_ now: UInt64, _ node: NodeFacts) -> Bool {
        guard case .primary(let deadline) = goal else { return false }
        return now < deadline && !node.isDraining
    }

    private mutating func look(_ now: UInt64, _ node: NodeFacts) -> Action {
        guard case .primary(let deadline) = goal else { return lookForOwnServer(now, node) }
        switch node.primaryRoute {
        case .local: return lookForOwnServer(now, node)
        case .remote(let address): return connect(.tcp(address), isLocal: false)
        case .none:
            guard mayGoOn(now, node) else { return .fail(nil) }
            step = .waiting
            return .wait(until: deadline)
        }
    }

    private mutating func lookForOwnServer(_ now: UInt64, _ node: NodeFacts) -> Action {
        if let reason = node.gate { return wait(atGate: reason, now, node) }
        switch node.clientPath {
        case .configured: return connect(node.ownServer, isLocal: true)
        case .loopback(let address): return connect(.tcp(address), isLocal: true)
        case .closed: return failed(ServerRefusal.closedSocket, now: now, node)
        case .nowhere: return failed(now: now, node)
        case .unknown:
            guard now < pathDeadline, !node.isServerDown else { return failed(now: now, node) }
            step = .waiting
            return .wait(until: pathDeadline)
        }
    }

    private mutating func wait(atGate reason: GatePosition.Reason, _ now: UInt64, _ node: NodeFacts) -> Action {
        guard !node.isServerDown else { return failed(now: now, node) }
        // A node that has just begun is about to hear from the quorum.
        guard reason == .starting, now < pathDeadline else {
            return failed(GateRefusal.login(reason, errno: node.outageErrno), now: now, node)
        }
        step = .waiting
        return .wait(until: pathDeadline)
    }

    private mutating func connect(_ address: ServerAddress, isLocal: Bool) -> Action {
        step = .connecting(address, isLocal: isLocal)
        return .connect(address, isLocal: isLocal)
    }
}
