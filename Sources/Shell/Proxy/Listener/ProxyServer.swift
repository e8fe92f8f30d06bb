package import ClusterModel
internal import Glibc
package import Logging
internal import MySQLSession
internal import MySQLWire
internal import NIOConcurrencyHelpers
internal import NIOCore
internal import NIOPosix
package import Sockets
internal import Synchronization
internal import Threads

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
    private let loops: [LoopBox]
    private let gate: WriteGate
    private let logger: Logger
    private let limits: NIOLockedValueBox<ProxyLimits>
    private let hosts: HostCounts
    private let passwords: PasswordVerifier
    private let shortage: ShortageLog
    private let statementPool: StatementPool
    private let routingPool: StatementPool
    private let lastTurn = Atomic<UInt64>(0)
    private let listeners = NIOLockedValueBox<[SocketListener]>([])
    /// Why it cannot go on: a listener is gone.
    package let failures: AsyncStream<String>
    private let failure: AsyncStream<String>.Continuation

    /// Whether a client is taken in.
    private enum Room {
        case free
        case forOperators
        case none

        init(open: Int, _ limits: ProxyLimits) {
            self =
                if open < limits.maximumConnections {
                    .free
                } else if open < limits.maximumConnections + limits.operatorReserve {
                    .forOperators
                } else {
                    .none
                }
        }
    }

    /// What belongs to one event loop, carried to it across threads.
    private struct LoopBox: Sendable {
        let eventLoop: SocketLoop
        let counters: LoopCounters
        /// Of the whole proxy.
        let limits: NIOLockedValueBox<ProxyLimits>
        let context: NIOLoopBoundBox<LoopContext?>

        /// Takes a client in. Called on the loop's thread.
        func begin(_ socket: AcceptedSocket, door: Door, room: Room) {
            guard let context = context.value else { return socket.close() }
            // The loop may not have come to those of the last reload, which this client came after.
            context.limits = limits.withLockedValue { $0 }
            var options = Connection.Options()
            options.writeTimeout = .milliseconds(Int64(context.limits.writeTimeoutMilliseconds))
            do {
                if room == .none {
                    counters.count(.refusedConnections)
                    let connection = try Connection(socket.descriptor, on: eventLoop, options: options) { _ in
                        RefusedClient()
                    }
                    return RefusedClient.tell(connection)
                }
                let host = socket.remoteAddress.flatMap { ProxyEndpoint($0)?.host ?? $0.ipAddress } ?? "localhost"
                let session = ProxySession(shared: context, door: door, peerHost: host)
                if room == .forOperators { session.login.closedToOthers = .tooManyConnections }
                let connection = try Connection(socket.descriptor, on: eventLoop, options: options) { _ in
                    ClientHandler(session: session)
                }
                session.clientConnected(connection)
            } catch {
                context.logger.warning("a client cannot be taken in", metadata: ["reason": "\(error)"])
            }
        }
    }

    /// - Parameters:
    ///   - counters: of as many loops as the group has.
    ///   - gate: between clients and `backend`.
    ///   - operatingSystemUser: the name of the account that this process runs as (see `RelayPolicy`).
    /// - Throws: what building the virtual tables throws, and `SystemCallError` if there can be no more threads.
    package init(
        group: SocketLoopGroup,
        backend: ServerAddress,
        gate: WriteGate = WriteGate(),
        limits: ProxyLimits,
        counters: ProxyCounters,
        dependencies: ProxyDependencies,
        operatingSystemUser: String,
        logger: Logger
    ) async throws {
        (failures, failure) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1))
        self.logger = logger
        self.gate = gate
        self.limits = NIOLockedValueBox(limits)
        let hosts = HostCounts(
            limit: limits.maximumConnectionsPerHost,
            operatorReserve: limits.operatorReserve
        )
        self.hosts = hosts
        let forbidden = RelayPolicy.forbiddenUsers(backend: backend, operatingSystemUser: operatingSystemUser)
        let directory = SessionDirectory()
        let shortage = ShortageLog(logger)
        self.shortage = shortage
        let servers = KnownServers()
        let passwords = PasswordVerifier(accounts: dependencies.accounts, cipher: dependencies.cipher)
        self.passwords = passwords
        func makePool(_ purpose: StatementPool.Purpose) throws -> StatementPool {
            let pool = StatementPool(
                for: purpose,
                makeTables: dependencies.makeVirtualTables,
                makeConverter: dependencies.makeConverter
            )
            try pool.start()
            return pool
        }
        let (statementPool, routingPool) = (try makePool(.running), try makePool(.routing))
        self.statementPool = statementPool
        self.routingPool = routingPool
        var boxes: [LoopBox] = []
        let keptAnswers = KeptAnswers()
        for (eventLoop, counters) in zip(group.loops, counters.loops) {
            let context = NIOLoopBoundBox<LoopContext?>.makeEmptyBox(valueType: LoopContext.self, eventLoop: eventLoop)
            try await eventLoop.submit {
                let loop = try LoopContext(
                    eventLoop: eventLoop,
                    backend: backend,
                    gate: gate,
                    limits: limits,
                    dependencies: dependencies,
                    forbiddenUsers: forbidden,
                    hosts: hosts,
                    counters: counters,
                    directory: directory,
                    passwords: passwords,
                    servers: servers,
                    shortage: shortage,
                    statementPool: statementPool,
                    routingPool: routingPool,
                    keptAnswers: keptAnswers,
                    logger: logger
                )
                context.value = loop
                Self.sweep(context, on: eventLoop)
            }.get()
            directory.join(context, on: eventLoop)
            boxes.append(LoopBox(eventLoop: eventLoop, counters: counters, limits: self.limits, context: context))
        }
        self.loops = boxes
    }

    private static func sweep(_ context: NIOLoopBoundBox<LoopContext?>, on eventLoop: SocketLoop) {
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

    /// Takes the address for clients of the node's own mysqld; they are let in from `accept` on.
    ///
    /// - Returns: the address that is listened on; its port is the real one if 0 was asked for.
    /// - Throws: `ProxyStartError`.
    @discardableResult
    package func listen(on address: HostPort) async throws(ProxyStartError) -> HostPort {
        try await listen(on: address, door: .node)
    }

    /// Takes the address for clients of the cluster's primary. Otherwise like `listen`.
    @discardableResult
    package func listenForPrimary(on address: HostPort) async throws(ProxyStartError) -> HostPort {
        try await listen(on: address, door: .primary)
    }

    /// mysqld may greet otherwise than before: it has been started, or was never seen.
    package func learnServer() {
        guard let box = loops.first else { return }
        box.eventLoop.execute { box.context.value?.learnServer() }
    }

    /// Lets clients in at all addresses.
    package func accept() async throws {
        for listener in listeners.withLockedValue({ $0 }) { try await listener.resume() }
    }

    /// How long `stop` lets sessions go on.
    package var drainMilliseconds: Int { limits.withLockedValue { $0.drainMilliseconds } }

    /// The primary may be another one now: sessions of its port that lead elsewhere are closed.
    package func primaryChanged() {
        for box in loops { box.eventLoop.execute { box.context.value?.cutSessionsOfFormerPrimary() } }
    }

    /// Where mysqld or the primary are, or whether they can be reached, may be otherwise now: who waits for them looks.
    package func nodeChanged() {
        for box in loops { box.eventLoop.execute { box.context.value?.newsOfNode() } }
    }

    package var gatePosition: GatePosition { gate.position }

    /// Opens or closes the way to the node's own mysqld. Called by one at a time.
    ///
    /// - Parameter done: when no session leads there any more, if it is closed; else at once.
    package func moveGate(to position: GatePosition, then done: @escaping @Sendable () -> Void = {}) {
        let wasClosed = gate.position.isClosed
        gate.move(to: position)
        guard position.isClosed, let loop = loops.first?.eventLoop else {
            if wasClosed { nodeChanged() }
            return done()
        }
        let ended = loops.map { box in box.eventLoop.submit { box.context.value?.endSessionsAtGate() } }
        EventLoopFuture.whenAllComplete(ended, on: loop).whenComplete { _ in done() }
    }

    /// The local view has another topology version now: whoever waits for that is answered.
    package func topologyChanged(to notice: TopologyNotice) {
        for box in loops { box.eventLoop.execute { box.context.value?.topologyChanged(to: notice) } }
    }

    /// They have another leader, or none: whoever waits for that is answered.
    package func servicesChanged(_ services: [ServiceText]) {
        for box in loops { box.eventLoop.execute { box.context.value?.servicesChanged(services) } }
    }

    private func listen(on address: HostPort, door: Door) async throws(ProxyStartError) -> HostPort {
        do {
            let addresses = try await NIOThreadPool.singleton.runIfActive {
                try NameLookup.addresses(of: address.host, port: address.port)
            }
            // One that is left is enough for the name of a loopback address, which often stands for two.
            guard let first = addresses.first, let loop = loops.first?.eventLoop else {
                throw ChannelError.unknownLocalAddress
            }
            let listener = try await SocketListener.listen(
                on: first,
                loop: loop,
                isPaused: true,
                options: Self.clientOptions,
                onShortage: { self.shortage.note("accept a client", errno: $0) },
                onEnd: { self.ended(address, errno: $0) },
                accept: { self.accepted($0, door: door) }
            )
            listeners.withLockedValue { $0.append(listener) }
            return HostPort(
                host: address.host,
                port: UInt16(clamping: listener.localAddress?.port ?? Int(address.port))
            )
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw .cannotListen(address, reason: "the address is in use by another process")
        } catch let error as IOError where error.errnoCode == EACCES {
            throw .cannotListen(address, reason: "permission denied")
        } catch {
            throw .cannotListen(address, reason: "\(error)")
        }
    }

    private func ended(_ address: HostPort, errno number: Int32) {
        failure.yield("the listener on \(address) was closed: \(SystemCallError(call: "accept", number: number))")
    }

    /// Linux hands these on to each connection that is accepted, for no call of its own.
    private static let clientOptions = [
        SocketOption(level: Int32(IPPROTO_TCP), name: TCP_NODELAY, value: 1),
        // A peer that is gone without a word is noticed after two minutes.
        SocketOption(level: SOL_SOCKET, name: SO_KEEPALIVE, value: 1),
        SocketOption(level: Int32(IPPROTO_TCP), name: TCP_KEEPIDLE, value: 60),
        SocketOption(level: Int32(IPPROTO_TCP), name: TCP_KEEPINTVL, value: 15),
        SocketOption(level: Int32(IPPROTO_TCP), name: TCP_KEEPCNT, value: 4),
    ]

    /// The loops take clients in by turns. Called on a listener's loop.
    private func accepted(_ socket: AcceptedSocket, door: Door) {
        let open = loops.reduce(0) { $0 + $1.counters[.currentConnections] }
        let room = Room(open: open, limits.withLockedValue { $0 })
        let turn = lastTurn.wrappingAdd(1, ordering: .relaxed).newValue
        let box = loops[Int(turn % UInt64(loops.count))]
        if box.eventLoop.inEventLoop {
            box.begin(socket, door: door, room: room)
        } else {
            box.eventLoop.execute { box.begin(socket, door: door, room: room) }
        }
    }

    /// Stops accepting, lets statements and transactions under way end, closes what is left after the limit.
    package func stop() async {
        for listener in listeners.withLockedValue({ $0 }) { await listener.close() }
        let deadline = NIODeadline.now() + .milliseconds(Int64(limits.withLockedValue { $0.drainMilliseconds }))
        let drained = loops.map { box in
            box.eventLoop.flatSubmit {
                box.context.value?.drain(until: deadline) ?? box.eventLoop.makeSucceededVoidFuture()
            }
        }
        for loop in drained { try? await loop.get() }
        for box in loops {
            try? await box.eventLoop.submit {
                for session in box.context.value.map({ Array($0.sessions.values) }) ?? [] { session.close() }
                // The virtual tables are freed on their own thread.
                box.context.value = nil
            }.get()
        }
        await passwords.stop()
        try? await NIOThreadPool.singleton.runIfActive { [statementPool, routingPool] in
            statementPool.stop()
            routingPool.stop()
        }
    }
}
