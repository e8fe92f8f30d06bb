internal import ClusterModel
internal import Glibc
internal import MySQLSession
internal import MySQLWire
internal import NIOCore
internal import Sockets

// What stands behind the sidecar, before any session has led there.
extension LoopContext {
    /// What a client that comes in now will be led to, if it is to be led anywhere.
    func presentServer(behind door: Door) -> ServerAddress {
        if door == .primary, case .remote(let address) = node.primaryRoute { .tcp(address) } else { backend }
    }

    /// Whether that can be had, as far as is known without a look.
    func presence(behind door: Door) -> ServerPresence {
        if door == .primary {
            switch node.primaryRoute {
            case .local: break
            case .remote(let address): return servers.isPresent(.tcp(address)) ? .certain : .uncertain
            case .none: return .uncertain
            }
        }
        guard !node.isServerDown, gate.isOpen else { return .uncertain }
        switch node.clientPath {
        case .configured: return servers.isPresent(backend) ? .certain : .uncertain
        case .loopback(let address): return servers.isPresent(.tcp(address)) ? .certain : .uncertain
        case .closed, .nowhere, .unknown: return .uncertain
        }
    }

    /// Learns how the node's own mysqld greets. One connection that comes to nothing, at the start and when mysqld is
    /// back, spares mysqld those of every client that does not log in to it.
    func learnServer() {
        guard awaitingServers[backend] == nil else { return }
        awaitingServers[backend] = []
        look(at: backend)
    }

    /// - Parameter body: is called at once if the server has greeted before, else when it has or cannot be had.
    func withKnownServer(at address: ServerAddress, _ body: @escaping (KnownServer) -> Void) {
        if let server = servers.server(at: address) { return body(server) }
        let isFirst = awaitingServers[address] == nil
        awaitingServers[address, default: []].append(body)
        if isFirst { look(at: address) }
    }

    private func look(at address: ServerAddress) {
        let header = address == backend && transport.sendsProxyHeader ? ProxyHeader(ends: nil).encodedV2 : []
        let promise = eventLoop.makePromise(of: KnownServer.self)
        promise.futureResult.assumeIsolated().whenComplete { result in
            if let server = try? result.get() {
                self.servers.note(server, at: address)
            } else {
                self.servers.noteAbsence(of: address)
            }
            let server = (try? result.get()) ?? KnownServer(unseenOfVersion: self.node.serverVersion)
            for body in self.awaitingServers.removeValue(forKey: address) ?? [] { body(server) }
        }
        BackendConnector.connect(to: address, within: patienceWithGreeting(of: address), context: self).assumeIsolated()
            .whenComplete { result in
                do {
                    try GreetingLook.begin(try result.get(), on: self.eventLoop, saying: header, promise)
                } catch {
                    promise.fail(error)
                }
            }
        eventLoop.scheduleTask(in: patienceWithGreeting(of: address)) {
            promise.fail(ChannelError.connectTimeout(.zero))
        }
    }

    /// How long a server may take to greet.
    func patienceWithGreeting(of address: ServerAddress?) -> TimeAmount {
        let isDown = address == backend && node.isServerDown
        return .milliseconds(
            Int64(isDown ? limits.greetingTimeoutWhenDownMilliseconds : limits.greetingTimeoutMilliseconds)
        )
    }

    /// A connection to a server could not be made. That the sidecar itself is short of something is said as such.
    func connectError(_ error: any Error, _ door: Door) -> SQLError {
        guard let error = error as? IOError, [EMFILE, ENFILE, ENOMEM, ENOBUFS].contains(error.errnoCode) else {
            return outageError(door)
        }
        let reason = shortage.note("connect to mysqld for a client", errno: error.errnoCode)
        return SQLError(
            errno: 1040,
            sqlState: "08004",
            message: "Too many connections: the sidecar cannot open another one to mysqld (\(reason))"
        )
    }
}

/// One connection that waits for a server's greeting and leaves.
private final class GreetingLook: ConnectionHandler {
    private let promise: EventLoopPromise<KnownServer>
    private var bytes = ByteBuffer()
    private weak var connection: Connection?

    private init(_ promise: EventLoopPromise<KnownServer>) {
        self.promise = promise
    }

    /// - Throws: `IOError` if the loop cannot watch the connection.
    static func begin(
        _ descriptor: Int32,
        on loop: SocketLoop,
        saying header: [UInt8],
        _ promise: EventLoopPromise<KnownServer>
    ) throws {
        let handler = GreetingLook(promise)
        let connection = try Connection(descriptor, on: loop) { _ in handler }
        handler.connection = connection
        if !header.isEmpty {
            connection.write(ByteBuffer(bytes: header))
            connection.flush()
        }
        connection.read()
        // Whoever ends the waiting ends the connection.
        let bound = NIOLoopBound(connection, eventLoop: loop)
        promise.futureResult.whenComplete { _ in bound.value.close() }
    }

    func received(_ bytes: Span<UInt8>) { received(bytes.withUnsafeBytes { ByteBuffer(bytes: $0) }) }

    func received(_ buffer: ByteBuffer) {
        bytes.writeImmutableBuffer(buffer)
        do {
            guard let packet = try PacketReader.next(from: &bytes, limit: LoginMachine.maximumPacketBytes) else {
                connection?.read()
                return
            }
            switch try ServerGreeting.parse(packet.payload) {
            case .greeting(let greeting): promise.succeed(KnownServer(greeting))
            case .refusal(let error): promise.fail(error)
            }
        } catch {
            promise.fail(error)
        }
    }

    func readCompleted() {}
    func inputEnded() { promise.fail(ChannelError.eof) }
    func writabilityChanged() {}
    func failed(_ error: any Error) { promise.fail(error) }
    func closed() { promise.fail(ChannelError.eof) }
}
