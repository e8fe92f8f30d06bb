import ClusterModel
import Gossip
import GossipTransport
import TestServers
import Testing

@Suite("A member that has moved before all name servers know")
struct MovedMemberTests {
    /// Its name leads to 127.0.0.1, and it is at 127.0.0.2.
    @Test("is found where its packets come from, and not suspected again and again")
    func moved() async throws {
        let first = TestMember(1)
        let seed = try await first.start()
        let port = try PortAllocator.allocate()
        let moved = TestMember(
            2,
            listen: HostPort(host: "127.0.0.2", port: port),
            advertise: HostPort(host: "localhost", port: port),
            seeds: [seed]
        )
        try await moved.start()
        let joined = try await eventually(within: .seconds(8)) { first.sees([1, 2]) && moved.sees([1, 2]) }
        #expect(joined != nil)
        let probes = first.service.counters.probes
        let probed = try await eventually(within: .seconds(15)) {
            first.service.counters.probes >= probes + 8
        }
        #expect(probed != nil)
        // Not with each probe: a busy machine may be late once.
        #expect(first.service.counters.suspicions <= 2)
        await moved.service.stop()
        await first.service.stop()
    }
}
