import ClusterModel
import NIOCore
import NIOPosix
import Synchronization

/// Passes connections on to a member, and keeps what their openers have sent, each by itself.
final class RecordingRelay: Sendable {
    private let listener: any Channel
    private let recorded: Recorded

    private final class Recorded: Sendable {
        let bytes = Mutex<[[UInt8]]>([])
    }

    private init(_ listener: any Channel, _ recorded: Recorded) {
        self.listener = listener
        self.recorded = recorded
    }

    static func open(to address: HostPort) async throws -> RecordingRelay {
        let recorded = Recorded()
        let group = MultiThreadedEventLoopGroup.singleton
        let listener = try await ServerBootstrap(group: group)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { near in
                let number = recorded.bytes.withLock { all in
                    all.append([])
                    return all.count - 1
                }
                return ClientBootstrap(group: group)
                    .channelInitializer { far in
                        far.pipeline.addHandler(
                            RawStream.Collector { near.writeAndFlush(ByteBuffer(bytes: $0), promise: nil) }
                        )
                    }
                    .connect(host: address.host, port: Int(address.port))
                    .flatMap { far in
                        far.closeFuture.whenComplete { _ in near.close(promise: nil) }
                        near.closeFuture.whenComplete { _ in far.close(promise: nil) }
                        let passOn = RawStream.Collector { bytes in
                            recorded.bytes.withLock { $0[number] += bytes }
                            far.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
                        }
                        return near.pipeline.addHandler(passOn)
                    }
                    .flatMap { near.setOption(.autoRead, value: true) }
                    .hop(to: near.eventLoop)
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return RecordingRelay(listener, recorded)
    }

    var address: HostPort { HostPort(host: "127.0.0.1", port: UInt16(listener.localAddress?.port ?? 0)) }

    /// What the first connection's opener has sent.
    var first: [UInt8] { recorded.bytes.withLock { $0.first ?? [] } }

    func close() async throws { try? await listener.close() }
}
