import Testing

@testable import ClusterModel

/// Some servers, and which of them is the primary.
struct PrimaryCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let members: [MemberSnapshot]
    let primary: String?
    /// Words of CLUSTER.PRIMARY_PROBLEM, where there is none.
    let reasons: [String]

    init(_ name: String, _ members: [MemberSnapshot], primary: String?, _ reasons: String...) {
        testDescription = name
        self.members = members
        self.primary = primary
        self.reasons = reasons
    }
}

@Suite("Who is primary")
struct PrimaryRuleTests {
    private typealias Fleet = TestFleet

    private static let stopped = ("No", "No")
    private static let connecting = ("Connecting", "Yes")

    private static func unasked(_ number: UInt32, writable: Bool) -> MemberSnapshot {
        var seen = Fleet.seen(number, writable: writable)
        seen.isReplicationKnown = false
        seen.problem = "no SLAVE MONITOR"
        return Fleet.member(number, .up(seen))
    }

    private static func unseen(_ number: UInt32, writable: Bool, holds: Bool) -> MemberSnapshot {
        Fleet.member(
            number,
            .unseen(reason: "1045", last: Fleet.seen(number, writable: writable), holds: holds)
        )
    }

    static let cases: [PrimaryCase] = [
        // What was not told is not "none".
        PrimaryCase(
            "a writable server that does not tell whether it replicates",
            [Fleet.down(1), unasked(2, writable: true)],
            primary: nil,
            "db2 is writable, and whether it is a replica is not known",
            "db1 is OFFLINE"
        ),
        PrimaryCase(
            "one that does not tell beside one that does",
            [Fleet.writable(1), unasked(2, writable: true)],
            primary: "db1"
        ),
        PrimaryCase("a server that is not seen, for a while", [unseen(1, writable: true, holds: true)], primary: "db1"),
        PrimaryCase(
            "a server that is not seen any more",
            [unseen(1, writable: true, holds: false)],
            primary: nil,
            "db1 is SUSPECT"
        ),
        PrimaryCase(
            "one that is not seen, and another that the rest follow",
            [
                unseen(1, writable: true, holds: true), Fleet.writable(2),
                Fleet.readOnly(3, Fleet.link(to: 2)),
            ],
            primary: "db2"
        ),

        // Rings.
        PrimaryCase(
            "the only writable server of a ring of two",
            [Fleet.writable(1, Fleet.link(to: 2)), Fleet.readOnly(2, Fleet.link(to: 1))],
            primary: "db1"
        ),
        PrimaryCase(
            "the only writable server of a ring of three",
            [
                Fleet.writable(1, Fleet.link(to: 3)), Fleet.readOnly(2, Fleet.link(to: 1)),
                Fleet.readOnly(3, Fleet.link(to: 2)),
            ],
            primary: "db1"
        ),
        PrimaryCase(
            "two writable servers that replicate from each other",
            [Fleet.writable(1, Fleet.link(to: 2)), Fleet.writable(2, Fleet.link(to: 1))],
            primary: nil,
            "several members could be the primary: db1, db2"
        ),
        PrimaryCase(
            "the one of them that others follow",
            [
                Fleet.writable(1, Fleet.link(to: 2)), Fleet.writable(2, Fleet.link(to: 1)),
                Fleet.readOnly(3, Fleet.link(to: 1)),
            ],
            primary: "db1"
        ),
        PrimaryCase(
            "no stranger to a ring of two writable servers",
            [
                Fleet.writable(1, Fleet.link(to: 2)), Fleet.writable(2, Fleet.link(to: 1)), Fleet.writable(3),
            ],
            primary: nil,
            "several members could be the primary: db1, db2"
        ),
        PrimaryCase(
            "no writable replica of a ring",
            [
                Fleet.writable(1, Fleet.link(to: 2)), Fleet.readOnly(2, Fleet.link(to: 1)),
                Fleet.writable(3, Fleet.link(to: 2)),
            ],
            primary: "db1"
        ),

        // A promotion that leaves the replication configured.
        PrimaryCase(
            "promoted by STOP REPLICA, while the old primary is read-only",
            [Fleet.readOnly(1), Fleet.writable(2, Fleet.link(to: 1, stopped))],
            primary: "db2"
        ),
        PrimaryCase(
            "promoted by STOP REPLICA after the old primary's death, with all that it had",
            [
                Fleet.down(1, last: Fleet.seen(1, writable: true)),
                Fleet.writable(2, Fleet.link(to: 1, stopped), gtid: "0-1-10,1-2-5"),
                Fleet.readOnly(3, Fleet.link(to: 1, connecting)),
            ],
            primary: "db2"
        ),
        PrimaryCase(
            "promoted by STOP REPLICA, and the old primary follows it now",
            [Fleet.writable(1, Fleet.link(to: 2), gtid: "0-1-99"), Fleet.writable(2, Fleet.link(to: 1, stopped))],
            primary: "db2"
        ),
        PrimaryCase(
            "a stopped replica that lacks what the dead primary had",
            [
                Fleet.down(1, last: Fleet.seen(1, writable: true)),
                Fleet.writable(2, Fleet.link(to: 1, stopped), gtid: "0-1-9"),
            ],
            primary: nil,
            "db2 is writable, and its replication from db1 is stopped",
            "RESET REPLICA ALL"
        ),
        PrimaryCase(
            "a stopped replica whose last transaction has the dead primary's number and is another",
            [
                Fleet.down(1, last: Fleet.seen(1, writable: true)),
                Fleet.writable(2, Fleet.link(to: 1, stopped), gtid: "0-2-10"),
            ],
            primary: nil,
            "is not certain"
        ),
        PrimaryCase(
            "a stopped replica of a dead primary that has not told its GTIDs",
            [
                Fleet.down(1, last: Fleet.seen(1, writable: true, gtid: nil)),
                Fleet.writable(2, Fleet.link(to: 1, stopped)),
            ],
            primary: nil,
            "is not certain"
        ),
        PrimaryCase(
            "a stopped replica of a dead primary, both without GTIDs",
            [
                Fleet.down(1, last: Fleet.seen(1, writable: true, gtid: "")),
                Fleet.writable(2, Fleet.link(to: 1, stopped), gtid: ""),
            ],
            primary: nil,
            "is not certain"
        ),
        PrimaryCase(
            "a writable replica stopped in the middle of a chain",
            [
                Fleet.writable(1), Fleet.writable(2, Fleet.link(to: 1, stopped)),
                Fleet.readOnly(3, Fleet.link(to: 2)),
            ],
            primary: "db1"
        ),
        PrimaryCase(
            "a writable replica whose primary is away",
            [Fleet.down(1), Fleet.writable(2, Fleet.link(to: 1, connecting))],
            primary: nil,
            "db2 is writable, and replicates from db1"
        ),
        PrimaryCase(
            "only read-only servers",
            [Fleet.readOnly(1), Fleet.readOnly(2, Fleet.link(to: 1))],
            primary: nil,
            "db1 is read-only",
            "db2 is read-only"
        ),
    ]

