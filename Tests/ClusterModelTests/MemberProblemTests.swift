import Testing

@testable import ClusterModel

@Suite("What is wrong with a member")
struct MemberProblemTests {
    private typealias Fleet = TestFleet

    /// The lines that a second state adds to the history.
    private func added(_ first: [MemberSnapshot], _ second: [MemberSnapshot]) -> [ClusterEvent] {
        var builder = Fleet.builder()
        builder.update(first, now: Fleet.start)
        let known = builder.view.events.count
        builder.update(second, now: Fleet.later(milliseconds: 1))
        return Array(builder.view.events.dropFirst(known))
    }

    private static let follower = Fleet.readOnly(3, Fleet.link(to: 2))

    @Test("an old primary that comes back writable beside the new one is told, and so is its end")
    func oldPrimary() throws {
        let before = [Fleet.readOnly(1), Fleet.writable(2), Self.follower]
        let after = [Fleet.writable(1), Fleet.writable(2), Self.follower]
        let told = added(before, after)
        #expect(told.map(\.kind) == [.primaryConflict])
        let event = try #require(told.first)
        #expect(event.memberName == "db1")
        #expect(event.isWarning)
        #expect(event.detail == "db1 is writable, and the other members do not follow it; the primary is db2")
        #expect(Fleet.view(after).members[0].problems.map(\.detail) == [event.detail])
        #expect(added(after, after) == [])
        #expect(added(after, before).map(\.kind) == [.problemSolved])
    }

    @Test("so is a writable replica that was detached, by whichever statement")
    func detached() {
        let before = [Fleet.writable(2), Self.follower, Fleet.readOnly(4, Fleet.link(to: 2))]
        for detached in [Fleet.writable(4), Fleet.writable(4, Fleet.link(to: 2, ("No", "No")))] {
            let told = added(before, [Fleet.writable(2), Self.follower, detached])
            #expect(told.contains { $0.kind == .primaryConflict && $0.memberName == "db4" && $0.isWarning })
        }
        // As MariaDB leaves every replica that nobody has made read-only.
        let attached = Fleet.writable(4, Fleet.link(to: 2))
        #expect(added(before, [Fleet.writable(2), Self.follower, attached]) == [])
    }

    @Test("broken replication is told with the server's error, and changes of its words are not")
    func brokenReplication() throws {
        var link = Fleet.link(to: 1, ("Yes", "No"))
        link.lastError = "error 1062: Duplicate entry '1' for key 'PRIMARY'"
        link.sqlErrorNumber = 1062
        let broken = [Fleet.writable(1), Fleet.readOnly(2, link)]
        let told = added([Fleet.writable(1), Fleet.readOnly(2, Fleet.link(to: 1))], broken)
        #expect(told.map(\.kind) == [.stateChanged])
        let detail = "replication from db1 is not running (IO Yes, SQL No): \(link.lastError)"
        #expect(told.first?.detail == "ONLINE -> RECOVERING: \(detail)")
        #expect(told.first?.isWarning == true)
        #expect(Fleet.view(broken).members[1].problems == [MemberProblem(.replicationBroken(errors: [1062]), detail)])
        link.lastError += ", try 2"
        #expect(added(broken, [Fleet.writable(1), Fleet.readOnly(2, link)]) == [])
        link.sqlErrorNumber = 1032
        #expect(added(broken, [Fleet.writable(1), Fleet.readOnly(2, link)]).map(\.kind) == [.memberProblem])
    }

    @Test("a primary is ONLINE, and what is wrong with links of its own is told")
    func primaryWithALink() {
        let view = Fleet.view([Fleet.readOnly(1), Fleet.writable(2, Fleet.link(to: 1, ("No", "No")))])
        #expect(view.members[1].role == .primary)
        #expect(view.members[1].state == .online)
        #expect(view.members[1].problems.map(\.code) == [.replicationStopped])
    }

    @Test("a server that is not seen is SUSPECT, with the reason, and is no primary without end")
    func notSeen() {
        let seen = Fleet.seen(1, writable: true)
        let replica = Fleet.readOnly(2, Fleet.link(to: 1))
        let unseen = [Fleet.member(1, .unseen(reason: "refused: 1045", last: seen, holds: true)), replica]
        let told = added([Fleet.writable(1), replica], unseen)
        #expect(told.map(\.kind) == [.stateChanged])
        #expect(told.first?.detail == "ONLINE -> SUSPECT: refused: 1045")
        let view = Fleet.view(unseen)
        #expect(view.primary?.record.name == "db1")
        #expect(view.members[0].isReadOnly == false)
        #expect(view.members[0].current == nil)
        let expired = [Fleet.member(1, .unseen(reason: "refused: 1045", last: seen, holds: false)), replica]
        #expect(added(unseen, expired).map(\.kind) == [.roleChanged, .primaryChanged])
        #expect(Fleet.view(expired).members[0].isReadOnly == nil)
    }

