import ClusterModel
import Testing

@testable import GossipTransport

@Suite("What keeps nodes apart is told")
struct PeerTroublesTests {
    private func time(_ milliseconds: Int) -> MonotonicTime {
        MonotonicTime(nanoseconds: 1_000_000_000).adding(milliseconds: milliseconds)
    }

    @Test("at once, then every 30 s with the count since, each cause for itself")
    func pauses() {
        var troubles = PeerTroubles()
        #expect(troubles.takeWarnings(now: time(0)).isEmpty)
        for host in ["10.0.0.2", "10.0.0.3", "10.0.0.2"] { troubles.note(.otherKey, from: host) }
        #expect(
            troubles.takeWarnings(now: time(0)) == [.init(cause: .otherKey, count: 3, hosts: ["10.0.0.2", "10.0.0.3"])]
        )
        troubles.note(.otherKey, from: nil)
        troubles.note(.notEncrypted, from: "10.0.0.4")
        #expect(
            troubles.takeWarnings(now: time(1_000)) == [.init(cause: .notEncrypted, count: 1, hosts: ["10.0.0.4"])]
        )
        troubles.note(.otherKey, from: "10.0.0.2")
        #expect(troubles.takeWarnings(now: time(29_999)).isEmpty)
        #expect(troubles.takeWarnings(now: time(30_000)) == [.init(cause: .otherKey, count: 2, hosts: ["10.0.0.2"])])
        #expect(troubles.takeWarnings(now: time(90_000)).isEmpty)
    }

    @Test("the hosts that are named have a limit")
    func hosts() {
        var troubles = PeerTroubles()
        for number in 0..<1_000 { troubles.note(.unreadable, from: "10.0.\(number >> 8).\(number & 255)") }
        let warnings = troubles.takeWarnings(now: time(0))
        #expect(warnings.first?.count == 1_000)
        #expect(warnings.first?.hosts.count == 4)
    }

    @Test("silent seeds: after 5 s, then every 30 s, with what became of the last try; not once one has answered")
    func seeds() {
        let two = [HostPort(host: "db2", port: 6307), HostPort(host: "db3", port: 6307)]
        var seeds = SilentSeeds()
        #expect(seeds.takeWarning(two, now: time(0)) == nil)
        seeds.failed(two[0], "Connection refused")
        #expect(seeds.takeWarning(two, now: time(4_999)) == nil)
        #expect(seeds.takeWarning(two, now: time(5_000)) == ["db2:6307: Connection refused", "db3:6307: no answer"])
        #expect(seeds.takeWarning(two, now: time(34_999)) == nil)
        seeds.answered(two[0])
        seeds.failed(two[1], "closed")
        #expect(seeds.takeWarning(two, now: time(35_000)) == ["db2:6307: no answer", "db3:6307: closed"])
        #expect(seeds.takeWarning([], now: time(99_000)) == nil)
        #expect(seeds.takeWarning(two, now: time(99_500)) == nil)
    }
}
