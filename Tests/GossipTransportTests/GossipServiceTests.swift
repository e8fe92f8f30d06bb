import ClusterModel
import Gossip
import NIOCore
import NIOPosix
import PeerTransport
import Synchronization
import Testing

@testable import GossipTransport

/// Adds the key, the part, the sender and a sum of the stream's nonces, and inverts the rest: enough to see that everything passes through it.
struct Inverting: PeerCipher {
    struct NotSealed: Error {}
    static let overheadByteCount = 26
    let key: UInt8

    /// Of 64 bits: no two streams of any test share it.
    private static func sum(_ stream: StreamNonces) -> [UInt8] {
        let sum = (stream.acceptor + stream.opener).reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
            ($0 ^ UInt64($1)) &* 0x100_0000_01b3
        }
        return (0..<8).map { UInt8(truncatingIfNeeded: sum >> (8 * $0)) }
    }

    func seal(_ plaintext: [UInt8], by sender: MemberID, as part: SealedPart, on stream: StreamNonces) throws -> [UInt8]
    {
        let name = [sender.high, sender.low].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
        }
        return [key, part.rawValue] + name + Self.sum(stream) + plaintext.map { ~$0 }
    }

    func open(_ sealed: [UInt8], as part: SealedPart, on stream: StreamNonces) throws -> OpenedMessage {
        guard sealed.count >= Self.overheadByteCount, sealed[0] == key, sealed[1] == part.rawValue,
            Array(sealed[18..<26]) == Self.sum(stream)
        else { throw NotSealed() }
        func word(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) } }
        return OpenedMessage(
            sender: MemberID(high: word(sealed[2..<10]), low: word(sealed[10..<18])),
            bytes: sealed.dropFirst(Self.overheadByteCount).map { ~$0 }
        )
    }
}

/// The bounds are those of the specification plus a second for a busy machine; the core's own tests hold them exactly.
@Suite("Gossip on real sockets")
struct GossipServiceTests {
    @Test("three members find each other, and an urgent change is soon seen by all")
    func recordChange() async throws {
        try await withThreeMembers { members, _ in
            members[1].service.updateRecord([42, 42], urgent: true)
            let time = try await eventually(within: .seconds(2)) {
                members.allSatisfy { $0.view(of: 2)?.record?.bytes == [42, 42] }
            }
            #expect(time != nil)
        }
    }

    @Test("a record of 60,000 bytes reaches all")
    func longRecord() async throws {
        try await withThreeMembers { members, _ in
            let long = (0..<60_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            members[0].service.updateRecord(long, urgent: true)
            let time = try await eventually(within: .seconds(3)) {
                members.allSatisfy { $0.view(of: 1)?.record?.bytes == long }
            }
            #expect(time != nil)
        }
    }

    @Test("a member that vanishes is dead for the others; restarted on its address it is back")
    func deathAndRestart() async throws {
        try await withThreeMembers { members, addresses in
            await members[2].service.stop()
            let death = try await eventually(within: .seconds(5)) {
                members[0...1].allSatisfy { $0.view(of: 3)?.liveness == .dead }
            }
            #expect(death != nil)
            let others = try await eventually(within: .seconds(5)) { members[0...1].allSatisfy { $0.sees([1, 2]) } }
            #expect(others != nil)

            let again = TestMember(
                3,
                listen: addresses[2],
                seeds: [addresses[0], addresses[1], addresses[2]],
                record: [33]
            )
            try await again.start()
            let whole = [members[0], members[1], again]
            let back = try await eventually(within: .seconds(3)) {
                whole.allSatisfy { $0.sees([1, 2, 3]) && $0.view(of: 3)?.record?.bytes == [33] }
            }
            #expect(back != nil)
            await again.service.stop()
        }
    }

    @Test("a member that restarts before it was missed is taken for the new process")
    func quickRestart() async throws {
        try await withThreeMembers { members, addresses in
            members[2].service.updateRecord([1, 2], urgent: true)
            await members[2].service.stop()
            let again = TestMember(3, listen: addresses[2], seeds: [addresses[0]], record: [34])
            try await again.start()
            let whole = [members[0], members[1], again]
            let back = try await eventually(within: .seconds(3)) {
                whole.allSatisfy { $0.sees([1, 2, 3]) && $0.view(of: 3)?.record?.bytes == [34] }
            }
            #expect(back != nil)
            await again.service.stop()
        }
    }

    @Test("who leaves is shown as left")
    func leave() async throws {
        try await withThreeMembers { members, _ in
            await members[1].service.leave()
            await members[1].service.stop()
            let time = try await eventually(within: .seconds(2)) {
                members[0].view(of: 2)?.liveness == .left && members[2].view(of: 2)?.liveness == .left
            }
            #expect(time != nil)
        }
    }

    @Test("lastHeard is reported anew while nothing else changes")
    func lastHeard() async throws {
        try await withThreeMembers { members, _ in
            let before = try #require(members[0].view(of: 2)?.lastHeard)
            let time = try await eventually(within: .seconds(5)) {
                (members[0].view(of: 2)?.lastHeard ?? before).milliseconds(since: before) > 1_000
            }
            #expect(time != nil)
        }
    }

    @Test("everything passes through the cipher; a member with another key is not let in and is counted")
    func cipher() async throws {
        try await withThreeMembers(cipher: Inverting(key: 7)) { members, addresses in
            for cipher in [Inverting(key: 8), nil] as [Inverting?] {
                let stranger = TestMember(9, seeds: addresses, cipher: cipher)
                try await stranger.start()
                let counted = try await eventually(within: .seconds(5)) {
                    members[0].service.counters.decryptFailures > 0
                }
                #expect(counted != nil)
                #expect(stranger.members.count == 1)
                #expect(members.allSatisfy { $0.view(of: 9) == nil })
                await stranger.service.stop()
            }
        }
    }

    @Test("a member of another cluster is refused and counted, and learns nothing")
    func foreignCluster() async throws {
        try await withThreeMembers { members, addresses in
            let stranger = TestMember(9, cluster: "billing", seeds: addresses)
            try await stranger.start()
            let counted = try await eventually(within: .seconds(5)) {
                members[0].service.counters.foreignCluster > 0
            }
            #expect(counted != nil)
            #expect(stranger.members.count == 1)
            #expect(members.allSatisfy { $0.view(of: 9) == nil })
            await stranger.service.stop()
        }
    }

    @Test("names are resolved: seeds and advertised addresses may be host names")
    func names() async throws {
        let first = TestMember(1, advertise: HostPort(host: "localhost", port: 0))
        let address = try await first.start()
        #expect(address.host == "localhost")
        let second = TestMember(2, advertise: HostPort(host: "localhost", port: 0), seeds: [address])
        try await second.start()
        let whole = try await eventually(within: .seconds(5)) { first.sees([1, 2]) && second.sees([1, 2]) }
        #expect(whole != nil)
        // Datagrams find their way too, not only the streams of joining.
        let probed = try await eventually(within: .seconds(5)) {
            let counters = second.service.counters
            return counters.probes > 1 && counters.packetsIn > 2
        }
        #expect(probed != nil)
        await first.service.stop()
        await second.service.stop()
    }

    @Test("a port in use is named with its protocol", arguments: [GossipTransportError.Socket.tcp, .udp])
    func portInUse(socket: GossipTransportError.Socket) async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let holder: any Channel
        switch socket {
        case .tcp: holder = try await ServerBootstrap(group: group).bind(host: "127.0.0.1", port: 0).get()
        case .udp: holder = try await DatagramBootstrap(group: group).bind(host: "127.0.0.1", port: 0).get()
        }
        let port = UInt16(try #require(holder.localAddress?.port))
        let listen = HostPort(host: "127.0.0.1", port: port)
        let member = TestMember(1, listen: listen)
        await #expect(throws: GossipTransportError.addressInUse(listen, socket)) { try await member.start() }
        #expect(
            GossipTransportError.addressInUse(listen, socket).description
                == "gossip: \(socket.rawValue) 127.0.0.1:\(port) is in use by another process"
        )
        try await holder.close()
    }