    @Test("an account that is not shown all is told of once")
    func notAllSeen() {
        var seen = Fleet.seen(2)
        seen.isReplicationKnown = false
        seen.problem = "grant SLAVE MONITOR"
        let partly = [Fleet.writable(1), Fleet.member(2, .up(seen))]
        let told = added([Fleet.writable(1), Fleet.readOnly(2)], partly)
        #expect(told.map(\.kind) == [.memberProblem])
        #expect(told.first?.detail == "grant SLAVE MONITOR")
        #expect(added(partly, partly) == [])
        #expect(added(partly, [Fleet.writable(1), Fleet.readOnly(2)]).map(\.kind) == [.problemSolved])
    }

    @Test("a line of history is of bounded length, whatever a member tells")
    func longWords() {
        let words = String(repeating: "x", count: 60_000)
        let told = added([Fleet.writable(1)], [Fleet.member(1, .down(reason: words, last: nil))])
        #expect(!told.isEmpty)
        #expect(told.allSatisfy { $0.detail.count <= 2_000 })
    }

    @Test("a loss of the primary says why")
    func lostPrimary() {
        let replica = Fleet.readOnly(2, Fleet.link(to: 1))
        let told = added([Fleet.writable(1), replica], [Fleet.down(1, last: Fleet.seen(1, writable: true)), replica])
        #expect(told.last?.kind == .primaryChanged)
        #expect(told.last?.detail == "db1 -> none: db1 is OFFLINE; db2 is read-only")
        #expect(told.last?.isWarning == true)
    }

    @Test("a member that has another's address is named with it")
    func renamed() {
        var renamed = Fleet.readOnly(9)
        renamed.record?.sqlAddress = HostPort(host: "db2", port: 6306)
        let old = Fleet.member(2, .unknown, liveness: .left)
        let joined = added([Fleet.writable(1), old], [Fleet.writable(1), old, renamed])
        #expect(joined.first?.detail == "STANDALONE ONLINE at db2:6306, which is db2's, too")
        let gone = added([Fleet.writable(1), old, renamed], [Fleet.writable(1), renamed])
        #expect(gone.map(\.detail) == ["forgotten after LEFT; db9 has its address now"])
    }
}

@Suite("Lag along a chain of replicas")
struct ReplicationDelayTests {
    private typealias Fleet = TestFleet

    private func lags(_ members: [MemberSnapshot]) -> [Int?] {
        Fleet.view(members).members.map(\.lagMilliseconds)
    }

    @Test("a replica of a replica is as far behind as either")
    func chain() {
        func chain(_ first: Int?, _ second: Int?) -> [Int?] {
            lags([
                Fleet.writable(1), Fleet.readOnly(2, Fleet.link(to: 1, lag: first)),
                Fleet.readOnly(3, Fleet.link(to: 2, lag: second)),
            ])
        }
        #expect(chain(30_000, 0) == [nil, 30_000, 30_000])
        #expect(chain(1_000, 2_000) == [nil, 1_000, 2_000])
        #expect(chain(nil, 0) == [nil, nil, nil])
    }

    @Test("below a replica that is stopped nobody knows its lag, and nobody is ONLINE")
    func stopped() {
        let view = Fleet.view([
            Fleet.writable(1), Fleet.readOnly(2, Fleet.link(to: 1, ("No", "No"))),
            Fleet.readOnly(3, Fleet.link(to: 2)), Fleet.readOnly(4, Fleet.link(to: 3)),
        ])
        #expect(view.members.map(\.lagMilliseconds) == [nil, nil, nil, nil])
        #expect(view.members.map(\.state) == [.online, .recovering, .recovering, .recovering])
        #expect(view.members[3].problems.map(\.code) == [.sourceStopped(at: Fleet.id(2))])
    }

    @Test("a lag above it makes a replica LAGGING, by the replica's own threshold")
    func lagging() {
        let view = Fleet.view([
            Fleet.writable(1), Fleet.readOnly(2, Fleet.link(to: 1, lag: 60_000)),
            Fleet.readOnly(3, Fleet.link(to: 2)),
        ])
        #expect(view.members.map(\.state) == [.online, .lagging, .lagging])
    }

    @Test("of several sources the worst counts")
    func severalSources() {
        func several(_ second: ReplicationLink) -> Int? {
            lags([Fleet.writable(1), Fleet.readOnly(2), Fleet.readOnly(3, Fleet.link(to: 1, lag: 0), second)])[2]
        }
        #expect(several(Fleet.link(to: 2, lag: 700)) == 700)
        #expect(several(Fleet.link(to: 2, ("No", "No"))) == nil)
        #expect(several(Fleet.link(to: 99, lag: nil)) == nil)
    }

