import ClusterModel
import Cryptography
import GossipTransport
import PeerTransport
import RaftHost
import TestServers
import Testing

@testable import Daemon

@Suite("Streams between the members of a quorum")
struct PeerLinksTests {
    private func message(_ number: Int) -> [UInt8] {
        withUnsafeBytes(of: UInt32(number).bigEndian) { [UInt8]($0) }
            + [UInt8](repeating: 0x55, count: number % 7 == 0 ? 3_000 : number % 40)
    }

    @Test(arguments: [2, 3], [true, false])
    func `what a member sends reaches each other in its order`(count: Int, isSealed: Bool) async throws {
        let key = GossipKeyring.generateKey()
        try await withLinkedMembers(count, cipher: { _ in isSealed ? try keyringCipher(key) : nil }) { members, _ in
            let messages = (0..<500).map(message)
            for start in stride(from: 0, to: messages.count, by: 50) {
                for member in members {
                    let others = members.filter { $0.id != member.id }
                    member.links.send(messages[start..<start + 50].flatMap { text in others.map { ($0.id, text) } })
                }
            }
            for member in members {
                for other in members where other.id != member.id {
                    try await waitUntil("all of \(other.id) reaches \(member.id)") {
                        member.seen.messages(from: other.id).count >= messages.count
                    }
                    #expect(member.seen.messages(from: other.id) == messages)
                }
            }
            for member in members {
                #expect(member.metric("QUORUM_MESSAGES_OUT") == 500 * (count - 1))
                #expect(member.metric("QUORUM_MESSAGES_IN") == 500 * (count - 1))
                #expect(member.metric("QUORUM_MESSAGES_DROPPED") == 0)
                #expect(member.metric("QUORUM_STREAMS_REFUSED") == 0)
            }
        }
    }

    @Test(arguments: [true, false])
    func `a member that restarts is found again`(isSealed: Bool) async throws {
        let key = GossipKeyring.generateKey()
        try await withLinkedMembers(2, cipher: { _ in isSealed ? try keyringCipher(key) : nil }) { members, addresses in
            let (first, second) = (members[0], members[1])
            await second.stop()
            try await waitUntil("the end is told") { first.seen.losses(of: second.id) > 0 }
            first.links.send([(second.id, [1])])
            try await waitUntil("what cannot be sent is counted") { first.metric("QUORUM_MESSAGES_DROPPED") > 0 }

            let again = LinkedMember(2, cipher: isSealed ? try keyringCipher(key) : nil, listen: addresses[1])
            _ = try await again.start()
            try await first.waitUntilHeard(by: again, saying: [2])
            // And its own stream takes the place of the former life's.
            again.links.keep([first.id: addresses[0]])
            try await again.waitUntilHeard(by: first, saying: [3])
            #expect(first.seen.connections(to: second.id) == first.seen.losses(of: second.id) + 1)
            await again.stop()
        }
    }

    @Test func `a member that moves is sought at its new address, and streams that are right stay`() async throws {
        try await withLinkedMembers(3) { members, addresses in
            let (first, second, third) = (members[0], members[1], members[2])
            let moved = LinkedMember(2)
            let address = try await moved.start()
            first.links.keep([second.id: address, third.id: addresses[2]])
            try await first.waitUntilHeard(by: moved, saying: [1])
            #expect(second.seen.messages(from: first.id).isEmpty)
            #expect(first.seen.losses(of: second.id) >= 1)

            let connections = first.seen.connections(to: second.id)
            for _ in 0..<5 { first.links.keep([second.id: address, third.id: addresses[2]]) }
            try await first.waitUntilHeard(by: moved, saying: [2])
            try await first.waitUntilHeard(by: third, saying: [3])
            #expect(first.seen.connections(to: second.id) == connections)
            #expect(first.seen.connections(to: third.id) == 1)
            await moved.stop()
        }
    }