    @Test("other errors of the start are typed")
    func startErrors() async throws {
        let wildcard = TestMember(1, listen: HostPort(host: "0.0.0.0", port: 0))
        await #expect(throws: GossipTransportError.advertiseMissing(listen: HostPort(host: "0.0.0.0", port: 0))) {
            try await wildcard.start()
        }
        let twice = TestMember(1)
        try await twice.start()
        await #expect(throws: GossipTransportError.alreadyStarted) { try await twice.start() }
        await twice.service.stop()
        let nowhere = TestMember(1, listen: HostPort(host: "no-such-host.invalid", port: 0))
        let error = await #expect(throws: GossipTransportError.self) { try await nowhere.start() }
        guard case .cannotResolve = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test("a UDP socket that closed itself is opened again, before others miss the member")
    func reopening() async throws {
        try await withThreeMembers { members, _ in
            let channel = try #require(members[1].service.state.withLock { $0.sockets?.datagrams.channel })
            try await channel.close()
            let before = members[1].service.counters.packetsIn
            let heard = try await eventually(within: .seconds(5)) {
                members[1].service.counters.packetsIn > before + 3
            }
            #expect(heard != nil)
            // On a busy machine it may be suspected for a moment.
            let seen = try await eventually(within: .seconds(5)) { members.allSatisfy { $0.sees([1, 2, 3]) } }
            #expect(seen != nil)
        }
    }

    @Test("an address that cannot be reached silences nobody else")
    func unreachable() async throws {
        try await withThreeMembers { members, addresses in
            // Sending to the broadcast address fails at once with EACCES.
            let stranger = TestMember(9, advertise: HostPort(host: "255.255.255.255", port: 9), seeds: addresses)
            try await stranger.start()
            let known = try await eventually(within: .seconds(5)) { members.allSatisfy { $0.view(of: 9) != nil } }
            #expect(known != nil)
            let before = members[0].service.counters.probes
            let probed = try await eventually(within: .seconds(5)) {
                members[0].service.counters.probes >= before + 4
            }
            #expect(probed != nil)
            #expect(members.allSatisfy { $0.sees([1, 2, 3]) })
            #expect(members.allSatisfy { $0.service.state.withLock { $0.sockets?.datagrams.channel.isActive } == true })
            await stranger.service.stop()
        }
    }

    @Test("a service that never started, or has stopped, answers every call")
    func unstarted() async {
        let member = TestMember(1)
        member.service.updateRecord([1], urgent: true)
        await member.service.leave()
        await member.service.stop()
        #expect(await member.service.members().isEmpty)
        #expect(member.service.counters == GossipCounters())
    }

    @Test("a record set before the start is the first one")
    func earlyRecord() async throws {
        let member = TestMember(1)
        member.service.updateRecord([77], urgent: false)
        try await member.start()
        #expect(await member.service.members().first?.record?.bytes == [77])
        await member.service.stop()
    }
}
