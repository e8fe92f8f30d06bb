import ClusterModel
import Quorum
import RaftHost
import Synchronization
import TestServers
import Testing

/// With real stores, streams and clocks.
@Suite("A quorum of real members")
struct QuorumServiceTests {
    private func leader(_ cluster: HostedCluster) -> HostedMember? { cluster.members.first { $0.leads } }

    @Test func `members found one quorum, and the primary that there is gets the right to be one`() async throws {
        try await withHostedCluster { cluster in
            cluster.primary.withLock { $0 = 2 }
            try await cluster.wait("the primary has the right") { cluster.member(2)?.hasRight == true }
            #expect(cluster.members.filter(\.hasRight).map(\.number) == [2])
            #expect(Set(cluster.members.map { $0.status?.quorum }).count == 1)
            #expect(cluster.member(2)?.status?.primary?.epoch == Epoch(rawValue: 1))
        }
    }

    @Test func `when the leader is gone another leads, and what was decided stays`() async throws {
        try await withHostedCluster { cluster in
            cluster.primary.withLock { $0 = 2 }
            try await cluster.wait("the primary has the right") { cluster.member(2)?.hasRight == true }
            await cluster.stop(2)
            try await cluster.wait("another leads") { self.leader(cluster) != nil }
            #expect(cluster.members.allSatisfy { !$0.hasRight })
            try await cluster.start(2)
            try await cluster.wait("the primary has its right again") { cluster.member(2)?.hasRight == true }
            #expect(cluster.member(2)?.status?.primary?.epoch == Epoch(rawValue: 1))
        }
    }

    @Test func `a service's leader is elected at any member`() async throws {
        let service = try #require(ServiceText("jobs"))
        let (one, two) = (try #require(ServiceText("one")), try #require(ServiceText("two")))
        let terms = try #require(ServiceTerms(leaseMilliseconds: 60_000))
        try await withHostedCluster { cluster in
            let members = cluster.members
            guard case .leads(let term, let remaining) = await members[0].service.ask(.elect(service, id: one, terms))
            else { throw Failure("nobody was elected") }
            #expect((50_000...60_000).contains(remaining))
            for member in members {
                guard case .led(one, term, _) = await member.service.ask(.elect(service, id: two, terms)) else {
                    throw Failure("member \(member.number) does not know who leads")
                }
            }
            #expect(await members[1].service.ask(.resign(service, id: one)) == .done)
            guard case .leads(let next, _) = await members[2].service.ask(.elect(service, id: two, terms)) else {
                throw Failure("nobody was elected")
            }
            #expect(next > term)
            try await cluster.wait("all have heard of it, and one knows how long the lease runs") {
                let seen = members.compactMap { $0.seen.state.withLock { $0.services[service] } }
                return seen.count == members.count
                    && seen.allSatisfy { $0.service.term == next && $0.service.leader?.id == two }
                    && seen.count { $0.leaseEnds != nil && $0.observers != nil } == 1
            }
        }
    }

    @Test func `all stopped and started again, the quorum is the same`() async throws {
        try await withHostedCluster { cluster in
            let quorum = cluster.members[0].status?.quorum
            for number in 1...3 { await cluster.stop(number) }
            for number in 1...3 { try await cluster.start(number) }
            try await cluster.wait("somebody leads again") { self.leader(cluster) != nil }
            #expect(cluster.members.allSatisfy { $0.status?.quorum == quorum })
        }
    }

    @Test func `a member whose store is gone comes back as another voter`() async throws {
        try await withHostedCluster { cluster in
            try await cluster.wait("all take part") { cluster.members.allSatisfy { $0.status?.part == .takesPart } }
            let before = cluster.member(3)?.words?.peer
            await cluster.stop(3)
            try await cluster.start(3, folder: try TemporaryRoot.makeDirectory("quorum"))
            try await cluster.wait("it votes again") {
                guard let status = self.leader(cluster)?.status else { return false }
                return status.voterCount == 3 && cluster.member(3)?.status?.part == .takesPart
            }
            #expect(cluster.member(3)?.words?.peer != before)
        }
    }

    @Test func `a member without a store takes no part, and says why`() async throws {
        try await withHostedCluster(4) { cluster in
            let member = try await cluster.start(4, folder: "/nonexistent")
            try await cluster.wait("it says so") {
                if case .out(.storeFailed) = member.status?.part { true } else { false }
            }
            #expect(member.words?.stage == .failed)
            #expect(await member.service.ask(.remove(member.id)) == .refused(.notInQuorum))
        }
    }

    @Test func `who leaves hands the lead over first`() async throws {
        try await withHostedCluster { cluster in
            try await cluster.wait("all take part") { cluster.members.allSatisfy { $0.status?.part == .takesPart } }
            let old = try #require(leader(cluster))
            await old.service.leave()
            try await cluster.wait("another leads") { self.leader(cluster).map { $0.number != old.number } ?? false }
        }
    }
}

private struct Failure: Error {
    let what: String
    init(_ what: String) { self.what = what }
}