    @Test func `a name leads to a member, whichever of its addresses that listens on`() async throws {
        let (first, second) = (LinkedMember(1), LinkedMember(2))
        let address = try await second.start()
        first.links.keep([second.id: HostPort(host: "localhost", port: address.port)])
        try await first.waitUntilHeard(by: second, saying: [1])
        await first.stop()
        await second.stop()
    }

    @Test func `who is not kept gets nothing any more`() async throws {
        try await withLinkedMembers(2) { members, addresses in
            let (first, second) = (members[0], members[1])
            first.links.keep([:])
            first.links.send([(second.id, [1])])
            try await waitUntil("it is dropped") { first.metric("QUORUM_MESSAGES_DROPPED") == 1 }
            #expect(first.metric("QUORUM_STREAMS") == 0)
            #expect(first.seen.losses(of: second.id) == 1)
            first.links.keep([second.id: addresses[1]])
            try await first.waitUntilHeard(by: second, saying: [2])
            #expect(second.seen.messages(from: first.id).allSatisfy { $0 == [2] })
        }
    }

    @Test func `who does not read costs no more than the limit, and delays nobody`() async throws {
        var limits = LinkLimits.patient
        limits.maximumQueuedBytes = 256 * 1024
        try await withLinkedMembers(2, limits: limits) { members, addresses in
            let (first, second) = (members[0], members[1])
            let deaf = try DeafListener()
            let deafID = LinkedMember.id(3)
            first.links.keep([second.id: addresses[1], deafID: deaf.address])
            try await waitUntil("it is connected") { first.seen.isConnected(to: deafID) }
            let long = [UInt8](repeating: 7, count: 128 * 1024)
            var number = 0
            // The kernel takes some megabytes on both sides.
            try await waitUntil("messages are dropped") {
                first.links.send([(deafID, long), (second.id, message(number)), (deafID, long)])
                number += 1
                return first.metric("QUORUM_MESSAGES_DROPPED") > 200
            }
            try await waitUntil("the other gets all of its own") {
                second.seen.messages(from: first.id).count == number
            }
            #expect(second.seen.messages(from: first.id) == (0..<number).map(message))
            let taken = first.metric("QUORUM_MESSAGES_OUT") - number
            #expect(taken * long.count < 64 * 1024 * 1024)
            #expect(taken + first.metric("QUORUM_MESSAGES_DROPPED") == 2 * number)
            #expect(first.seen.isConnected(to: deafID))
        }
    }

    @Test func `what is not acknowledged for too long ends the stream, and another is tried`() async throws {
        var limits = LinkLimits.patient
        limits.unacknowledgedMilliseconds = 200
        let member = LinkedMember(1, limits: limits)
        let deaf = try DeafListener()
        let deafID = LinkedMember.id(2)
        member.links.keep([deafID: deaf.address])
        let long = [UInt8](repeating: 7, count: 512 * 1024)
        try await waitUntil("a second stream has ended") {
            member.links.send([(deafID, long)])
            return member.seen.losses(of: deafID) >= 2
        }
        await member.stop()
        #expect(member.seen.losses(of: deafID) == member.seen.connections(to: deafID))
    }

    @Test func `who takes connections and says nothing is tried again, and found once he speaks`() async throws {
        var limits = LinkLimits.patient
        limits.connectMilliseconds = 200
        let key = GossipKeyring.generateKey()
        let first = LinkedMember(1, cipher: try keyringCipher(key), limits: limits)
        let second = LinkedMember(2, cipher: try keyringCipher(key))
        let deaf = try DeafListener()
        first.links.keep([second.id: deaf.address])
        try await waitUntil("it is tried thrice, and each try is given up") {
            deaf.accept()
            return deaf.ended >= 3
        }
        #expect(first.seen.connections(to: second.id) == 0)
        first.links.keep([second.id: try await second.start()])
        try await first.waitUntilHeard(by: second, saying: [1])
        await first.stop()
        await second.stop()
    }

