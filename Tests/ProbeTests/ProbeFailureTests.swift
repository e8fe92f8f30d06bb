import ClusterModel
import MySQLClient
import Testing

@testable import Probe

@Suite struct ProbeFailureTests {
    private static let address = ServerAddress.unixSocket(path: "/run/mysqld.sock")

    private static func error(_ code: UInt32) -> AdminError { AdminError(code: code, sqlState: "HY000", text: "x") }

    /// Refused at the door: numbers of the servers and of libmariadb.
    @Test(arguments: [
        // It answers: full, too many of this account, host blocked, a method that libmariadb lacks, no TLS.
        (1040, true), (1203, true), (1226, true), (1129, true), (2059, true), (2061, true), (2026, true),
        // It serves nobody: stopping, not ready, offline for all.
        (1053, false), (1047, false), (3032, false), (3168, false),
        // It does not answer.
        (2002, false), (2003, false), (2005, false), (2006, false), (2013, false),
    ])
    func `a server that refuses the sidecar answers, one that serves nobody does not`(code: UInt32, answers: Bool) {
        #expect(Self.error(code).isAnswer == answers)
    }

    @Test(arguments: [
        (ProbeFailure.loginRefused(user: "pilotfish", error(1045)), true), (.notLetIn(address, error(1040)), true),
        (.unexpectedAnswer(.missing(column: "server_id")), true),
        // Out of descriptors, or of memory.
        (.unreachable(address, error(2001)), true), (.unreachable(address, error(2004)), true),
        (.unreachable(address, error(2008)), true), (.unreachable(address, error(2002)), false),
        (.noAnswer(address, within: .seconds(2)), false), (.connectionLost(error(2013)), false),
        (.statementFailed(error(1820)), true), (.statementFailed(error(1969)), true),
        (.statementFailed(error(1047)), false),
    ])
    func `what says nothing of the server takes no role from it`(failure: ProbeFailure, says: Bool) {
        #expect(failure.saysNothingOfServer == says)
        var memory = ProbeMemory(graceMilliseconds: 1_000)
        let start = MonotonicTime(nanoseconds: 1_000_000_000)
        let seen = ServerObservation(flavor: .mariaDB, version: "10.11", serverID: 1, isReadOnly: false)
        _ = memory.condition(after: seen, at: start)
        for (milliseconds, holds) in [(999, true), (1_000, false)] {
            let condition = memory.condition(after: failure, at: start.adding(milliseconds: milliseconds))
            #expect(
                condition
                    == (says
                        ? .unseen(reason: "\(failure)", last: seen, holds: holds)
                        : .down(reason: "\(failure)", last: seen))
            )
        }
    }

    @Test func `nothing is remembered before anything was seen`() {
        let memory = ProbeMemory(graceMilliseconds: 1_000)
        let failure = ProbeFailure.notLetIn(Self.address, Self.error(1040))
        let condition = memory.condition(after: failure, at: MonotonicTime(nanoseconds: 5))
        #expect(condition == .unseen(reason: "\(failure)", last: nil, holds: false))
    }
}
