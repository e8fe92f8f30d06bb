package import ClusterModel
internal import Glibc
package import Logging
internal import NIOConcurrencyHelpers
package import NIOCore
internal import NIOPosix

/// Why the proxy could not start. One line for the operator.
package enum ProxyStartError: Error, CustomStringConvertible {
    case cannotListen(HostPort, reason: String)

    package var description: String {
        switch self {
        case .cannotListen(let address, let reason): "cannot listen for clients on \(address) (TCP): \(reason)"
        }
    }
}

/// The listener for clients. Each session lives on the event loop that accepted it.
package final class ProxyServer: Sendable {
    private let group: any EventLoopGroup
    private let loops: [LoopBox]
    private let logger: Logger
    private let limits: NIOLockedValueBox<ProxyLimits>
    private let hosts: HostCounts
    private let listeners = NIOLockedValueBox<[any Channel]>([])

    /// What belongs to one event loop, carried to it across threads.
    private struct LoopBox: Sendable {
        let eventLoop: any EventLoop
        let counters: LoopCounters
        let context: NIOLoopBoundBox<LoopContext?>
    }

    /// - Parameters:
    ///   - operatingSystemUser: the name of the account that this process runs as (see `RelayPolicy`).
    /// - Throws: what building the virtual tables throws.
    package init(
        group: any EventLoopGroup,
        backend: ServerAddress,
        limits: ProxyLimits,
        dependencies: ProxyDependencies,
        operatingSystemUser: String,
        logger: Logger
    ) async throws {
        self.group = group
        self.logger = logger
        self.limits = NIOLockedValueBox(limits)
        let hosts = HostCounts(limit: limits.maximumConnectionsPerHost)
        self.hosts = hosts
        let forbidden = RelayPolicy.forbiddenUsers(backend: backend, operatingSystemUser: operatingSystemUser)
        var boxes: [LoopBox] = []
        let directory = SessionDirectory()
        for (index, eventLoop) in group.makeIterator().enumerated() {
            let counters = LoopCounters()
            // Far above the ids of mysqld, and apart from those of the other loops.
            let firstID: UInt32 = 0xc000_0000 &+ UInt32(truncatingIfNeeded: index) << 20
            let context = NIOLoopBoundBox<LoopContext?>.makeEmptyBox(valueType: LoopContext.self, eventLoop: eventLoop)
            try await eventLoop.submit {
                let loop = try LoopContext(
                    eventLoop: eventLoop,
                    backend: backend,
                    limits: limits,
                    dependencies: dependencies,
                    forbiddenUsers: forbidden,
                    hosts: hosts,
                    counters: counters,
                    directory: directory,
                    firstOwnConnectionID: firstID,
                    logger: logger
                )
                context.value = loop
                Self.sweep(context, on: eventLoop)
            }.get()
            directory.join(context, on: eventLoop)
            boxes.append(LoopBox(eventLoop: eventLoop, counters: counters, context: context))
        }
        self.loops = boxes
    }

    private static func sweep(_ context: NIOLoopBoundBox<LoopContext?>, on eventLoop: any EventLoop) {
        guard let loop = context.value else { return }
        loop.closeIdleSessions()
        eventLoop.scheduleTask(in: loop.pauseBetweenSweeps) { sweep(context, on: eventLoop) }
    }

    /// Takes over other limits; sessions that are there already stay.
    package func change(_ limits: ProxyLimits) {
        self.limits.withLockedValue { $0 = limits }
        hosts.change(limit: limits.maximumConnectionsPerHost)
        for box in loops { box.eventLoop.execute { box.context.value?.limits = limits } }
    }

    package var counters: ProxyCounters { ProxyCounters(loops.map(\.counters)) }

    /// Begins to accept clients for the node's own mysqld.
    ///
    /// - Returns: the address that is listened on; its port is the real one if 0 was asked for.
    /// - Throws: `ProxyStartError`.
    @discardableResult
    package func listen(on address: HostPort) async throws(ProxyStartError) -> HostPort {
        try await listen(on: address, door: .node)
    }

    /// Begins to accept clients for the cluster's primary. Otherwise like `listen`.
    @discardableResult
    package func listenForPrimary(on address: HostPort) async throws(ProxyStartError) -> HostPort {
        try await listen(on: address, door: .primary)
    }

    /// The primary may be another one now: sessions of its port that lead elsewhere are closed.
    package func primaryChanged() {
        for box in loops { box.eventLoop.execute { box.context.value?.cutSessionsOfFormerPrimary() } }
    }

    private func listen(on address: HostPort, door: Door) async throws(ProxyStartError) -> HostPort {
        let loops = self.loops
        let limits = self.limits
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // Linux hands these on to each connection that is accepted, for no call of its own.
            .serverChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            // A peer that is gone without a word is noticed after two minutes.
            .serverChannelOption(.socketOption(.so_keepalive), value: 1)
            .serverChannelOption(.tcpOption(NIOBSDSocket.Option(rawValue: TCP_KEEPIDLE)), value: 60)
            .serverChannelOption(.tcpOption(NIOBSDSocket.Option(rawValue: TCP_KEEPINTVL)), value: 15)
            .serverChannelOption(.tcpOption(NIOBSDSocket.Option(rawValue: TCP_KEEPCNT)), value: 4)
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.writeBufferWaterMark, value: SessionBuffers.waterMark)
            .childChannelOption(.recvAllocator, value: SessionBuffers.receiveAllocator)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let box = loops.first(where: { $0.eventLoop === channel.eventLoop }),
                        let context = box.context.value
                    else { throw ChannelError.operationUnsupported }
                    let open = loops.reduce(0) { $0 + $1.counters.currentConnections.current }
                    if open >= limits.withLockedValue({ $0.maximumConnections }) {
                        box.counters.refusedConnections.add(1)
                        try channel.pipeline.syncOperations.addHandler(TooManyConnectionsHandler())
                    } else {
                        let host = channel.remoteAddress?.ipAddress ?? "localhost"
                        let session = ProxySession(shared: context, door: door, peerHost: host)
                        try channel.pipeline.syncOperations.addHandler(ClientHandler(session: session))
                    }
                }
            }
        do {
            let channel = try await bootstrap.bind(host: address.host, port: Int(address.port)).get()
            listeners.withLockedValue { $0.append(channel) }
            return HostPort(
                host: address.host,
                port: UInt16(clamping: channel.localAddress?.port ?? Int(address.port))
            )
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw .cannotListen(address, reason: "the address is in use by another process")
        } catch let error as IOError where error.errnoCode == EACCES {
            throw .cannotListen(address, reason: "permission denied")
        } catch {
            throw .cannotListen(address, reason: "\(error)")
        }
    }

    /// Stops accepting, lets statements and transactions under way end, closes what is left after the limit.
    package func stop() async {
        for listener in listeners.withLockedValue({ $0 }) { try? await listener.close().get() }
        let deadline = NIODeadline.now() + .milliseconds(Int64(limits.withLockedValue { $0.drainMilliseconds }))
        for box in loops {
            try? await box.eventLoop.submit {
                box.context.value?.isDraining = true
                for session in box.context.value.map({ Array($0.sessions.values) }) ?? [] where session.canDrainNow {
                    session.closeAfterWriting()
                }
            }.get()
        }
        while loops.contains(where: { $0.counters.currentConnections.current > 0 }), NIODeadline.now() < deadline {
            try? await Task.sleep(for: .milliseconds(20))
        }
        for box in loops {
            try? await box.eventLoop.submit {
                for session in box.context.value.map({ Array($0.sessions.values) }) ?? [] { session.close() }
                // The virtual tables are freed on their own thread.
                box.context.value = nil
            }.get()
        }
    }
}
