internal import ClusterModel
internal import Logging
internal import MySQLWire
internal import NIOCore
internal import QueryRouting
internal import Sockets

/// One client and the connection to mysqld behind it: carries out what the machines of MySQLWire decide.
///
/// Bound to one event loop, as are both of its connections: nothing here locks or waits. The extensions beside this file
/// follow a session's life: the client's bytes, the login, mysqld's bytes, the statements that are answered here.
final class ProxySession {
    enum Phase {
        /// A proxy in front says first who the client is.
        case proxyHeader
        /// It is not known yet who answers.
        case login
        /// mysqld decides who the client is.
        case authenticating
        /// mysqld answers the commands.
        case relaying
        /// A sidecar account: everything is answered here.
        case local
        case closed
    }

    let shared: LoopContext
    let door: Door
    /// The client's address: the peer's, or what a proxy in front has said.
    var peerHost: String
    /// Both ends of the client's connection, as they are told to mysqld; nil if they are not known.
    var ends: ProxyHeader.Ends?
    var phase: Phase = .login
    /// What stands behind the session; nil until that is known.
    var destination: ServerAddress?
    /// That is the node's own mysqld.
    var isBackendLocal = false
    var machine = SessionMachine(capabilities: [], isLocal: true)
    var login: LoginMachine.Login?
    var loginMachine: LoginMachine
    var authentication: AuthenticationRelay?
    var ownStatements = OwnStatements()
    /// What mysqld is being asked on the sidecar's own behalf.
    var question: Question?
    /// Somebody else is being asked: the client's next command waits.
    var pendingAnswer: PendingAnswer?
    /// Double quotes name identifiers, as a server has last said that does not tell it by itself.
    var hasAskedANSIQuotes = false
    /// As mysqld has last said, or as a sidecar account's session has chosen.
    var characterSets = SessionCharacterSets()
    /// How many commands mysqld had been sent then that may change them; nil before.
    var characterSetsAsked: Int?
    var isAnswerPending: Bool { pendingAnswer != nil }
    /// What SHOW WARNINGS tells of the last statement that the sidecar answered.
    var ownDiagnostics: [Diagnostic] = []
    var figures = SessionFigures()
    /// The long poll that the client waits for.
    var wait: Wait?
    var told = Told()
    /// mysqld's refusal of a write that the client is told when the probe has looked.
    var heldRefusal: ByteBuffer?
    /// A KILL QUERY that mysqld is deciding on.
    var pendingKill: KillStatement?
    /// The connection id that the client was greeted with; 0 before.
    var greetedID: UInt32 = 0

    /// The client sends no more.
    var isClientEnded = false
    /// mysqld has heard of that.
    var isEndPassedOn = false
    var client: Connection?
    var backend: Connection?
    /// That of the connection, which keeps it.
    weak var backendHandler: BackendHandler?
    /// As the connections last said: more than the high water mark does not wait to be written.
    var isClientWritable = true
    var isBackendWritable = true
    /// What threads for long statements have done for the command under way.
    var workOnTables = TimeAmount.zero
    /// What the client has not read of answers of the sidecar's own, as last counted.
    var keptAnswerBytes = 0
    /// Something was written that has not been flushed.
    private var isClientFlushDue = false
    private var isBackendFlushDue = false
    /// Bytes of the client that wait: for the rest of a packet, or for their turn.
    var fromClient = ByteBuffer()
    /// Bytes of mysqld before the session's commands begin.
    var fromBackend = ByteBuffer()
    /// The client's next command waits until mysqld has answered the ones before it.
    var isClientBlocked = false
    var isGreeted: Bool { greetedID != 0 }
    /// A server has taken the session.
    var leadsToServer: Bool { phase == .authenticating || phase == .relaying }
    /// It is being waited for how long that takes.
    var isPatienceRunning = false
    /// mysqld has been pinged on the sidecar's own behalf, behind the client's commands.
    var isPinging = false
    var isCompressed = false
    /// Nobody can listen in between the sidecar and what stands behind the session.
    var isServerLegSecure = false
    /// It is by TLS that they cannot.
    var isServerLegEncrypted = false
    /// The account of a server's that the session is on its way to.
    var relayedName: AccountName?
    /// The COM_CHANGE_USER that mysqld is deciding on.
    var requestedChange: ChangeOfUser?
    /// When the client's last packet of its login came.
    var lastLoginPacket: NIODeadline?
    private var place: HostCounts.Place?
    /// The sidecar is full: what everybody but an operator is told.
    var closedToOthers: SQLError?
    /// The client has sent something since the last sweep, or since the last look at what is to be drained.
    var isActive = true
    private var idleSince: NIODeadline?
    /// How many looks one after another have found the session at rest since it is to be drained.
    var quietLooks = 0
    /// Until when a session of the primary's port looks for it.
    var primaryDeadline: NIODeadline?
    var loginDeadline: Scheduled<Void>?
    var greetingDeadline: Scheduled<Void>?

