import ClusterModel
import NIOCore
import QueryRouting
import Testing

@testable import MySQLSession
@testable import MySQLWire

/// A conversation that is told events, and what it wanted done, in words.
///
/// Work on the tables is carried out at once, unless it is kept for later.
struct Script {
    static let capabilities: Capabilities = [
        .protocol41, .secureConnection, .pluginAuth, .deprecateEOF, .sessionTrack, .connectAttributes,
    ]

    var conversation: Conversation
    var surroundings: Conversation.Surroundings
    let services = FakeServices()
    /// Work is not carried out before `work`.
    var keepsWork = false
    private var kept: (request: TablesRequest, ticket: UInt64)?
    private(set) var ticket: UInt64 = 0
    private let tables = FakeTables()
    private let converter = NoConverter()
    private var log: [String] = []

    init(isLocal: Bool = false, isOperator: Bool = false, isTracking: Bool = false, primary: String = "db1:3306") {
        var capabilities = Self.capabilities
        if !isTracking { capabilities.remove(.sessionTrack) }
        surroundings = Self.surroundings(version: 1, primary: primary)
        surroundings.services = services
        let setting = Self.setting(capabilities, isLocal: isLocal, isOperator: isOperator, user: "app")
        conversation = Conversation(setting, status: .autocommit, in: surroundings)
    }

    static func setting(
        _ capabilities: Capabilities = Script.capabilities,
        isLocal: Bool = false,
        isOperator: Bool = false,
        user: String
    ) -> Conversation.Setting {
        Conversation.Setting(
            login: LoginMachine.Login(
                user: user,
                capabilities: capabilities,
                isVirtualSchemaSelected: false,
                connectionID: 7,
                serverVersion: "10.11.6-MariaDB",
                programName: "",
                libraryName: ""
            ),
            host: "192.0.2.7",
            isLocal: isLocal,
            isOperator: isOperator,
            isBackendLocal: true,
            marker: StatementMarker(),
            converter: NoConverter(),
            cursorMemory: CursorMemory(),
            answers: AnswerCache()
        )
    }

    static func surroundings(
        version: UInt64,
        primary: String,
        isLocalPrimary: Bool = false
    ) -> Conversation.Surroundings {
        let notice = TopologyNotice(
            version: TopologyVersion(rawValue: version),
            primary: primary,
            isLocalPrimary: isLocalPrimary
        )
        return Conversation.Surroundings(topology: SessionTopology(notice))
    }

    var wants: Conversation.Wants { conversation.wants }

    // MARK: Events

    mutating func client(_ statements: String...) -> [String] {
        send(statements.map { Self.packet([Command.query] + Array($0.utf8)) })
    }

    mutating func command(_ code: UInt8, _ content: [UInt8] = []) -> [String] { send([Self.packet([code] + content)]) }

    private mutating func send(_ packets: [ByteBuffer]) -> [String] {
        var bytes = ByteBuffer()
        for packet in packets { bytes.writeImmutableBuffer(packet) }
        return event(.clientSent(bytes))
    }

    mutating func serverOK(status: StatusFlags = .autocommit) -> [String] {
        let status = status.rawValue
        return event(
            .serverSent(Self.packet([0, 0, 0, UInt8(status & 0xff), UInt8(status >> 8), 0, 0], sequence: 1))
        )
    }

    mutating func serverError(_ code: UInt16, _ text: String) -> [String] {
        var writer = PacketWriter(nextSequence: 1)
        SQLError(errno: code, sqlState: "HY000", message: text).write(to: &writer)
        return event(.serverSent(writer.buffer))
    }

    /// A result of mysqld's.
    mutating func serverRows(_ rows: [[String]]) -> [String] {
        let columns = (rows.first ?? [""]).map { _ in
            ColumnDefinition(name: "c", characterSet: CharacterSet.utf8mb4, length: 64, type: .varString)
        }
        var writer = PacketWriter(nextSequence: 1)
        ResultSetWriter(capabilities: conversation.capabilities, status: .autocommit)
            .write(ResultSet(columns: columns, rows: rows.map { $0.map { .text($0) } }), as: .text, to: &writer)
        return event(.serverSent(writer.buffer))
    }

    /// mysqld tells its character sets and its sql_mode.
    mutating func serverTellsSets() -> [String] { serverRows([["utf8mb4", "utf8mb4", ""]]) }

    /// Carries out the work that was kept.
    mutating func work(keepsNext: Bool = false) -> [String] {
        guard let (request, ticket) = kept else { return ["nothing to do"] }
        kept = nil
        keepsWork = keepsNext
        return event(.tables(result(request), ticket: ticket))
    }

