import Testing

@testable import ClusterModel

@Suite("Topology versions that others tell")
struct ToldVersionsTests {
    private static let leap: UInt64 = 1 << 32

    @Test(
        "the greatest that can be true is taken over",
        arguments: [
            (5, [], 5),
            (5, [3, 4], 5),
            (5, [9, 7], 9),
            (0, [9], 9),
            // A lie.
            (5, [9, .max], 9),
            (5, [.max], 5),
            (5, [1 << 62], 5),
            (5, [5 + leap], 5 + leap),
            (5, [6 + leap], 5),
            // A node that starts among others of which one lies, whomever it hears first.
            (0, [1 << 61], 0),
            (0, [1 << 61, 12], 12),
            (0, [1 << 61, 12, 11], 12),
            // Lies that came step by step, before this node started: the others agree.
            (0, [1 << 40, 1 << 40 + 3, 1 << 40 + 1], 1 << 40 + 3),
            (0, [1 << 40, 1 << 61, 1 << 40 + 1], 1 << 40 + 1),
        ] as [(UInt64, [UInt64], UInt64)]
    )
    func merged(own: UInt64, told: [UInt64], expected: UInt64) {
        let versions = told.map { TopologyVersion(rawValue: $0) }
        let merged = ToldVersions.merged(TopologyVersion(rawValue: own), with: versions)
        #expect(merged.rawValue == expected)
        #expect(ToldVersions.merged(TopologyVersion(rawValue: own), with: versions.reversed()) == merged)
        #expect(ToldVersions.merged(merged, with: versions) >= merged)
    }

    @Test("a lie changes neither this node's version nor what follows, and the version goes on rising by one")
    func view() throws {
        var builder = ClusterViewBuilder(clusterName: "orders", localID: MemberID(high: 0, low: 1))
        func snapshot(_ number: UInt64, _ version: UInt64, zone: String = "") -> MemberSnapshot {
            MemberSnapshot(
                id: MemberID(high: 0, low: number),
                liveness: .alive,
                incarnation: Incarnation(rawValue: 1),
                lastHeard: MonotonicTime(nanoseconds: 1),
                record: MemberRecord(
                    name: "db\(number)",
                    zone: zone,
                    sqlAddress: HostPort(host: "db\(number)", port: 3306),
                    topologyVersion: TopologyVersion(rawValue: version)
                )
            )
        }
        let now = WallTime(microsecondsSince1970: 0)
        builder.update([snapshot(1, 0), snapshot(2, 40)], now: now)
        #expect(builder.view.topologyVersion.rawValue == 40)
        for number in [UInt64.max, 1 << 62, 1 << 61] {
            builder.update([snapshot(1, 0), snapshot(2, 40), snapshot(3, number)], now: now)
        }
        #expect(builder.view.topologyVersion.rawValue == 41)
        builder.update([snapshot(1, 0), snapshot(2, 40, zone: "a"), snapshot(3, .max)], now: now)
        #expect(builder.view.topologyVersion.rawValue == 42)
    }
}
