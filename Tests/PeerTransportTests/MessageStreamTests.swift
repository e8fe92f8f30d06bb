import ClusterModel
import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import PeerTransport

@Suite("A stream of messages between sidecars")
struct MessageStreamTests {
    private let member = MemberID(high: 7, low: 8)
    /// The one that receives.
    private let own = MemberID(high: 7, low: 1)
    private let nonces = StreamNonces(acceptor: Array(0..<16), opener: Array(16..<32))

    private func receiver(
        on nonces: StreamNonces? = nil,
        _ cipher: (any PeerCipher)?
    ) -> (channel: EmbeddedChannel, received: Received) {
        let received = Received()
        let handler = MessageReceiver(for: own, on: nonces ?? self.nonces, cipher) { sender in
            received.beginnings.append(sender)
            return received.isWelcome
        } take: { bytes, sender in
            received.messages.append(bytes)
            received.senders.append(sender)
        } refused: {
            received.refusals += 1
        }
        let channel = EmbeddedChannel(handler: handler)
        try? channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 6307)).wait()
        return (channel, received)
    }

    private final class Received {
        var messages: [[UInt8]] = []
        var senders: [MemberID] = []
        var beginnings: [MemberID] = []
        var isWelcome = true
        var refusals = 0
    }

    private func sealed(
        _ message: [UInt8],
        in stream: inout MessageStream,
        by sender: MemberID? = nil
    ) throws -> [UInt8] {
        let frame = stream.seal(message, by: sender ?? member)
        return Array(try #require(frame).readableBytesView)
    }

    private var hello: [UInt8] { StreamHello(sender: member, recipient: own).bytes }

    /// The frames of a hello and some messages, each by itself.
    private func frames(_ messages: [[UInt8]], _ cipher: (any PeerCipher)?) throws -> [[UInt8]] {
        var stream = MessageStream(nonces, cipher)
        var frames: [[UInt8]] = []
        for message in [hello] + messages { frames.append(try sealed(message, in: &stream)) }
        return frames
    }

    private let messages: [[UInt8]] = [
        [], [1], Array("hello".utf8), [UInt8](repeating: 9, count: 70_000), [0, 0, 0],
    ]

    @Test(arguments: [true, false], [1, 3, 1_000, 1_000_000])
    func `messages come whole and in their order, however their bytes do`(isSealed: Bool, piece: Int) throws {
        let cipher = isSealed ? TestCipher() : nil
        let bytes = try frames(messages, cipher).flatMap(\.self)
        let (channel, received) = receiver(cipher)
        for start in stride(from: 0, to: bytes.count, by: piece) {
            try channel.writeInbound(ByteBuffer(bytes: bytes[start..<min(bytes.count, start + piece)]))
        }
        #expect(received.messages == messages)
        #expect(received.senders == messages.map { _ in member })
        #expect(received.beginnings == [member])
        #expect(received.refusals == 0 && channel.isActive)
    }

    @Test func `nothing that was recorded is taken again, left out, moved or taken from another stream`() throws {
        let cipher = TestCipher()
        let frames = try frames(messages, cipher)
        for order in [[0, 0], [0, 1, 1], [1], [0, 2], [1, 0], [0, 1, 2, 3, 3], [0, 1, 2, 4]] {
            let (channel, received) = receiver(cipher)
            for number in order { _ = try? channel.writeInbound(ByteBuffer(bytes: frames[number])) }
            let expected = zip(order, 0...).prefix { $0 == $1 }.dropFirst().map { messages[$0.0 - 1] }
            #expect(received.messages == expected, "\(order)")
            #expect(received.refusals == 1 && !channel.isActive, "\(order)")
        }
        let others = [
            StreamNonces(acceptor: nonces.opener, opener: nonces.acceptor),
            StreamNonces(acceptor: nonces.acceptor, opener: nonces.acceptor),
        ]
        for other in others {
            let (channel, received) = receiver(on: other, cipher)
            _ = try? channel.writeInbound(ByteBuffer(bytes: frames[0]))
            #expect(received.beginnings.isEmpty && received.refusals == 1)
        }
    }

    @Test func `a stream begins with whom it is from and whom it is for, and nobody else's words`() throws {
        let stranger = MemberID(high: 7, low: 9)
        let wrong: [(String, StreamHello?, sealedBy: MemberID)] = [
            ("for another member", StreamHello(sender: member, recipient: stranger), member),
            ("of another member than sealed it", StreamHello(sender: stranger, recipient: own), member),
            ("of this member itself", StreamHello(sender: own, recipient: own), own),
            ("this member's own, come back", StreamHello(sender: own, recipient: member), own),
            ("no hello", nil, member),
        ]
        for (what, hello, sealer) in wrong {
            var stream = MessageStream(nonces, TestCipher())
            let (channel, received) = receiver(TestCipher())
            _ = try? channel.writeInbound(
                ByteBuffer(bytes: try sealed(hello?.bytes ?? [1, 2, 3], in: &stream, by: sealer))
            )
            _ = try? channel.writeInbound(ByteBuffer(bytes: try sealed([1], in: &stream, by: sealer)))
            #expect(received.beginnings.isEmpty && received.messages.isEmpty, "\(what)")
            #expect(received.refusals == 1 && !channel.isActive, "\(what)")
        }
    }

    @Test func `a sender that is not welcome is refused`() throws {
        let (channel, received) = receiver(TestCipher())
        received.isWelcome = false
        _ = try? channel.writeInbound(ByteBuffer(bytes: try frames([[1]], TestCipher()).flatMap(\.self)))
        #expect(received.beginnings == [member] && received.messages.isEmpty)
        #expect(received.refusals == 1 && !channel.isActive)
    }

    @Test(arguments: [true, false])
    func `until the sender is known nothing is kept that is longer than a hello`(isSealed: Bool) throws {
        let cipher = isSealed ? TestCipher() : nil
        var stream = MessageStream(nonces, cipher)
        let long = try sealed([UInt8](repeating: 0, count: 200), in: &stream)
        let (channel, received) = receiver(cipher)
        // The length is all that has come.
        _ = try? channel.writeInbound(ByteBuffer(bytes: long.prefix(1 + Int(long[0]))))
        #expect(received.refusals == 1 && !channel.isActive)
    }

    @Test func `a stream is one sender's`() throws {
        let cipher = TestCipher()
        var stream = MessageStream(nonces, cipher)
        let (channel, received) = receiver(cipher)
        try channel.writeInbound(ByteBuffer(bytes: try sealed(hello, in: &stream)))
        let first = try sealed([1], in: &stream)
        let second = try sealed([2], in: &stream, by: MemberID(high: 7, low: 9))
        try channel.writeInbound(ByteBuffer(bytes: first))
        _ = try? channel.writeInbound(ByteBuffer(bytes: second))
        #expect(received.messages == [[1]])
        #expect(received.refusals == 1 && !channel.isActive)
    }

    @Test func `keys may be exchanged between any two messages`() throws {
        let (near, far) = (TestCipher(), TestCipher())
        var stream = MessageStream(nonces, near)
        let (channel, received) = receiver(far)
        try channel.writeInbound(ByteBuffer(bytes: try sealed(hello, in: &stream)))
        far.know([1, 2])
        try channel.writeInbound(ByteBuffer(bytes: try sealed([1], in: &stream)))
        near.know([2, 1])
        try channel.writeInbound(ByteBuffer(bytes: try sealed([2], in: &stream)))
        near.know([2])
        far.know([2])
        try channel.writeInbound(ByteBuffer(bytes: try sealed([3], in: &stream)))
        #expect(received.messages == [[1], [2], [3]])
        near.know([1])
        _ = try? channel.writeInbound(ByteBuffer(bytes: try sealed([4], in: &stream)))
        #expect(received.messages.count == 3 && received.refusals == 1)
    }

    @Test func `any byte that is changed or missing ends the stream, and nothing false is taken`() throws {
        let cipher = TestCipher()
        let bytes = try frames([[1, 2, 3], [4, 5]], cipher).flatMap(\.self)
        for place in bytes.indices {
            for change: UInt8 in [1, 0x80, 0xff] {
                var changed = bytes
                changed[place] ^= change
                let (channel, received) = receiver(cipher)
                _ = try? channel.writeInbound(ByteBuffer(bytes: changed))
                #expect(received.messages.isEmpty || received.messages == [[1, 2, 3]], "byte \(place)")
            }
        }
    }

    @Test func `what is too long is not sent, and not taken`() throws {
        let cipher = TestCipher()
        var stream = MessageStream(nonces, cipher)
        let longest = [UInt8](repeating: 0, count: MessageStream.maximumBytes)
        let refused = stream.seal(longest + [0], by: member)
        #expect(refused == nil)
        let taken = stream.seal(longest, by: member)
        #expect(taken != nil)
        // A length that nobody of ours writes, rightly sealed.
        let place = nonces.frame(1)
        let length = withUnsafeBytes(of: UInt32(MessageStream.maximumBytes * 2).bigEndian) { [UInt8]($0) }
        let header = try cipher.seal(length, by: member, as: .messageLength, on: place)
        let (channel, received) = receiver(cipher)
        try channel.writeInbound(ByteBuffer(bytes: try frames([], cipher).flatMap(\.self)))
        _ = try? channel.writeInbound(ByteBuffer(bytes: [UInt8(header.count)] + header))
        #expect(received.refusals == 1 && !channel.isActive)
    }

    @Test func `what the other end does not take is dropped, not kept`() throws {
        let channel = EmbeddedChannel()
        let ready = Mutex(0)
        let sender = MessageSender(from: member, to: own, on: nonces, TestCipher()) { _ in ready.withLock { $0 += 1 } }
        try channel.pipeline.syncOperations.addHandler(sender)
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 6307)).wait()
        #expect(ready.withLock { $0 } == 1)
        let (receiving, received) = receiver(TestCipher())
        func carry() throws {
            sender.flush()
            while let bytes = try channel.readOutbound(as: ByteBuffer.self) { try receiving.writeInbound(bytes) }
        }
        #expect(sender.send([1]))
        try carry()
        #expect(received.beginnings == [member] && received.messages == [[1]])
        channel.isWritable = false
        #expect(!sender.send([2]))
        try carry()
        channel.isWritable = true
        #expect(sender.send([3]))
        // The place of the dropped one was not used up.
        try carry()
        #expect(received.messages == [[1], [3]])
        try channel.writeInbound(ByteBuffer(bytes: [0]))
        #expect(!channel.isActive, "nothing is said to this end")
        #expect(!sender.send([4]))
    }
}

