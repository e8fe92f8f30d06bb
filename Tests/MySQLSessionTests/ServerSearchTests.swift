import ClusterModel
import MySQLWire
import Testing

@testable import MySQLSession

/// The clock of these tests counts milliseconds.
@Suite("The way of a login to its server")
struct ServerSearchTests {
    private static let socket = ServerAddress.unixSocket(path: "/run/mysqld/mysqld.sock")
    private static let db1 = HostPort(host: "192.0.2.1", port: 6033)
    private static let db2 = HostPort(host: "192.0.2.2", port: 6033)

    private func facts(
        _ path: ClientPath = .configured,
        down: Bool = false,
        primary: PrimaryRoute = .none,
        draining: Bool = false,
        gate: GatePosition.Reason? = nil
    ) -> NodeFacts {
        NodeFacts(
            ownServer: Self.socket,
            clientPath: path,
            isServerDown: down,
            primaryRoute: primary,
            isDraining: draining,
            gate: gate
        )
    }

    /// Begun at 0, with 3 s for the way to the own server.
    private func own() -> ServerSearch {
        ServerSearch(goal: .ownServer, pathPatience: time(3_000), now: 0)
    }

    private func primary(within limit: UInt64 = 8_000) -> ServerSearch {
        ServerSearch(goal: .primary(deadline: time(limit)), pathPatience: time(3_000), now: 0)
    }

    private func time(_ milliseconds: UInt64) -> UInt64 { milliseconds * 1_000_000 }

    @Test func `the own server is reached by the way that clients come`() {
        let loopback = HostPort(host: "127.0.0.1", port: 3306)
        let ways: [(ClientPath, ServerSearch.Action)] = [
            (.configured, .connect(Self.socket, isLocal: true)),
            (.loopback(loopback), .connect(.tcp(loopback), isLocal: true)),
            (.closed(reason: "root"), .fail(ServerRefusal.closedSocket)),
            (.unknown, .wait(until: time(3_000))),
        ]
        for (path, expected) in ways {
            var search = own()
            #expect(search.begin(now: 0, facts(path)) == expected, "\(path)")
        }
    }

    @Test func `a way that is not known yet is waited for, as long as the server may be there`() {
        var search = own()
        _ = search.begin(now: 0, facts(.unknown))
        #expect(search.news(now: time(10), facts(.unknown)) == .wait(until: time(3_000)))
        var (late, down) = (search, search)
        #expect(search.news(now: time(20), facts()) == .connect(Self.socket, isLocal: true))
        #expect(late.news(now: time(3_000), facts(.unknown)) == .fail(nil))
        #expect(down.news(now: time(20), facts(.unknown, down: true)) == .fail(nil))
    }

    @Test func `a client of the node's own server hears at once that it cannot be had`() {
        var search = own()
        _ = search.begin(now: 0, facts())
        #expect(search.failed(now: time(5), facts()) == .fail(nil))
    }

    @Test func `a primary is waited for, and followed where it goes`() {
        var search = primary()
        #expect(search.begin(now: 0, facts()) == .wait(until: time(8_000)))
        #expect(
            search.news(now: time(10), facts(primary: .remote(Self.db1))) == .connect(.tcp(Self.db1), isLocal: false)
        )
        // Another one is named before it has greeted.
        #expect(search.news(now: time(11), facts(primary: .remote(Self.db2))) == nil)
        #expect(
            search.greeted(now: time(12), facts(primary: .remote(Self.db2))) == .connect(.tcp(Self.db2), isLocal: false)
        )
        #expect(search.greeted(now: time(13), facts(primary: .local)) == .connect(Self.socket, isLocal: true))
        #expect(search.greeted(now: time(14), facts(primary: .local)) == nil)
    }

    @Test func `at a closed gate a client of the node hears why, and one that wants the primary waits`() {
        let refusal = GateRefusal.login(.notPrimary, errno: 1927)
        var search = own()
        #expect(search.begin(now: 0, facts(gate: .notPrimary)) == .fail(refusal))
        var wanting = primary()
        #expect(wanting.begin(now: 0, facts(primary: .local, gate: .leaseEnded)) == .wait(until: time(100)))
        #expect(
            wanting.news(now: time(20), facts(primary: .remote(Self.db2))) == .connect(.tcp(Self.db2), isLocal: false)
        )
    }

    @Test func `a node that has just begun lets its clients wait for the quorum's word, for a while`() {
        var search = own()
        #expect(search.begin(now: 0, facts(gate: .starting)) == .wait(until: time(3_000)))
        var late = search
        #expect(search.news(now: time(500), facts()) == .connect(Self.socket, isLocal: true))
        let refusal = GateRefusal.login(.starting, errno: 1927)
        #expect(late.news(now: time(3_000), facts(gate: .starting)) == .fail(refusal))
    }

    @Test func `a server that is down is an outage, whatever the gate`() {
        var search = own()
        #expect(search.begin(now: 0, facts(down: true, gate: .starting)) == .fail(nil))
    }

    @Test func `a primary that does not answer is tried again after a pause, another one at once`() {
        var search = primary()
        let named = facts(primary: .remote(Self.db1))
        _ = search.begin(now: 0, named)
        #expect(search.failed(now: time(5), named) == .wait(until: time(105)))
        #expect(search.news(now: time(50), named) == .wait(until: time(105)))
        var other = search
        #expect(other.news(now: time(50), facts(primary: .local)) == .connect(Self.socket, isLocal: true))
        #expect(search.news(now: time(105), named) == .connect(.tcp(Self.db1), isLocal: false))
    }

    @Test func `the search for a primary ends in time, and when the sidecar stops`() {
        let error = SQLError(errno: 1040, sqlState: "08004", message: "Too many connections")
        var search = primary(within: 100)
        _ = search.begin(now: 0, facts(primary: .remote(Self.db1)))
        var late = search
        #expect(late.failed(error, now: time(100), facts(primary: .remote(Self.db1))) == .fail(error))
        #expect(search.failed(now: time(5), facts(draining: true)) == .fail(nil))

        var waiting = primary(within: 100)
        _ = waiting.begin(now: 0, facts())
        var stopped = waiting
        #expect(waiting.news(now: time(100), facts()) == .fail(nil))
        #expect(stopped.news(now: time(5), facts(draining: true)) == .fail(nil))
    }

    @Test func `a server at the end of the time is still given some`() {
        let limit = time(3_000)
        #expect(own().patience(limit: limit, now: time(60_000)) == limit)
        #expect(primary().patience(limit: limit, now: time(1_000)) == limit)
        #expect(primary().patience(limit: limit, now: time(7_000)) == time(1_000))
        #expect(primary().patience(limit: limit, now: time(9_000)) == time(200))
    }
}
