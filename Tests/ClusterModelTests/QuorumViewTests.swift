import Testing

@testable import ClusterModel

@Suite("The view where a quorum decides")
struct QuorumViewTests {
    private typealias Fleet = TestFleet

    private static let quorum = QuorumID(high: 1, low: 1)

    private func words(
        _ named: UInt32?,
        epoch: UInt64,
        stage: QuorumWords.Stage = .belongs(quorum),
        isFenced: Bool = false
    ) -> QuorumWords {
        QuorumWords(
            peer: PeerID(high: 0, low: 1),
            stage: stage,
            voters: 3,
            isFenced: isFenced,
            primary: Decisions.Primary(
                member: named.map(Fleet.id),
                epoch: Epoch(rawValue: epoch),
                reason: .bootstrap,
                since: Fleet.later(milliseconds: Int64(epoch))
            )
        )
    }

    private func saying(_ words: QuorumWords?, _ member: MemberSnapshot) -> MemberSnapshot {
        var member = member
        member.record?.quorum = words
        return member
    }

    private func reason(_ view: ClusterView) -> String { view.primaryProblem ?? "" }

    @Test func `the member that the quorum has named is primary, whatever the servers do`() {
        let view = Fleet.view([
            saying(words(2, epoch: 7), Fleet.writable(1)), saying(words(2, epoch: 7), Fleet.writable(2)),
            saying(words(2, epoch: 7), Fleet.readOnly(3, Fleet.link(to: 1))),
        ])
        #expect(view.primary?.record.name == "db2")
        #expect(view.primary?.epoch == Epoch(rawValue: 7))
        #expect(view.primary?.primarySince == Fleet.later(milliseconds: 7))
        // By what the servers do it is the one that is followed.
        #expect(view.observedPrimary == .one(Fleet.id(1)))
    }

    @Test func `one that takes writes without the right is shown`() throws {
        let view = Fleet.view([
            saying(words(2, epoch: 7), Fleet.writable(1)), saying(words(2, epoch: 7), Fleet.writable(2)),
        ])
        let problem = try #require(view.members.first { $0.record.name == "db1" }?.problems.first)
        #expect(problem.code == .writable(beside: Fleet.id(2)))
        #expect(problem.detail.contains("the quorum has not named it"))
    }

    @Test func `the newest decision counts, also that of a member that is gone`() {
        let members = [
            saying(words(1, epoch: 3), Fleet.writable(1)), saying(words(2, epoch: 4), Fleet.writable(2)),
            saying(words(1, epoch: 3), Fleet.readOnly(3)),
        ]
        #expect(Fleet.view(members).primary?.record.name == "db2")
        var gone = members
        gone[2] = saying(words(1, epoch: 5), Fleet.readOnly(3))
        gone[2].liveness = .dead
        #expect(Fleet.view(gone).primary?.record.name == "db1")
    }

    @Test func `nobody else is primary while the one that is named cannot be written to`() {
        let other = saying(words(1, epoch: 3), Fleet.writable(2))
        let readOnly = Fleet.view([saying(words(1, epoch: 3), Fleet.readOnly(1)), other])
        #expect(readOnly.primary == nil)
        #expect(reason(readOnly) == "db1, which the quorum has named, is read-only")
        var dead = saying(words(1, epoch: 3), Fleet.writable(1))
        dead.liveness = .dead
        let gone = Fleet.view([dead, other])
        #expect(gone.primary == nil)
        #expect(reason(gone) == "db1, which the quorum has named, is DEAD")
        let unknown = Fleet.view([saying(words(9, epoch: 3), Fleet.writable(1))])
        #expect(unknown.primary == nil)
        #expect(reason(unknown).contains("not known here"))
        let nobody = Fleet.view([saying(words(nil, epoch: 3), Fleet.writable(1))])
        #expect(nobody.primary == nil)
        #expect(reason(nobody) == "the quorum has named nobody")
    }

    @Test func `a node that is in no quorum goes by the one that the others have`() {
        let others = [saying(words(2, epoch: 1), Fleet.writable(2)), saying(words(2, epoch: 1), Fleet.readOnly(3))]
        let view = Fleet.view([Fleet.writable(1)] + others)
        #expect(view.primary?.record.name == "db2")
    }