    mutating func event(_ event: Conversation.Event) -> [String] {
        var next: Conversation.Event? = event
        while let event = next {
            next = nil
            for action in conversation.handle(event, in: surroundings).actions { next = note(action) ?? next }
        }
        defer { log = [] }
        return log
    }

    mutating func topologyChanges(to version: UInt64) -> [String] {
        surroundings = Self.surroundings(version: version, primary: "db2:3306")
        var answers = WaitAnswers()
        for action in conversation.endWait(&answers, in: surroundings).actions {
            if let event = note(action) { log += self.event(event) }
        }
        defer { log = [] }
        return log
    }

    mutating func abandon() -> [String] {
        for action in conversation.abandoned() { _ = note(action) }
        defer { log = [] }
        return log
    }

    func result(_ request: TablesRequest) -> Result<TablesReply, SQLError> {
        do throws(SQLError) {
            return .success(try TablesWork(tables, converter).carryOut(request))
        } catch {
            return .failure(error)
        }
    }

    // MARK: Words

    /// - Returns: what follows at once.
    private mutating func note(_ action: Conversation.Action) -> Conversation.Event? {
        switch action {
        case .toServer(let bytes): log += Self.words(bytes, "server") { Self.command($0) }
        case .toClient(let bytes): log += Self.words(bytes, "client") { Self.answer($0) }
        case .close(let bytes): log += Self.words(bytes, "client") { Self.answer($0) } + ["close"]
        case .fail(let violation, _, let side): log.append("fail \(side.rawValue): \(violation)")
        case .endServersInput: log.append("end of input")
        case .work(let request, let ticket):
            self.ticket = ticket
            guard keepsWork else { return .tables(result(request), ticket: ticket) }
            kept = (request, ticket)
            log.append("work")
        case .listSessions(let ticket):
            self.ticket = ticket
            log.append("list sessions")
        case .call(let procedure, _, let ticket):
            self.ticket = ticket
            log.append("call \(procedure.name)")
        case .elect(let demand, let ticket):
            self.ticket = ticket
            log.append(Self.words(demand))
        case .awaitService(let service, let seconds): log.append("await \(service.text) for \(seconds)")
        case .leaveService: log.append("leave service")
        case .endReigns: log.append("end reigns")
        case .abandon: log.append("abandon")
        case .bound: log.append("bound")
        case .wait(let seconds): log.append("wait \(Int(seconds))")
        case .leaveQueue: log.append("leave queue")
        case .identify(let id): return .identified(id == 9 ? .server(90) : .unknown)
        case .kill(let scope, let id, let isOwn): log.append("kill \(scope) \(id)\(isOwn ? " of ours" : "")")
        case .changeUser(_, let name, _): log.append("change of user to \(name.text)")
        case .holdRefusal(let asksProbe): log.append(asksProbe ? "hold, ask the probe" : "hold")
        case .startPatience: log.append("patience")
        case .tellUptime: log.append("uptime")
        case .closeWhenProbed: log.append("close when probed")
        case .count(.backendFailure): log.append("failure")
        case .count: break
        case .warnOfSchema: log.append("warn of schema")
        }
        return nil
    }

    private static func words(_ demand: ElectionDemand) -> String {
        switch demand {
        case .elect(let service, let id, _, let lasting): "elect \(id.text) for \(service.text) by \(lasting)"
        case .resign(let service, let id): "resign \(id.text) from \(service.text)"
        case .force(let service, let id, _): "force \(id.text) on \(service.text)"
        }
    }

    private static func words(_ bytes: ByteBuffer, _ side: String, _ word: (ByteBuffer) -> String) -> [String] {
        var bytes = bytes
        var words: [String] = []
        while let packet = try? PacketReader.next(from: &bytes, limit: 1 << 24) {
            words.append("\(side): \(word(packet.payload))")
            // Of an answer with rows the first packet is enough.
            if side == "client" { break }
        }
        return words
    }

    private static func command(_ payload: ByteBuffer) -> String {
        var payload = payload
        let code = payload.readInteger(as: UInt8.self) ?? 0
        let text = String(buffer: payload)
        return code == Command.query ? text : "command \(code)"
    }

    private static func answer(_ payload: ByteBuffer) -> String {
        if let error = SQLError(errorPacket: payload) { return "error \(error.errno)" }
        return payload.getInteger(at: payload.readerIndex, as: UInt8.self) == 0 ? "OK" : "rows"
    }

    static func packet(_ payload: [UInt8], sequence: UInt8 = 0) -> ByteBuffer {
        var writer = PacketWriter(nextSequence: sequence)
        writer.packet { $0.writeBytes(payload) }
        return writer.buffer
    }
}
