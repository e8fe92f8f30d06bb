import ClusterModel
import Gossip
import GossipTransport
import NIOCore
import NIOPosix
import PeerTransport
import Testing

@Suite("Hostile bytes")
struct HostileBytesTests {
    private let group = MultiThreadedEventLoopGroup.singleton

    private func connect(to address: HostPort) async throws -> any Channel {
        try await ClientBootstrap(group: group).connect(host: address.host, port: Int(address.port)).get()
    }

    /// Waits until the other side has closed.
    private func isClosed(_ channel: any Channel, within limit: Duration) async throws -> Bool {
        try await eventually(within: limit) { !channel.isActive } != nil
    }

    @Test("garbage on UDP is counted and changes nothing")
    func datagrams() async throws {
        let member = TestMember(1)
        let address = try await member.start()
        let target = try SocketAddress(ipAddress: address.host, port: Int(address.port))
        let sender = try await DatagramBootstrap(group: group).bind(host: "127.0.0.1", port: 0).get()
        for length in [0, 1, 3, 40, 1_400, 9_000] {
            for _ in 0..<20 {
                let bytes = (0..<length).map { _ in UInt8.random(in: 0...255) }
                try await sender.writeAndFlush(AddressedEnvelope(remoteAddress: target, data: ByteBuffer(bytes: bytes)))
            }
        }
        let counted = try await eventually(within: .seconds(5)) {
            member.service.counters.decodeFailures >= 100
        }
        #expect(counted != nil)
        #expect(member.members.count == 1)
        try await sender.close()
        await member.service.stop()
    }

    @Test(
        "a stream that is none of ours is closed",
        arguments: [
            Array("GET / HTTP/1.1\r\n\r\n".utf8),
            // Of the quorum's, which nobody serves here.
            Array("Q".utf8),
            Array("G".utf8) + [0],
            Array("G".utf8) + [0xff, 0xff, 0xff, 0xff],
            Array("G".utf8) + [4, 0xff, 0xff, 0xff, 0xff],
            Array("G".utf8) + [4, 0x01, 0x00, 0x00, 0x01],
            Array("G".utf8) + [4, 0, 0, 0, 3, 1, 2, 3],
            Array("G".utf8) + [4, 0, 0, 0, 0],
            Array("G".utf8) + [5, 0, 0, 0, 0, 0],
        ]
    )
    func streams(bytes: [UInt8]) async throws {
        let member = TestMember(1)
        let address = try await member.start()
        let channel = try await connect(to: address)
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
        #expect(try await isClosed(channel, within: .seconds(3)))
        #expect(member.service.counters.decodeFailures == 1)
        await member.service.stop()
    }

    @Test("with a key, nothing of a stranger's frame is kept: it is closed at the length that nobody sealed")
    func unsealedLength() async throws {
        let member = TestMember(1, cipher: Inverting(key: 7))
        let address = try await member.start()
        let channel = try await connect(to: address)
        // 1,000,000 bytes are announced, and none of them has come.
        let nonce = [UInt8](repeating: 5, count: StreamNonces.byteCount)
        try await channel.writeAndFlush(ByteBuffer(bytes: Array("G".utf8) + nonce + [4, 0, 0x0f, 0x42, 0x40]))
        #expect(try await isClosed(channel, within: .seconds(3)))
        #expect(member.service.counters.decryptFailures == 1)
        #expect(member.service.counters.decodeFailures == 0)
        await member.service.stop()
    }

    @Test("a stream that says nothing, or never ends, is closed when its time is over")
    func slowStreams() async throws {
        var limits = StreamLimits()
        limits.timeoutMilliseconds = 300
        let member = TestMember(1, limits: limits)
        let address = try await member.start()
        let silent = try await connect(to: address)
        let endless = try await connect(to: address)
        // Its time may be over already, on a busy machine.
        try? await endless.writeAndFlush(ByteBuffer(bytes: Array("G".utf8) + [4, 0, 0, 1, 0, 9]))
        #expect(try await isClosed(silent, within: .seconds(3)))
        #expect(try await isClosed(endless, within: .seconds(3)))
        await member.service.stop()
    }

    @Test("streams beyond the limit are closed at once; the others stay, and members still get in afterwards")
    func tooManyStreams() async throws {
        var limits = StreamLimits.patient
        limits.maximumInbound = 4
        let member = TestMember(1, limits: limits)
        let address = try await member.start()
        var channels: [any Channel] = []
        for _ in 0..<10 { channels.append(try await connect(to: address)) }
        let opened = channels
        let refused = try await eventually(within: .seconds(10)) { opened.count { !$0.isActive } == 6 }
        #expect(refused != nil)
        for channel in opened where channel.isActive { try? await channel.close() }
        let second = TestMember(2, seeds: [address])
        try await second.start()
        let joined = try await eventually(within: .seconds(8)) { member.sees([1, 2]) && second.sees([1, 2]) }
        #expect(joined != nil)
        await second.service.stop()
        await member.service.stop()
    }

    @Test("unfinished frames together keep no more than the limit")
    func tooManyBytes() async throws {
        var limits = StreamLimits.patient
        limits.maximumInboundBytes = 100_000
        let member = TestMember(1, limits: limits)
        let address = try await member.start()
        let first = try await connect(to: address)
        let second = try await connect(to: address)
        let half = ByteBuffer(bytes: Array("G".utf8) + [4, 0, 16, 0, 0] + Array(repeating: 0, count: 60_000))
        try await first.writeAndFlush(half)
        // It may be closed while it still writes.
        try? await second.writeAndFlush(half)
        let closed = try await eventually(within: .seconds(3)) { !first.isActive || !second.isActive }
        #expect(closed != nil)
        #expect(first.isActive || second.isActive)
        await member.service.stop()
    }
}
