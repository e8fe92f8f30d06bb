internal import ClusterModel
internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import Sockets

/// Opens a session's connection to mysqld on the session's own event loop.
enum BackendConnector {
    /// - Returns: the connected socket, the receiver's to close.
    static func connect(
        to address: ServerAddress,
        within limit: TimeAmount,
        context: LoopContext
    ) -> EventLoopFuture<Int32> {
        let loop = context.eventLoop
        switch address {
        case .unixSocket(let path):
            return loop.makeCompletedFuture { try SocketAddress(unixDomainSocketPath: path) }
                .flatMap { SocketConnector.connect(to: $0, on: loop, within: limit) }
        case .tcp(let address):
            return resolve(address, on: loop).flatMap { addresses in
                let share = limit.nanoseconds / Int64(max(1, addresses.count))
                return connect(to: addresses[...], on: loop, within: .nanoseconds(share))
            }
        }
    }

    /// One address after the other, until one answers.
    private static func connect(
        to addresses: ArraySlice<SocketAddress>,
        on loop: SocketLoop,
        within limit: TimeAmount
    ) -> EventLoopFuture<Int32> {
        guard let address = addresses.first else {
            return loop.makeFailedFuture(IOError(errnoCode: EADDRNOTAVAIL, reason: "connect"))
        }
        let noDelay = SocketOption(level: Int32(IPPROTO_TCP), name: TCP_NODELAY, value: 1)
        return SocketConnector.connect(to: address, on: loop, within: limit, options: [noDelay])
            .flatMapError { error in
                guard addresses.count > 1 else { return loop.makeFailedFuture(error) }
                return connect(to: addresses.dropFirst(), on: loop, within: limit)
            }
    }

    /// Names are looked up on a thread that may wait.
    private static func resolve(_ address: HostPort, on loop: SocketLoop) -> EventLoopFuture<[SocketAddress]> {
        if let literal = NameLookup.literal(address.host, port: address.port) {
            return loop.makeSucceededFuture([literal])
        }
        return NIOThreadPool.singleton.runIfActive(eventLoop: loop) {
            try NameLookup.addresses(of: address.host, port: address.port)
        }
    }
}
