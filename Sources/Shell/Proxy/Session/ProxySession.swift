internal import ClusterModel
internal import Glibc
internal import Logging
internal import MySQLSession
internal import MySQLWire
internal import NIOCore
internal import QueryRouting
internal import Sockets

/// One client and the connection to mysqld behind it: carries out what the machines of MySQLSession and MySQLWire decide.
///
/// Bound to one event loop, as are both of its connections: nothing here locks or waits.
final class ProxySession {
    enum Stage {
        /// A proxy in front says first who the client is.
        case proxyHeader
        /// It is not known yet who answers, or whether the client is who it says.
        case login
        case conversation
        case closed
    }

    let shared: LoopContext
    let door: Door
    var stage: Stage = .login
    var client: ClientLeg
    var server = ServerLeg()
    var entry = Entry()
    var login: SessionLogin
    /// While a server is looked for.
    var approach: ServerApproach?
    /// Nil before the first login is over.
    var conversation: Conversation?
    /// As it last said.
    var wants = Conversation.Wants()
    /// What others do for the command under way.
    var errand = Errand()
    var figures = SessionFigures()
    var rest = SessionRest()

    init(shared: LoopContext, door: Door, peerHost: String) {
        self.shared = shared
        self.door = door
        client = ClientLeg(host: peerHost)
        login = SessionLogin(
            greetingScramble: shared.makeScramble(),
            switchScramble: shared.makeScramble(),
            clientHost: peerHost,
            virtualSchema: VirtualSchema.name,
            policy: shared.transport.policy
        )
    }

    // MARK: - Begin and end

    func begin(_ connection: Connection) {
        client.connection = connection
        shared.sessions[ObjectIdentifier(self)] = self
        shared.counters.count(.acceptedConnections)
        shared.counters.count(.currentConnections)
    }

    /// The client has gone. What mysqld has been sent for it is mysqld's to carry out, as if there were no sidecar.
    func end() {
        abandon()
        client.connection = nil
        noteKeptAnswer()
        entry.deadline?.cancel()
        shared.news.leave(self)
        if isGateClosed {
            server.connection?.close()
        } else {
            server.connection?.closeAfterWriting(within: .seconds(60))
        }
        guard shared.sessions.removeValue(forKey: ObjectIdentifier(self)) != nil else { return }
        shared.counters.add(-1, to: .currentConnections)
        shared.directory.leave(login.greetedID)
        if let place = client.place { shared.hosts.leave(client.host, place) }
        shared.sessionHasEnded()
    }

    /// Nothing is answered any more.
    private func abandon() {
        let actions = conversation?.abandoned() ?? []
        stage = .closed
        leaveApproach()
        for action in actions { _ = carryOut(action) }
    }

    func leaveApproach() {
        approach?.end()
        approach = nil
    }

    func close() {
        client.connection?.close()
        server.connection?.close()
    }

    /// Sends what is left and closes, even if the client is slow to read it.
    func closeAfterWriting(_ buffer: ByteBuffer = ByteBuffer()) {
        abandon()
        server.connection?.close()
        guard let connection = client.connection else { return }
        connection.write(buffer)
        connection.closeAfterWriting(within: .seconds(30))
    }

    /// The client broke the protocol, or mysqld did: say so in the protocol's own words and end the session.
    func fail(_ violation: ProtocolViolation, sequence: UInt8, from side: Conversation.Side) {
        note(violation: violation, "session ended: protocol violation", from: side)
        var writer = PacketWriter(nextSequence: sequence)
        if login.isGreeted { violation.sqlError.write(to: &writer) }
        closeAfterWriting(writer.buffer)
    }

    func note(violation: any Error, _ message: Logger.Message, from side: Conversation.Side) {
        shared.counters.count(.protocolViolations)
        shared.logger.info(
            message,
            metadata: ["peer": "\(client.host)", "side": "\(side.rawValue)", "what": "\(violation)"]
        )
    }

    /// A connection ends by an error: of the socket, or of TLS or compression on it.
    func transportFailed(_ error: any Error, side: Conversation.Side) {
        if side == .client, (error as? IOError)?.errnoCode == ETIMEDOUT {
            shared.logger.info("session ended: its client takes nothing", metadata: ["peer": "\(client.host)"])
        }
        if !(error is IOError), !(error is ChannelError), !shared.transport.isEndOfConnection(error) {
            note(violation: error, "session ended: broken transport", from: side)
        }
        switch side {
        case .client: if shared.transport.isEndOfConnection(error) { clientEnded() } else { close() }
        case .server: server.connection?.close()
        }
    }

    // MARK: - Rest

    /// One look in regular times at whether the session rests.
    func sweep() {
        let isResting = stage == .conversation && conversation?.hasCommandUnderWay == false
        let limit = UInt64(shared.limits.idleTimeoutMilliseconds) * 1_000_000
        guard rest.isOver(limit: limit, isResting: isResting, now: NIODeadline.now().uptimeNanoseconds) else { return }
        shared.logger.info("session ended: idle for too long", metadata: ["peer": "\(client.host)"])
        closeAfterWriting()
    }

    /// Nothing would be lost by ending the session now.
    private var isAtRest: Bool {
        switch stage {
        case .proxyHeader: true
        // mysqld's verdict ends it.
        case .login: !login.isServerDeciding
        case .closed: false
        case .conversation: conversation?.isAtRest ?? true
        }
    }

    /// While the sidecar is stopping: something has happened, or the time has come to look.
    func endIfQuiet(isDue: Bool = false) {
        guard shared.isDraining else { return }
        switch rest.quiet(isAtRest: isAtRest, isDue: isDue, now: NIODeadline.now().uptimeNanoseconds) {
        case .over: closeAfterWriting()
        case .look(let time):
            let bound = NIOLoopBound(self, eventLoop: shared.eventLoop)
            shared.eventLoop.scheduleTask(deadline: .uptimeNanoseconds(time)) { bound.value.endIfQuiet(isDue: true) }
        case .unknown: break
        }
    }

    // MARK: - Connections

    /// Puts a handler between a connection's bytes and the protocol.
    func add(on side: Conversation.Side, _ add: (Connection) throws -> Void) {
        guard let connection = side == .client ? client.connection : server.connection else { return }
        do { try add(connection) } catch { transportFailed(error, side: side) }
    }

    /// Writes to the client; `flushClient` sends it.
    func writeToClient(_ buffer: ByteBuffer) {
        client.isFlushDue = true
        figures.bytesOut &+= buffer.readableBytes
        client.connection?.write(buffer)
    }

    func writeToServer(_ buffer: ByteBuffer) {
        shared.counters.add(buffer.readableBytes, to: .bytesFromClients)
        server.isFlushDue = true
        server.connection?.write(buffer)
    }

    func flushClient() {
        guard client.isFlushDue else { return }
        client.isFlushDue = false
        client.connection?.flush()
    }

    func flushServer() {
        guard server.isFlushDue else { return }
        server.isFlushDue = false
        server.connection?.flush()
    }
}
