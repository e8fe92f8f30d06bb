import ClusterModel
import Cryptography
import NIOCore
import RaftHost
import TestServers
import Testing

@testable import Daemon
@testable import PeerTransport

/// Who has no key of the cluster, or has one and lies: nothing of his is heard, and he costs little.
@Suite("Hostile streams to a member of a quorum")
struct HostileStreamTests {
    private let key = GossipKeyring.generateKey()
    private let own = LinkedMember.id(1)
    private let other = LinkedMember.id(2)

    private func bytes(_ frame: ByteBuffer?) throws -> [UInt8] { Array(try #require(frame).readableBytesView) }

    private func hello(
        from sender: MemberID,
        to recipient: MemberID,
        in stream: inout MessageStream,
        sealedBy sealer: MemberID? = nil
    ) throws -> [UInt8] {
        try bytes(stream.seal(StreamHello(sender: sender, recipient: recipient).bytes, by: sealer ?? sender))
    }

    private func withMember(
        limits: LinkLimits = .patient,
        isSealed: Bool = true,
        _ body: (LinkedMember, HostPort) async throws -> Void
    ) async throws {
        let member = LinkedMember(1, cipher: isSealed ? try keyringCipher(key) : nil, limits: limits)
        let address = try await member.start()
        var failure: (any Error)?
        do { try await body(member, address) } catch { failure = error }
        await member.stop()
        if let failure { throw failure }
    }

    /// A stream of the member with that number, in order; its messages are heard.
    private func rightStream(
        to address: HostPort,
        as sender: MemberID
    ) async throws -> (raw: RawStream, stream: MessageStream) {
        let (raw, nonces) = try await RawStream.opened(to: address)
        var stream = MessageStream(nonces, try keyringCipher(key))
        try await raw.send(try hello(from: sender, to: own, in: &stream))
        return (raw, stream)
    }

    // MARK: What was recorded

    @Test func `a stream that was recorded is worth nothing on another connection`() async throws {
        let (first, second) = (
            LinkedMember(1, cipher: try keyringCipher(key)), LinkedMember(2, cipher: try keyringCipher(key))
        )
        let address = try await second.start()
        let relay = try await RecordingRelay.open(to: address)
        first.links.keep([second.id: relay.address])
        try await waitUntil("it is connected") { first.seen.isConnected(to: second.id) }
        first.links.send([(second.id, [1]), (second.id, [2, 2])])
        try await waitUntil("both are heard") { second.seen.messages(from: first.id).count == 2 }

        let again = try await RawStream.open(to: address)
        try await again.send(relay.first)
        try await waitUntil("it is refused") { again.isClosed }
        #expect(second.seen.messages(from: first.id) == [[1], [2, 2]])
        #expect(second.metric("QUORUM_STREAMS_REFUSED") == 1)
        // The one that was recorded goes on.
        first.links.send([(second.id, [3])])
        try await waitUntil("the third is heard") { second.seen.messages(from: first.id).count == 3 }
        #expect(first.seen.connections(to: second.id) == 1)
        for member in [first, second] { await member.stop() }
        try await relay.close()
    }

    @Test func `a member's own stream, led back to it, is refused`() async throws {
        try await withMember { member, address in
            let relay = try await RecordingRelay.open(to: address)
            member.links.keep([other: relay.address])
            try await waitUntil("it is refused") { member.metric("QUORUM_STREAMS_REFUSED") >= 2 }
            #expect(member.seen.isEmpty)
            member.links.keep([:])
            try await relay.close()
        }
    }

    @Test func `a stream for one member, led to another, is refused`() async throws {
        try await withMember { member, address in
            let second = LinkedMember(2, cipher: try keyringCipher(key))
            second.links.keep([LinkedMember.id(3): address])
            try await waitUntil("it is refused") { member.metric("QUORUM_STREAMS_REFUSED") >= 2 }
            second.links.send([(LinkedMember.id(3), [1])])
            await second.stop()
            #expect(member.seen.isEmpty)
        }
    }

    // MARK: What was made up

    @Test func `whoever has no key, or another, is not heard`() async throws {
        try await withMember { member, address in
            let impostor = LinkedMember(2, cipher: try keyringCipher(GossipKeyring.generateKey()))
            let open = LinkedMember(3)
            for (number, stranger) in [impostor, open].enumerated() {
                stranger.links.keep([member.id: address])
                try await waitUntil("it is connected, as far as it can tell") {
                    stranger.links.send([(member.id, [1])])
                    return member.metric("QUORUM_STREAMS_REFUSED") > number
                }
                await stranger.stop()
            }
            #expect(member.seen.isEmpty)
            // And what a member with the key sends in the clear, this end does not take for sealed.
            let (raw, nonces) = try await RawStream.opened(to: address)
            var stream = MessageStream(nonces, nil)
            try await raw.send(try hello(from: other, to: own, in: &stream))
            try await waitUntil("it is refused") { raw.isClosed }
            #expect(member.seen.isEmpty)
        }
    }

    @Test func `what is wrong behind the opening ends the stream`() async throws {
        let cipher = try keyringCipher(key)
        typealias Writer = (StreamNonces) throws -> [UInt8]
        let stranger = LinkedMember.id(9)
        let wrong: [(String, Writer)] = [
            ("garbage", { _ in (0..<200).map { UInt8(truncatingIfNeeded: $0 * 7 + 3) } }),
            ("zeros", { _ in [UInt8](repeating: 0, count: 200) }),
            (
                "a hello in another's name",
                { nonces in
                    var stream = MessageStream(nonces, cipher)
                    return try hello(from: other, to: own, in: &stream, sealedBy: stranger)
                }
            ),
            (
                "another's message behind a hello",
                { nonces in
                    var stream = MessageStream(nonces, cipher)
                    return try hello(from: other, to: own, in: &stream) + bytes(stream.seal([1], by: stranger))
                }
            ),
            (
                "no hello",
                { nonces in
                    var stream = MessageStream(nonces, cipher)
                    return try bytes(stream.seal([1], by: other))
                }
            ),
            (
                "a message twice",
                { nonces in
                    var stream = MessageStream(nonces, cipher)
                    let first = try hello(from: other, to: own, in: &stream)
                    return first + first
                }
            ),
            (
                "a message that is too long",
                { nonces in
                    var stream = MessageStream(nonces, cipher)
                    let first = try hello(from: other, to: own, in: &stream)
                    let length = withUnsafeBytes(of: UInt32(2 * MessageStream.maximumBytes).bigEndian) { [UInt8]($0) }
                    let header = try cipher.seal(length, by: other, as: .messageLength, on: nonces.frame(1))
                    return first + [UInt8(header.count)] + header
                }
            ),
        ]
        try await withMember { member, address in
            for (number, (what, write)) in wrong.enumerated() {
                let (raw, nonces) = try await RawStream.opened(to: address)
                try await raw.send(try write(nonces))
                try await waitUntil("\(what) ends the stream") { raw.isClosed }
                #expect(member.metric("QUORUM_STREAMS_REFUSED") == number + 1, "\(what)")
            }
            #expect(member.seen.isEmpty)
            #expect(member.metric("QUORUM_MESSAGES_IN") == 0)
        }
    }

    // MARK: How much

    @Test func `openings that say nothing more are few, end in time, and keep no member out`() async throws {
        var limits = LinkLimits.patient
        limits.maximumStrangers = 4
        try await withMember(limits: limits) { member, address in
            var (raw, stream) = try await rightStream(to: address, as: other)
            try await raw.send(try bytes(stream.seal([1], by: other)))
            try await waitUntil("it is heard") { member.seen.messages(from: other) == [[1]] }
            var strangers: [RawStream] = []
            for _ in 0..<40 { strangers.append(try await RawStream.opened(to: address).stream) }
            try await waitUntil("all but four are closed, the oldest first") {
                strangers.map(\.isClosed) == strangers.indices.map { $0 < 36 }
            }
            #expect(member.metric("QUORUM_STREAMS_REFUSED") == 36)
            // Who is there stays, and who comes gets in.
            try await raw.send(try bytes(stream.seal([2], by: other)))
            let third = LinkedMember(3, cipher: try keyringCipher(key))
            third.links.keep([member.id: address])
            try await third.waitUntilHeard(by: member, saying: [3])
            try await waitUntil("it is heard") { member.seen.messages(from: other) == [[1], [2]] }
            await third.stop()
        }
        limits.helloMilliseconds = 200
        try await withMember(limits: limits) { member, address in
            let silent = try await RawStream.opened(to: address).stream
            try await waitUntil("its time is over") { silent.isClosed }
            #expect(member.metric("QUORUM_STREAMS_REFUSED") == 1)
        }
    }

    @Test func `a member has one stream: the newer takes the place of the older`() async throws {
        try await withMember { member, address in
            let (older, _) = try await rightStream(to: address, as: other)
            var (newer, stream) = try await rightStream(to: address, as: other)
            try await waitUntil("the older is closed") { older.isClosed }
            try await newer.send(try bytes(stream.seal([1], by: other)))
            try await waitUntil("the newer is heard") { member.seen.messages(from: other) == [[1]] }
            #expect(!newer.isClosed)
            #expect(member.metric("QUORUM_STREAMS_REFUSED") == 0)
        }
    }

    @Test func `members beyond the limit are refused, and those that are there may come anew`() async throws {
        var limits = LinkLimits.patient
        limits.maximumInbound = 2
        try await withMember(limits: limits) { member, address in
            var streams: [RawStream] = []
            for number: UInt64 in [2, 3] {
                var (raw, stream) = try await rightStream(to: address, as: LinkedMember.id(number))
                try await raw.send(try bytes(stream.seal([1], by: LinkedMember.id(number))))
                try await waitUntil("it is heard") { !member.seen.messages(from: LinkedMember.id(number)).isEmpty }
                streams.append(raw)
            }
            let (further, _) = try await rightStream(to: address, as: LinkedMember.id(4))
            try await waitUntil("it is refused") { further.isClosed }
            var (again, stream) = try await rightStream(to: address, as: LinkedMember.id(3))
            try await again.send(try bytes(stream.seal([2], by: LinkedMember.id(3))))
            try await waitUntil("it is heard") { member.seen.messages(from: LinkedMember.id(3)) == [[1], [2]] }
            // A place that is free again is taken.
            try await streams[0].close()
            try await waitUntil("a further one gets in") {
                var (raw, stream) = try await rightStream(to: address, as: LinkedMember.id(4))
                try await raw.send(try bytes(stream.seal([3], by: LinkedMember.id(4))))
                try await waitUntil("it is refused or heard") {
                    raw.isClosed || !member.seen.messages(from: LinkedMember.id(4)).isEmpty
                }
                return !member.seen.messages(from: LinkedMember.id(4)).isEmpty
            }
        }
    }

    @Test func `without keys a stream begins with its sender's name all the same`() async throws {
        try await withMember(isSealed: false) { member, address in
            for wrong in [[4, 0, 0, 0, 1, 7], [4, 0, 0x10, 0, 0], [4, 0, 0, 0, 32] + other.bytes + other.bytes] {
                let raw = try await RawStream.open(to: address)
                try await raw.send([StreamKind.quorum.rawValue] + wrong.map { UInt8($0) })
                try await waitUntil("it is refused") { raw.isClosed }
            }
            #expect(member.metric("QUORUM_STREAMS_REFUSED") == 3)
            let raw = try await RawStream.open(to: address)
            let bytes = [4, 0, 0, 0, 32] + other.bytes + own.bytes + [4, 0, 0, 0, 2, 7, 8]
            try await raw.send([StreamKind.quorum.rawValue] + bytes)
            try await waitUntil("it is heard") { member.seen.messages(from: other) == [[7, 8]] }
        }
    }
}