/// Binds what is sealed to key, part, stream, place and sender by a sum; hides nothing.
private final class TestCipher: PeerCipher {
    private let keys = Mutex<[UInt8]>([1])

    /// The first one seals.
    func know(_ keys: [UInt8]) { self.keys.withLock { $0 = keys } }

    private func sum(_ key: UInt8, _ part: SealedPart, _ stream: StreamNonces, _ rest: [UInt8]) -> [UInt8] {
        var value: UInt64 = 0xcbf2_9ce4_8422_2325
        let place = withUnsafeBytes(of: stream.place ?? .max) { [UInt8]($0) }
        for byte in [key, part.rawValue] + stream.acceptor + stream.opener + place + rest {
            value = (value ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        return withUnsafeBytes(of: value) { [UInt8]($0) }
    }

    func seal(_ plaintext: [UInt8], by sender: MemberID, as part: SealedPart, on stream: StreamNonces) throws -> [UInt8]
    {
        let key = keys.withLock { $0[0] }
        let rest = sender.bytes + plaintext
        return [key] + sum(key, part, stream, rest) + rest
    }

    func open(_ sealed: [UInt8], as part: SealedPart, on stream: StreamNonces) throws -> OpenedMessage {
        guard sealed.count >= 25 else { throw SealFailure.notSealed }
        let (key, rest) = (sealed[0], Array(sealed[9...]))
        guard keys.withLock({ $0.contains(key) }) else { throw SealFailure.unknownKey }
        guard sum(key, part, stream, rest) == Array(sealed[1..<9]), let sender = MemberID(bytes: rest.prefix(16)) else {
            throw SealFailure.notAuthentic
        }
        return OpenedMessage(sender: sender, bytes: Array(rest.dropFirst(16)))
    }
}