    @Test("by what the servers tell, and else why nobody is", arguments: cases)
    func rule(_ example: PrimaryCase) {
        let view = TestFleet.view(example.members)
        #expect(view.primary?.record.name == example.primary)
        #expect((view.primaryProblem == nil) == (example.primary != nil))
        for reason in example.reasons {
            #expect(view.primaryProblem?.contains(reason) == true, "\(view.primaryProblem ?? "")")
        }
        // Whoever could not decide says so, where a writable server is among them.
        let told = view.events.contains {
            ($0.kind == .noPrimary || $0.kind == .primaryConflict) && $0.memberName == nil && $0.isWarning
        }
        let hasWritable = view.members.contains { $0.current?.isReadOnly == false }
        #expect(told == (example.primary == nil && hasWritable))
    }

    @Test("a sidecar that has met none of the others takes no writable replica for the primary, until it has")
    func alone() {
        let replica = Fleet.writable(2, Fleet.link(to: 1))
        var builder = ClusterViewBuilder(clusterName: "orders", localID: Fleet.id(2), expectsOthers: true)
        builder.update([replica], now: Fleet.start)
        #expect(builder.view.primary == nil)
        #expect(builder.view.primaryProblem?.contains("db2 is writable, and replicates from db1:3306") == true)
        #expect(builder.view.events.map(\.kind) == [.memberJoined])
        builder.update([Fleet.writable(1), replica], now: Fleet.start)
        #expect(builder.view.primary?.record.name == "db1")
        // Who replicates from nobody, or from outside of a cluster that is known, may be it.
        var other = ClusterViewBuilder(clusterName: "orders", localID: Fleet.id(1), expectsOthers: true)
        other.update([Fleet.writable(1)], now: Fleet.start)
        #expect(other.view.primary?.record.name == "db1")
        other.update([Fleet.writable(1, Fleet.link(to: 99)), Fleet.readOnly(2, Fleet.link(to: 1))], now: Fleet.start)
        #expect(other.view.primary?.record.name == "db1")
        #expect(TestFleet.view([Fleet.writable(1, Fleet.link(to: 99))]).primary?.record.name == "db1")
    }

    @Test("a chain of thousands of writable replicas is looked through in time")
    func longChain() {
        let members = (1...2_000).map { number in
            number == 1
                ? Fleet.writable(1) : Fleet.writable(UInt32(number), Fleet.link(to: UInt32(number - 1)))
        }
        #expect(TestFleet.view(members).primary?.record.name == "db1")
    }
}