    @Test func `keys are exchanged without a break: each message arrives, on the streams that there are`() async throws
    {
        let (old, new) = (GossipKeyring.generateKey(), GossipKeyring.generateKey())
        let ciphers = try (0..<3).map { _ in try keyringCipher(old) }
        try await withLinkedMembers(3, cipher: { ciphers[$0] }) { members, _ in
            var number = 0
            for keys in [[old, new], [new, old], [new]] {
                // One after the other: at any time some have the new ring and some the old one.
                for cipher in ciphers {
                    cipher.replace(with: try keyring(keys))
                    number += 1
                    for member in members {
                        member.links.send(members.filter { $0.id != member.id }.map { ($0.id, message(number)) })
                    }
                    for member in members {
                        for other in members where other.id != member.id {
                            try await waitUntil("message \(number) arrives") {
                                member.seen.messages(from: other.id).count == number
                            }
                        }
                    }
                }
            }
            for member in members {
                for other in members where other.id != member.id {
                    #expect(member.seen.messages(from: other.id) == (1...number).map(message))
                    #expect(member.seen.connections(to: other.id) == 1 && member.seen.losses(of: other.id) == 0)
                }
                #expect(member.metric("QUORUM_STREAMS_REFUSED") == 0)
            }
        }
    }

    @Test func `the end closes every stream, and there are no others`() async throws {
        try await withLinkedMembers(3) { members, addresses in
            let first = members[0]
            await first.links.stop()
            #expect(first.metric("QUORUM_STREAMS") == 0)
            for other in members.dropFirst() {
                #expect(first.seen.losses(of: other.id) == 1)
                try await waitUntil("the other end is told") { other.seen.losses(of: first.id) > 0 }
            }
            // It goes on listening, for gossip.
            let late = try await RawStream.open(to: addresses[0])
            try await late.send([StreamKind.quorum.rawValue])
            try await waitUntil("it is refused") { late.isClosed }
            let deaf = try DeafListener()
            first.links.keep([members[1].id: deaf.address])
            let dropped = first.metric("QUORUM_MESSAGES_DROPPED")
            first.links.send([(members[1].id, [1])])
            try await waitUntil("it is dropped") { first.metric("QUORUM_MESSAGES_DROPPED") > dropped }
            deaf.accept()
            #expect(deaf.count == 0)
        }
    }

    @Test func `what the process starts inherits no stream, neither end of it`() async throws {
        try await withLinkedMembers(2) { members, addresses in
            try await members[0].waitUntilHeard(by: members[1], saying: [1])
            try await members[1].waitUntilHeard(by: members[0], saying: [1])
            for address in addresses {
                let sockets = OpenSocket.all.filter { $0.ports.contains(address.port) }
                // The listeners, and both ends of a stream.
                #expect(sockets.count >= 4)
                #expect(sockets.allSatisfy { !$0.isInherited }, "\(sockets)")
            }
        }
    }

    @Test func `a stream of the quorum lasts, whatever the bounds are for those of gossip`() async throws {
        var streamLimits = StreamLimits.patient
        streamLimits.timeoutMilliseconds = 300
        streamLimits.maximumInbound = 2
        let second = LinkedMember(2, streamLimits: streamLimits)
        let address = try await second.start()
        let others = [1, 3, 4, 5].map { LinkedMember($0) }
        for other in others {
            other.links.keep([second.id: address])
            try await other.waitUntilHeard(by: second, saying: [1])
        }
        let connections = others.map { $0.seen.connections(to: second.id) }
        let silent = try await RawStream.open(to: address)
        try await waitUntil("the time of a short stream is over") { silent.isClosed }
        for other in others { try await other.waitUntilHeard(by: second, saying: [2]) }
        #expect(others.map { $0.seen.connections(to: second.id) } == connections)
        for member in others + [second] { await member.stop() }
    }
}
