internal import MySQLWire

/// The functions by which applications elect leaders: their names and arguments are here and nowhere else.
package enum ElectionFunction: String, Hashable, Sendable, CaseIterable {
    case elect
    case resign
    case forceLeader = "force_leader"
    case leader
    case waitForLeader = "wait_for_leader"
    case fenceBy = "fence_by"

    /// As manuals write it.
    package var usage: String {
        switch self {
        case .elect: "elect(service, id, ttl_seconds | 'session' [, lock_delay_seconds [, priority]])"
        case .resign, .forceLeader: "\(rawValue)(service, id)"
        case .leader: "leader(service)"
        case .waitForLeader: "wait_for_leader(service, known_term, seconds)"
        case .fenceBy: "fence_by(service, term)"
        }
    }

    package var argumentCounts: ClosedRange<Int> {
        switch self {
        case .elect: 3...5
        case .resign, .forceLeader, .fenceBy: 2...2
        case .leader: 1...1
        case .waitForLeader: 3...3
        }
    }

    /// Only those may call it who may call procedures.
    package var isForOperators: Bool { self == .forceLeader }
}

extension SQLError {
    /// - Parameter what: is wrong with them.
    static func incorrectArguments(of function: ElectionFunction, _ what: String) -> SQLError {
        SQLError(errno: 1210, sqlState: "HY000", message: "Incorrect arguments to \(function.rawValue): \(what)")
    }
}
