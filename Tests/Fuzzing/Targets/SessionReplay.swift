internal import MySQLSession
internal import MySQLWire
internal import NIOCore
internal import QueryRouting

/// Plays a recording through a `LoginMachine`, an `AuthenticationRelay` and a `SessionMachine`, as the proxy's shell
/// does, with a server that answers as recorded.
///
/// Every statement of the recording that is looked at is decided on and then forwarded, since the recording holds
/// mysqld's answer to it. The commands that were put into it are the sidecar's own to answer.
struct SessionReplay {
    /// What the machine decided; the same however the bytes were cut and delayed.
    struct Transcript: Equatable {
        struct Decision: Equatable {
            /// Where the command's packet begins in the client's bytes.
            var offset: Int
            var command: UInt8
            var payloadLength: Int
            var route: Route?
            var status: StatusFlags
            /// Answered by the sidecar, between two answers of mysqld.
            var isOwn: Bool
        }

        var decisions: [Decision] = []
        var logins: [Bool] = []
        /// The packets of logins that were relayed, framed anew, and what had come in their place.
        var relayed: [UInt8] = []
        var recorded: [UInt8] = []
        var forwardedBytes = 0
        var deliveredBytes = 0
        var isIdle = false
        /// No answer of the sidecar was due while one of mysqld was under way.
        var isOrderKept = true
        var status: StatusFlags = []
        var violation: ProtocolViolation?
    }

    /// How the bytes travel.
    struct Delivery {
        /// The longest piece, in bytes; nil delivers each frame whole and in its turn.
        var longestPiece: Int?
        /// The client does not wait for answers once it is logged in.
        var isPipelined = false
    }

    private let client: [UInt8]
    private let server: [UInt8]
    /// Ends of the frames of each side, each with how many bytes of the other side came before the frame.
    private let clientFrames: [(end: Int, needs: Int)]
    private let serverFrames: [(end: Int, needs: Int)]
    private let capabilities: Capabilities
    private let classifier: StatementClassifier
    private let ownOffsets: Set<Int>

    private var machine: SessionMachine
    /// A login or a change of the user is under way.
    private var authentication: AuthenticationRelay?
    private var isChangingUser = false
    private var transcript = Transcript()
    private var arrived = 0
    private var forwarded = 0
    private var delivered = 0
    /// How many of the delivered bytes were read; all of them outside of logins.
    private var read = 0
    private var isBlocked = false
    /// mysqld's bytes are read as while something is to be told to the client.
    var searchesForOK = false
    /// mysqld's bytes are cut at refusals of a read-only server.
    var stopsAtRefusals = false { didSet { machine.stopsAtRefusals = stopsAtRefusals } }

    /// - Parameter ownOffsets: where commands begin that mysqld never sees.
    /// - Returns: nil when the recording does not begin with a greeting and an answer to it that is relayed.
    init?(_ recording: RecordedSession, ownOffsets: Set<Int>, classifier: StatementClassifier) {
        client = recording.stream(ofClient: true)
        server = recording.stream(ofClient: false)
        self.classifier = classifier
        self.ownOffsets = ownOffsets
        guard let greeting = Self.firstPacket(server), let response = Self.firstPacket(client) else { return nil }
        var login = LoginMachine(
            greetingScramble: Array(repeating: 0x41, count: 20),
            switchScramble: Array(repeating: 0x42, count: 20),
            clientHost: "192.0.2.1",
            virtualSchema: VirtualSchema.name
        )
        guard case .greeting(let greeted)? = try? ServerGreeting.parse(greeting.payload),
            case .send = login.greet(as: KnownServer(greeted), connectionID: 7),
            case .connect? = try? login.clientSent(
                response,
                accounts: ToyAccounts(method: nil, password: [], knowsProofs: false),
                isRelayForbidden: { _ in false }
            ),
            case .relay(let relayed, let session)? = login.serverReplied(.greeting(greeted))
        else { return nil }
        capabilities = session.capabilities
        authentication = relayed.authentication(
            isBehindTLS: false,
            isServerSecure: false,
            capabilities: session.capabilities
        )
        var clientFrames: [(end: Int, needs: Int)] = []
        var serverFrames: [(end: Int, needs: Int)] = []
        var sent = (client: 0, server: 0)
        for frame in recording.frames {
            if frame.isClient {
                sent.client += frame.length
                clientFrames.append((sent.client, sent.server))
            } else {
                sent.server += frame.length
                serverFrames.append((sent.server, sent.client))
            }
        }
        self.clientFrames = clientFrames
        self.serverFrames = serverFrames
        machine = SessionMachine(capabilities: capabilities, isLocal: false)
        machine.isVirtualSchemaSelected = session.isVirtualSchemaSelected
        arrived = response.payload.readableBytes + PacketFormat.headerBytes
        forwarded = arrived
        delivered = greeting.payload.readableBytes + PacketFormat.headerBytes
        read = delivered
    }