    @Test func `another quorum's decisions are none of ours, and of two strange ones neither counts`() {
        let foreign = QuorumWords.Stage.belongs(QuorumID(high: 2, low: 2))
        let own = Fleet.view([
            saying(words(1, epoch: 1), Fleet.writable(1)),
            saying(words(2, epoch: 9, stage: foreign), Fleet.writable(2)),
        ])
        #expect(own.primary?.record.name == "db1")
        let neither = Fleet.view([
            Fleet.readOnly(1), saying(words(2, epoch: 1), Fleet.writable(2)),
            saying(words(3, epoch: 9, stage: foreign), Fleet.writable(3)),
        ])
        // As without any quorum: two are writable.
        #expect(neither.primary == nil)
        #expect(neither.observedPrimary == .several)
    }

    @Test(arguments: [QuorumWords.Stage.fresh, .failed, .removed(quorum)])
    func `words of a member that takes no part name nobody`(stage: QuorumWords.Stage) {
        let view = Fleet.view([saying(words(2, epoch: 9, stage: stage), Fleet.writable(1)), Fleet.readOnly(2)])
        #expect(view.primary?.record.name == "db1")
        #expect(view.primary?.epoch == .zero)
    }

    @Test func `a server that its sidecar has closed is FENCED, and never primary`() {
        var builder = Fleet.builder()
        let open = [saying(words(1, epoch: 1), Fleet.writable(1)), saying(words(1, epoch: 1), Fleet.readOnly(2))]
        builder.update(open, now: Fleet.start)
        let version = builder.view.topologyVersion
        builder.update([saying(words(1, epoch: 1, isFenced: true), Fleet.writable(1)), open[1]], now: Fleet.start)
        #expect(builder.view.local?.state == .fenced)
        #expect(builder.view.primary == nil)
        #expect(builder.view.topologyVersion > version)
        #expect(builder.view.events.contains { $0.kind == .fenced && $0.memberName == "db1" })
        builder.update(open, now: Fleet.start)
        #expect(builder.view.primary?.record.name == "db1")
        #expect(builder.view.events.last { $0.kind == .unfenced }?.memberName == "db1")
    }

    // MARK: The quorum itself

    private func report(leader: UInt32?, voters: [UInt32] = [1, 2, 3], problem: String? = nil) -> QuorumReport {
        QuorumReport(
            leader: leader.map(Fleet.id),
            hasQuorum: leader != nil,
            voters: voters.map { number in
                QuorumReport.Voter(
                    member: Fleet.id(number),
                    role: number == leader ? .leader : .follower,
                    term: 1,
                    commitIndex: 1,
                    matchIndex: nil,
                    heardAt: nil
                )
            },
            problem: problem
        )
    }

    @Test func `what becomes of the quorum is told once, in the words of its members`() {
        var builder = Fleet.builder()
        builder.update([Fleet.writable(1), Fleet.readOnly(2), Fleet.readOnly(3)], now: Fleet.start)
        func kinds(after report: QuorumReport) -> [String] {
            let before = builder.view.events.count
            builder.quorumChanged(report, now: Fleet.start)
            return builder.view.events.dropFirst(before).map { "\($0.kind.rawValue) \($0.memberName ?? "-")" }
        }
        #expect(kinds(after: report(leader: nil, voters: [], problem: "waits")) == ["MEMBER_PROBLEM -"])
        #expect(kinds(after: report(leader: 2)) == ["LEADER_CHANGED db2", "QUORUM_BACK -"])
        #expect(kinds(after: report(leader: 2)) == [])
        #expect(kinds(after: report(leader: 3)) == ["LEADER_CHANGED db3"])
        #expect(kinds(after: report(leader: nil)) == ["QUORUM_LOST -"])
        #expect(kinds(after: report(leader: 3)) == ["LEADER_CHANGED db3", "QUORUM_BACK -"])
        #expect(kinds(after: report(leader: 3, voters: [1, 3])) == ["VOTER_REMOVED db2"])
        #expect(kinds(after: report(leader: 3)) == ["VOTER_ADDED db2"])
        #expect(builder.view.quorum?.voterCount == 3)
    }
}