    @Test("a source whose sidecar is away counts by what it was: the head, or one on the way")
    func silentSource() {
        let head = Fleet.member(1, .up(Fleet.seen(1, writable: true)), liveness: .dead)
        #expect(lags([head, Fleet.readOnly(2, Fleet.link(to: 1, lag: 5))]) == [nil, 5])
        let between = Fleet.member(2, .up(Fleet.seen(2, [Fleet.link(to: 1)])), liveness: .dead)
        #expect(
            lags([Fleet.writable(1), between, Fleet.readOnly(3, Fleet.link(to: 2, lag: 5))]) == [nil, nil, nil]
        )
    }

    @Test("a ring ends at its primary, and has an end without one")
    func ring() {
        let ring = [
            Fleet.writable(1, Fleet.link(to: 2, lag: 900)), Fleet.readOnly(2, Fleet.link(to: 1, lag: 3)),
        ]
        #expect(lags(ring) == [900, 3])
        let both = [Fleet.readOnly(1, Fleet.link(to: 2, lag: 900)), Fleet.readOnly(2, Fleet.link(to: 1, lag: 3))]
        #expect(lags(both) == [900, 900])
    }
}

@Suite("A sidecar that was started anew")
struct RestartTests {
    private typealias Fleet = TestFleet

    private static let replica = Fleet.readOnly(2, Fleet.link(to: 1))

    @Test("changes nothing until it has looked at its server")
    func quickRestart() {
        var builder = Fleet.builder()
        builder.update([Fleet.writable(1), Self.replica], now: Fleet.start)
        let before = builder.view
        for members in [
            [Fleet.member(1, .unknown), Self.replica], [Fleet.member(1, .unknown, liveness: .suspect), Self.replica],
            [Fleet.member(1, .unknown), Fleet.member(2, .unknown)], [Fleet.writable(1), Self.replica],
        ] {
            builder.update(members, now: Fleet.start)
            #expect(builder.view.members.map(\.role) == before.members.map(\.role))
        }
        #expect(builder.view.members == before.members)
        #expect(!builder.view.events.contains { $0.kind == .roleChanged && $0.id > before.events.count })
        #expect(builder.view.events.filter { $0.kind == .primaryChanged }.count == 1)
    }

    @Test("is what it says once it has looked")
    func looked() {
        var builder = Fleet.builder()
        for members in [
            [Fleet.writable(1), Self.replica], [Fleet.member(1, .unknown), Self.replica],
            [Fleet.down(1), Self.replica],
        ] {
            builder.update(members, now: Fleet.start)
        }
        #expect(builder.view.members[0].state == .offline)
        #expect(builder.view.primary == nil)
    }

    @Test("starts from nothing after it was dead or had left", arguments: [Liveness.dead, .left])
    func afterAnEnd(_ liveness: Liveness) {
        var builder = Fleet.builder()
        builder.update([Fleet.writable(1), Self.replica], now: Fleet.start)
        builder.update(
            [Fleet.member(1, .up(Fleet.seen(1, writable: true)), liveness: liveness), Self.replica],
            now: Fleet.start
        )
        builder.update([Fleet.member(1, .unknown), Self.replica], now: Fleet.start)
        #expect(builder.view.members[0].state == .starting)
        #expect(builder.view.primary == nil)
    }

    @Test("is no other kind of member while it comes back", arguments: [Liveness.dead, .left])
    func replicaComesBack(_ liveness: Liveness) {
        var builder = Fleet.builder()
        let gone = Fleet.member(2, .up(Fleet.seen(2, [Fleet.link(to: 1)])), liveness: liveness)
        for replica in [Self.replica, gone, Fleet.member(2, .unknown), Self.replica] {
            builder.update([Fleet.writable(1), replica], now: Fleet.start)
            #expect(builder.view.members[1].role == .replica)
        }
        #expect(!builder.view.events.contains { $0.kind == .roleChanged })
    }

    @Test("keeps its role for a while if its server does not let it look")
    func notLetIn() {
        var builder = Fleet.builder()
        let full = Fleet.member(1, .unseen(reason: "1040", last: nil, holds: false))
        builder.update([Fleet.writable(1), Self.replica], now: Fleet.start)
        builder.update([full, Self.replica], now: Fleet.later(milliseconds: 10))
        #expect(builder.view.primary?.record.name == "db1")
        #expect(builder.view.members[0].state == .suspect)
        let last = Int64(ServerCondition.graceMilliseconds)
        builder.update([full, Self.replica], now: Fleet.later(milliseconds: last))
        #expect(builder.view.primary?.record.name == "db1")
        builder.update([full, Self.replica], now: Fleet.later(milliseconds: last + 20))
        #expect(builder.view.primary == nil)
        // And it does not come back by itself.
        builder.update([full, Self.replica], now: Fleet.later(milliseconds: last + 30))
        #expect(builder.view.primary == nil)
    }
}