    var clientBytes: Int { client.count }
    var serverBytes: Int { server.count }

    private static func firstPacket(_ bytes: [UInt8]) -> PacketReader.Packet? {
        try? packet(bytes[...], limit: LoginMachine.maximumPacketBytes)
    }

    private static func packet(
        _ bytes: ArraySlice<UInt8>,
        limit: Int
    ) throws(ProtocolViolation) -> PacketReader.Packet? {
        var buffer = ByteBuffer(bytes: bytes.prefix(limit + PacketFormat.headerBytes))
        return try PacketReader.next(from: &buffer, limit: limit)
    }

    /// Plays it to its end, or to where neither side can go on.
    mutating func play(_ delivery: Delivery, using random: inout FuzzRandom) -> Transcript {
        do throws(ProtocolViolation) {
            while true {
                let fromClient = nextFromClient(delivery, using: &random)
                let fromServer = nextFromServer(delivery, using: &random)
                if fromClient == 0, fromServer == 0 { break }
                if fromServer == 0 || (fromClient > 0 && random.once(in: 2)) {
                    arrived += fromClient
                    if !isBlocked { try processClient() }
                } else {
                    try deliver(fromServer)
                }
            }
        } catch {
            transcript.violation = error
        }
        transcript.forwardedBytes = forwarded
        transcript.deliveredBytes = delivered
        transcript.isIdle = machine.isIdle
        transcript.status = machine.status
        if authentication != nil { transcript.isIdle = false }
        return transcript
    }

    private func piece(_ available: Int, _ delivery: Delivery, using random: inout FuzzRandom) -> Int {
        guard available > 1, let longest = delivery.longestPiece else { return available }
        return 1 + random.below(min(available, longest))
    }

    private func nextFromClient(_ delivery: Delivery, using random: inout FuzzRandom) -> Int {
        guard arrived < client.count else { return 0 }
        if delivery.isPipelined, !transcript.logins.isEmpty {
            return piece(client.count - arrived, delivery, using: &random)
        }
        guard let frame = clientFrames.first(where: { $0.end > arrived }), delivered >= frame.needs else { return 0 }
        return piece(frame.end - arrived, delivery, using: &random)
    }

    private func nextFromServer(_ delivery: Delivery, using random: inout FuzzRandom) -> Int {
        guard delivered < server.count, let frame = serverFrames.first(where: { $0.end > delivered }),
            forwarded >= frame.needs
        else { return 0 }
        return piece(frame.end - delivered, delivery, using: &random)
    }

    private mutating func deliver(_ count: Int) throws(ProtocolViolation) {
        delivered += count
        try processServer()
    }

    private mutating func processServer() throws(ProtocolViolation) {
        while authentication != nil {
            let limit = AuthenticationRelay.maximumServerPacketBytes
            guard let packet = try Self.packet(server[read..<delivered], limit: limit),
                let action = try authentication?.serverSent(packet)
            else { return }
            let end = read + PacketFormat.headerBytes + packet.payload.readableBytes
            note(action, recorded: server[read..<end])
            read = end
        }
        let bytes = server
        var isIdle = false
        while read < delivered {
            let rest = bytes.span.extracting(read..<delivered)
            let isWaiting: Bool
            if searchesForOK {
                let search = try machine.consumeServerUpToOK(rest)
                read += search.consumed
                isIdle = search.outcome.isIdle
                isWaiting = search.ok == nil && search.outcome.refusalBytes == 0
            } else {
                let outcome = try machine.consumeServer(rest)
                read += outcome.consumed
                isIdle = outcome.isIdle
                isWaiting = outcome.refusalBytes == 0
            }
            if isWaiting { break }
        }
        if isIdle || machine.isDumping, read == delivered, isBlocked { try processClient() }
    }

