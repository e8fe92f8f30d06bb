import TestServers
import Testing

/// A session has two ids: the client was greeted with the sidecar's, mysqld knows it by another. Both are understood.
@Suite struct ConnectionIDTests {
    enum Way: CaseIterable {
        case killByGreeting
        case killByServer
        case killWithComments
        case processKillByGreeting
        case processKillByServer

        func kill(_ victim: RawSession, serversID: String, by killer: RawSession) throws -> RawSession.Reply {
            switch self {
            case .killByGreeting: return try killer.query("KILL \(victim.connectionID)")
            case .killByServer: return try killer.query("KILL \(serversID)")
            case .killWithComments:
                return try killer.query("/* of a driver */ KILL CONNECTION \(victim.connectionID) ;")
            case .processKillByGreeting: return try killer.processKill(victim.connectionID)
            case .processKillByServer: return try killer.processKill(UInt32(serversID) ?? 0)
            }
        }
    }

    @Test(arguments: Way.allCases)
    func `KILL and COM_PROCESS_KILL end the session that either of its ids means`(_ way: Way) async throws {
        try await withCluster(nodes: 1) { cluster in
            let port = cluster.sidecars[0].sqlPort
            // On each of the sidecar's loops, and from one to another.
            for _ in 0..<4 {
                let answer = try await onThread {
                    let victim = try RawSession(port: port)
                    try victim.logIn()
                    let bystander = try RawSession(port: port)
                    try bystander.logIn()
                    let killer = try RawSession(port: port)
                    try killer.logIn()
                    let id = try victim.knownID()
                    #expect(id != "\(victim.connectionID)")
                    #expect(try way.kill(victim, serversID: id, by: killer) == .ok)
                    #expect(try bystander.query("SELECT 1") == .rows([["1"]]))
                    return try? victim.query("SELECT 1")
                }
                // Which of the two depends on whether the statement or mysqld's goodbye comes first.
                if let answer {
                    guard case .error(let code, _) = answer else {
                        Issue.record("\(answer)")
                        return
                    }
                    #expect([1927, 1152, 1053].contains(code))
                }
            }
        }
    }

    @Test func `an id of a sidecar account's session, or of nobody's, is unknown to accounts of mysqld`() async throws {
        try await withCluster(nodes: 1) { _, configuration in
            try configuration.addTopologyAccount()
        } _: { cluster in
            let port = cluster.sidecars[0].sqlPort
            try await onThread {
                let own = try RawSession(port: port)
                try own.logIn(.topology)
                #expect(try own.query("SELECT CONNECTION_ID()") == .rows([["\(own.connectionID)"]]))
                let killer = try RawSession(port: port)
                try killer.logIn()
                for id in [own.connectionID, 0x7fff_fff0] {
                    guard case .error(1094, _) = try killer.query("KILL \(id)") else {
                        Issue.record("\(id) is known")
                        return
                    }
                }
                #expect(try own.query("SELECT 1") == .rows([["1"]]))
            }
        }
    }
}