    init(shared: LoopContext, door: Door, peerHost: String) {
        self.shared = shared
        self.door = door
        self.peerHost = peerHost
        self.loginMachine = LoginMachine(
            greetingScramble: shared.makeScramble(),
            switchScramble: shared.makeScramble(),
            clientHost: peerHost,
            virtualSchema: "cluster_schema",
            policy: shared.transport.policy
        )
    }

    // MARK: - Begin and end

    func begin(_ connection: Connection) {
        client = connection
        shared.sessions[ObjectIdentifier(self)] = self
        shared.counters.acceptedConnections.add(1)
        shared.counters.currentConnections.add(1)
    }

    /// - Returns: false if the client's address has too many connections already.
    func enterHost() -> Bool {
        place = shared.hosts.enter(peerHost)
        if place == .forOperators {
            closedToOthers = SQLError(errno: 1040, sqlState: "08004", message: "Too many connections from \(peerHost)")
        }
        return place != nil
    }

    /// The client has gone. What mysqld has been sent for it is mysqld's to carry out, as if there were no sidecar.
    func end() {
        abandonWait()
        client = nil
        noteKeptAnswer()
        phase = .closed
        loginDeadline?.cancel()
        greetingDeadline?.cancel()
        backend?.closeAfterWriting(within: .seconds(60))
        guard shared.sessions.removeValue(forKey: ObjectIdentifier(self)) != nil else { return }
        shared.counters.currentConnections.add(-1)
        leaveDirectory()
        if let place { shared.hosts.leave(peerHost, place) }
    }

    /// The client waits for an answer, whoever is to give it.
    var hasCommandUnderWay: Bool {
        switch phase {
        case .proxyHeader, .login, .closed: false
        case .authenticating: true
        case .local: wait != nil || isAnswerPending
        case .relaying: wait != nil || isAnswerPending || question != nil || heldRefusal != nil || !machine.isIdle
        }
    }

    func close() {
        client?.close()
        backend?.close()
    }

    /// Sends what is left and closes, even if the client is slow to read it.
    func closeAfterWriting(_ buffer: ByteBuffer = ByteBuffer()) {
        abandonWait()
        phase = .closed
        backend?.close()
        guard let client else { return }
        client.write(buffer)
        client.closeAfterWriting(within: .seconds(30))
    }

    /// As after a login: nothing that the session had prepared is there any more.
    func forgetStatements() {
        ownStatements.closeAll()
        machine.hasOwnStatements = false
    }

    /// The client broke the protocol, or mysqld did: say so in the protocol's own words and end the session.
    func fail(_ violation: ProtocolViolation, sequence: UInt8, from side: String) {
        shared.counters.protocolViolations.add(1)
        shared.logger.info(
            "session ended: protocol violation",
            metadata: ["peer": "\(peerHost)", "side": "\(side)", "what": "\(violation)"]
        )
        var writer = PacketWriter(nextSequence: sequence)
        if isGreeted { violation.sqlError.write(to: &writer) }
        closeAfterWriting(writer.buffer)
    }

    /// A connection ends by an error: of the socket, or of TLS or compression on it.
    func transportFailed(_ error: any Error, side: String) {
        if !(error is IOError), !(error is ChannelError), !shared.transport.isEndOfConnection(error) {
            shared.counters.protocolViolations.add(1)
            shared.logger.info(
                "session ended: broken transport",
                metadata: ["peer": "\(peerHost)", "side": "\(side)", "what": "\(error)"]
            )
        }
        switch side {
        case "client" where shared.transport.isEndOfConnection(error): clientEnded()
        case "client": close()
        default: backend?.close()
        }
    }

    /// One look in regular times at whether the session rests.
    func sweep() {
        let limit = TimeAmount.milliseconds(Int64(shared.limits.idleTimeoutMilliseconds))
        defer { isActive = false }
        guard !isActive, !hasCommandUnderWay, phase == .local || phase == .relaying else {
            idleSince = nil
            return
        }
        let since = idleSince ?? .now()
        idleSince = since
        guard .now() - since >= limit else { return }
        shared.logger.info("session ended: idle for too long", metadata: ["peer": "\(peerHost)"])
        closeAfterWriting()
    }

    func noteActivity() { isActive = true }

    // MARK: - Writing

    /// Writes to the client; `flushClient` sends it.
    func writeToClient(_ buffer: ByteBuffer) {
        isClientFlushDue = true
        figures.bytesOut &+= buffer.readableBytes
        client?.write(buffer)
    }

    func writeToBackend(_ buffer: ByteBuffer) {
        shared.counters.bytesFromClients.add(buffer.readableBytes)
        isBackendFlushDue = true
        backend?.write(buffer)
    }

    func flushClient() {
        guard isClientFlushDue else { return }
        isClientFlushDue = false
        client?.flush()
    }

    func flushBackend() {
        guard isBackendFlushDue else { return }
        isBackendFlushDue = false
        backend?.flush()
    }
}
