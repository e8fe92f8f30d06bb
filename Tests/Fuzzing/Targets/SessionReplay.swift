internal import MySQLWire
internal import NIOCore
internal import QueryRouting

/// Plays a recording through a `SessionMachine`, as the proxy's shell does, with a server that answers as recorded.
///
/// Every statement that is looked at is decided on and then forwarded, since the recording holds mysqld's answer to it.
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
        }

        var decisions: [Decision] = []
        var logins: [Bool] = []
        var forwardedBytes = 0
        var deliveredBytes = 0
        var isIdle = false
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

    private var machine: SessionMachine
    private var transcript = Transcript()
    private var arrived = 0
    private var forwarded = 0
    private var delivered = 0
    private var isBlocked = false

    /// - Returns: nil when the recording does not begin with a greeting and an answer to it.
    init?(_ session: RecordedSession, classifier: StatementClassifier) {
        client = session.stream(ofClient: true)
        server = session.stream(ofClient: false)
        self.classifier = classifier
        guard let greeting = Self.firstPacket(server), let response = Self.firstPacket(client),
            case .greeting(let parsed)? = try? ServerGreeting.parse(ByteBuffer(bytes: greeting)),
            let answer = try? HandshakeResponse(ByteBuffer(bytes: response))
        else { return nil }
        capabilities = answer.capabilities.intersection(parsed.capabilities.subtracting(.notRelayed))
        var clientFrames: [(end: Int, needs: Int)] = []
        var serverFrames: [(end: Int, needs: Int)] = []
        var sent = (client: 0, server: 0)
        for frame in session.frames {
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
        machine.beginAuthentication()
        arrived = response.count + PacketFormat.headerBytes
        forwarded = arrived
        delivered = greeting.count + PacketFormat.headerBytes
    }

    var clientBytes: Int { client.count }
    var serverBytes: Int { server.count }

    private static func firstPacket(_ bytes: [UInt8]) -> [UInt8]? {
        var buffer = ByteBuffer(bytes: bytes.prefix(LoginMachine.maximumPacketBytes + PacketFormat.headerBytes))
        guard let packet = try? PacketReader.next(from: &buffer, limit: LoginMachine.maximumPacketBytes) else {
            return nil
        }
        return Array(packet.payload.readableBytesView)
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
        let bytes = server
        let outcome = try machine.consumeServer(bytes.span.extracting(delivered..<(delivered + count)))
        delivered += count
        if let isAccepted = outcome.isAccepted { transcript.logins.append(isAccepted) }
        if outcome.isIdle, isBlocked { try processClient() }
    }

    private mutating func processClient() throws(ProtocolViolation) {
        isBlocked = false
        let bytes = client
        while true {
            let scan = try machine.scanClient(bytes.span.extracting(forwarded..<arrived)) { statement in
                statement.withUnsafeBytes { StatementMarker.isCandidate($0) }
            }
            forwarded += scan.forward
            switch scan.stop {
            case .needsMore: return
            case .blocked:
                isBlocked = true
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
                status: machine.status
            )
        )
        if route == .selectVirtualSchema { machine.isVirtualSchemaSelected = true }
        machine.forwardIntercepted(command: command, choosesSchema: route == .selectServerSchema)
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
