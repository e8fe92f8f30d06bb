import ClusterModel
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import Gossip
@testable import GossipTransport

@Suite("Streams that are recorded and sent again")
struct StreamReplayTests {
    /// Passes everything on to a member, and keeps what was sent to it.
    private final class Recorder: Sendable {
        let sent = Mutex<[UInt8]>([])
        let answered = Mutex(0)
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        let take: @Sendable ([UInt8]) -> Void
        init(_ take: @escaping @Sendable ([UInt8]) -> Void) { self.take = take }
        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            take(Array(unwrapInboundIn(data).readableBytesView))
        }
    }

    /// - Parameter request: all that an opener sends, made for the nonce that the member has sent.
    /// - Returns: how many bytes came behind that nonce.
    private func answer(
        of address: HostPort,
        to request: @escaping @Sendable (_ nonce: [UInt8]) -> [UInt8]
    ) async throws -> Int {
        let received = Recorder()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        Collector { bytes in received.sent.withLock { $0 += bytes } }
                    )
                }
            }
            .connect(host: address.host, port: Int(address.port)).get()
        let greeted = try await eventually(within: .seconds(5)) { received.sent.withLock { $0.count } >= 16 }
        #expect(greeted != nil)
        let nonce = received.sent.withLock { Array($0.prefix(16)) }
        try? await channel.writeAndFlush(ByteBuffer(bytes: request(nonce)))
        let closed = try await eventually(within: .seconds(5)) { !channel.isActive }
        #expect(closed != nil)
        return received.sent.withLock { $0.count } - 16
    }

    @Test("a request is answered on the stream that it was sealed for, and on no other")
    func request() async throws {
        let cipher = Inverting(key: 7)
        let member = TestMember(1, cipher: cipher)
        let address = try await member.start()
        let sender = TestMember.id(2)
        let header = PacketHeader(
            clusterName: "orders",
            sender: sender,
            bootID: BootID(rawValue: 5),
            incarnation: Incarnation(rawValue: 1)
        )
        let ping = StreamMessage(header: header, body: .ping(target: TestMember.id(1))).encoded()
        @Sendable func bytes(for nonce: [UInt8]) -> [UInt8] {
            let nonces = StreamNonces(acceptor: nonce, opener: Array(repeating: 3, count: 16))
            guard let sealed = try? cipher.seal(ping, by: sender, as: .request, on: nonces),
                let frame = FrameReader.frame(
                    sealed,
                    seal: { try? cipher.seal($0, by: sender, as: .frameLength, on: nonces) }
                )
            else { return [] }
            return [UInt8(ascii: "G")] + nonces.opener + Array(frame.readableBytesView)
        }
        let recorded = Mutex<[UInt8]>([])
        let first = try await answer(of: address) { nonce in
            let bytes = bytes(for: nonce)
            recorded.withLock { $0 = bytes }
            return bytes
        }
        #expect(first > 0)
        let again = try await answer(of: address) { _ in recorded.withLock { $0 } }
        #expect(again == 0)
        #expect(member.service.counters.decryptFailures == 1)
        await member.service.stop()
    }
}