    /// A packet of a login was relayed.
    private mutating func note(_ action: AuthenticationRelay.Action, recorded: ArraySlice<UInt8>) {
        transcript.recorded += recorded
        switch authentication?.followed(action) ?? action {
        case .cipher: break
        case .toClient(let bytes), .toServer(let bytes):
            transcript.relayed += bytes.readableBytesView
        case .refuse(let bytes):
            transcript.relayed += bytes.readableBytesView
            transcript.logins.append(false)
            authentication = nil
        case .ended(let isAccepted, let bytes, let status):
            transcript.relayed += bytes.readableBytesView
            transcript.logins.append(isAccepted)
            authentication = nil
            // MariaDB lets a session go on as it was when its change of the user fails.
            guard isAccepted || !isChangingUser else { return }
            let isVirtualSchemaSelected = machine.isVirtualSchemaSelected && !isChangingUser
            machine = SessionMachine(capabilities: capabilities, isLocal: false)
            machine.isVirtualSchemaSelected = isVirtualSchemaSelected
            machine.stopsAtRefusals = stopsAtRefusals
            if let status { machine.note(status) }
        }
    }

    private mutating func processClient() throws(ProtocolViolation) {
        isBlocked = false
        let bytes = client
        while true {
            if authentication != nil {
                guard let packet = try Self.packet(bytes[forwarded..<arrived], limit: LoginMachine.maximumPacketBytes),
                    let action = try authentication?.clientSent(packet)
                else { return }
                let end = forwarded + PacketFormat.headerBytes + packet.payload.readableBytes
                note(action, recorded: bytes[forwarded..<end])
                forwarded = end
                continue
            }
            let scan = try machine.scanClient(bytes.span.extracting(forwarded..<arrived)) { statement in
                statement.withUnsafeBytes { StatementMarker.isCandidate($0) }
            }
            forwarded += scan.forward
            switch scan.stop {
            case .needsMore: return
            case .blocked:
                isBlocked = true
                return
            case .misnumbered, .fenced:
                // The machine is not told that the client compresses, or of fences.
                return
            case .intercept(let command, let payloadLength):
                decide(command, payloadLength)
                forwarded += PacketFormat.headerBytes + payloadLength
            }
        }
    }

    private mutating func decide(_ command: UInt8, _ payloadLength: Int) {
        let start = forwarded + PacketFormat.headerBytes + 1
        let content = ByteBuffer(bytes: client[start..<(start + max(0, payloadLength - 1))])
        var route: Route?
        switch command {
        case Command.query:
            route = StatementText.bytes(ofQuery: content, capabilities: capabilities)
                .map { classifier.route($0, in: context(allowsParameters: false)) }
        case Command.statementPrepare:
            route = classifier.route(Array(content.readableBytesView), in: context(allowsParameters: true))
        case Command.initDatabase where content.readableBytesView.elementsEqual(VirtualSchema.name.utf8):
            route = .selectVirtualSchema
        default: break
        }
        transcript.decisions.append(
            .init(
                offset: forwarded,
                command: command,
                payloadLength: payloadLength,
                route: route,
                status: machine.status,
                isOwn: isOwn(command)
            )
        )
        if isOwn(command) { return answer(command) }
        if command == Command.changeUser { return beginChangeOfUser() }
        if command == Command.resetConnection { machine.hasOwnStatements = false }
        if route == .selectVirtualSchema { machine.isVirtualSchemaSelected = true }
        machine.forwardIntercepted(
            command: command,
            sequence: client[forwarded + 3],
            choosesSchema: route == .selectServerSchema
        )
    }

    /// The commands that were put in, and whatever names a statement that the sidecar has prepared.
    private func isOwn(_ command: UInt8) -> Bool {
        switch command {
        case Command.statementExecute, Command.statementSendLongData, Command.statementClose, Command.statementReset,
            Command.statementFetch, Command.statementBulkExecute:
            true
        default: ownOffsets.contains(forwarded)
        }
    }

    private mutating func answer(_ command: UInt8) {
        if !machine.isIdle { transcript.isOrderKept = false }
        guard command == Command.statementPrepare else { return }
        machine.hasOwnStatements = true
    }

    private mutating func beginChangeOfUser() {
        let sequence = client[forwarded + 3]
        isChangingUser = true
        authentication = AuthenticationRelay(
            plugin: "",
            scramble: [],
            legs: ConnectionLegs(isClientSecure: false, isServerSecure: false),
            capabilities: capabilities,
            clientSequence: sequence,
            serverSequence: sequence
        )
    }

    private func context(allowsParameters: Bool) -> SessionContext {
        SessionContext(
            isVirtualSchemaSelected: machine.isVirtualSchemaSelected,
            hasANSIQuotes: machine.status.contains(.ansiQuotes),
            hasNoBackslashEscapes: machine.status.contains(.noBackslashEscapes),
            allowsParameters: allowsParameters
        )
    }
}
