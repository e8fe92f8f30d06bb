internal import ClusterModel
package import MySQLWire
package import NIOCore
package import QueryRouting

/// A session behind its login: which bytes go on, which commands are answered here, and in which order.
///
/// Pure: it is told events and says what to do. In the steady state, that nothing is under way but what mysqld answers,
/// bytes are followed where they lie (`followClient`, `followServer`); all else is `handle`.
package struct Conversation {
    /// What a login has settled.
    package struct Setting {
        package var login: LoginMachine.Login
        /// The client's address.
        package var host: String
        /// No mysqld stands behind the session: a sidecar account.
        package var isLocal: Bool
        /// A sidecar account that may act.
        package var isOperator: Bool
        /// What stands behind the session is the node's own mysqld.
        package var isBackendLocal: Bool
        package var marker: StatementMarker
        package var converter: any MultiByteConverting
        package var cursorMemory: CursorMemory
        package var answers: AnswerCache

        package init(
            login: LoginMachine.Login,
            host: String,
            isLocal: Bool,
            isOperator: Bool,
            isBackendLocal: Bool,
            marker: StatementMarker,
            converter: any MultiByteConverting,
            cursorMemory: CursorMemory,
            answers: AnswerCache
        ) {
            self.login = login
            self.host = host
            self.isLocal = isLocal
            self.isOperator = isOperator
            self.isBackendLocal = isBackendLocal
            self.marker = marker
            self.converter = converter
            self.cursorMemory = cursorMemory
            self.answers = answers
        }
    }

    /// What holds for all sessions when an event comes.
    package struct Surroundings {
        package var topology: SessionTopology
        /// Nil where no quorum decides.
        package var services: (any ServiceReading)?
        /// As `VirtualQuerying.generation`.
        package var generation: UInt64 = 0
        /// The sidecar is stopping.
        package var isDraining = false
        /// No primary is known, and that is new: the next may be known at any moment.
        package var isPrimarySought = false
        /// What answers of ours may take that clients have not read yet, in bytes.
        package var roomForAnswers = Int.max

        package init(topology: SessionTopology) { self.topology = topology }
    }

    /// What is under way, and so what is held back.
    enum Phase {
        /// mysqld's answers and the client's commands are followed; nothing of ours is under way.
        case following(Follow)
        /// A command is being answered here: the commands behind it wait.
        indirect case exchange(Exchange)
        /// mysqld's refusal of a write is held until it is known where writes go, and all behind it.
        case holding(ByteBuffer, Follow)
        /// The answer to a ping of ours is read.
        case readingPong(ByteBuffer)
        /// COM_CHANGE_USER: a login decides what comes.
        case changingUser
        case over
    }

    /// What is waited for from mysqld beside the answers to the client's commands.
    enum Follow: Equatable {
        case plain
        /// A KILL QUERY that mysqld is deciding on: the next command waits.
        case kill(KillStatement)
        /// A ping of ours stands behind the client's commands.
        case ping
    }

    let setting: Setting
    var machine: SessionMachine
    var phase: Phase = .following(.plain)
    var statements = OwnStatements()
    var reading: Reading
    /// What SHOW WARNINGS tells of the last statement that the sidecar answered.
    var diagnostics: [Diagnostic] = []
    var elections = SessionElections()
    var told: Told
    var now: Surroundings
    /// Bytes of the client that wait: for the rest of a packet, or for their turn.
    var fromClient = ByteBuffer()
    /// Bytes of mysqld that wait: for the rest of a packet, or behind a refusal.
    var fromServer = ByteBuffer()
    /// So many of the first of `fromServer` are a refusal of mysqld, followed and not told yet.
    var refusalBytes = 0
    /// The client's next command waits until what was before it has its answer.
    var isClientBlocked = false
    var isClientEnded = false
    var isEndPassedOn = false
    /// Less than the high water mark waits for the client to read it.
    var isClientWritable = true
    /// How many commands were looked at here.
    var lookedAt = 0
    /// It is being waited for how long mysqld's answers take, and so many commands there were then.
    var patience: Int?
    /// Tells what was asked for one command of the client from what was asked for another.
    var ticket: UInt64 = 0
    var actions: [Action] = []

    /// - Parameter status: as mysqld told it at the end of the login; nil if it did not.
    package init(_ setting: Setting, status: StatusFlags?, in surroundings: Surroundings) {
        self.setting = setting
        now = surroundings
        let login = setting.login
        machine = SessionMachine(capabilities: login.capabilities, isLocal: setting.isLocal)
        machine.isVirtualSchemaSelected = login.isVirtualSchemaSelected
        // Behind a session of the primary's port stands another sidecar, which rewrites them already.
        machine.stopsAtRefusals = !setting.isLocal && setting.isBackendLocal
        machine.numbersPackets = login.compression != nil
        if let status { machine.note(status) }
        reading = Reading(loginCollation: login.collation)
        // Behind a session of the primary's port another sidecar may stand, which tells what it sees.
        told = Told(
            isTracking: login.capabilities.contains(.sessionTrack) && (setting.isLocal || setting.isBackendLocal)
        )
    }

    /// The same session after another login.
    ///
    /// - Returns: nothing that was prepared is there any more, but no id is given twice.
    package func succeeded(by setting: Setting, status: StatusFlags?, in surroundings: Surroundings) -> Conversation {
        var next = Conversation(setting, status: status, in: surroundings)
        next.statements = statements
        next.statements.closeAll()
        next.machine.numbersPackets = machine.numbersPackets || next.machine.numbersPackets
        next.lookedAt = countOfCommands
        next.ticket = ticket
        next.isClientWritable = isClientWritable
        next.isClientEnded = isClientEnded
        return next
    }

    // MARK: - What others see

    // They are mutating so that whoever keeps a conversation looks at it where it lies: a copy of it costs more than to relay
    // a packet.

    package var capabilities: Capabilities { setting.login.capabilities }
    package var isLocal: Bool { setting.isLocal }
    package var isVirtualSchemaSelected: Bool { machine.isVirtualSchemaSelected }
    package var commandCount: Int { mutating get { countOfCommands } }
    var countOfCommands: Int { lookedAt &+ machine.forwardedCommands }
    /// A binlog dump: a replica's stream.
    package var isDumping: Bool { machine.isDumping }
    package var isInTransaction: Bool { machine.status.contains(.inTransaction) }

    /// The client waits for an answer, whoever is to give it.
    package var hasCommandUnderWay: Bool {
        mutating get {
            switch phase {
            case .following: !setting.isLocal && !machine.isIdle
            case .exchange, .holding, .changingUser, .readingPong: true
            case .over: false
            }
        }
    }

    /// The same without long polls of sidecar accounts: what CONNECTIONS calls EXECUTING.
    package var isExecuting: Bool {
        mutating get {
            !isWaiting && !isAwaitingService && hasCommandUnderWay
        }
    }

    /// It waits for a change of the topology.
    package var isWaiting: Bool {
        mutating get {
            if case .exchange(let exchange) = phase, case .waiting = exchange.step { true } else { false }
        }
    }

    /// mysqld's refusal of a write waits to be told.
    package var isHolding: Bool {
        mutating get {
            if case .holding = phase { true } else { false }
        }
    }

    /// Nothing would be lost by ending the session now.
    package var isAtRest: Bool {
        mutating get {
            if machine.isDumping { return true }
            return !hasCommandUnderWay && (setting.isLocal || !isInTransaction && fromClient.readableBytes == 0)
        }
    }

    /// What the client may send while others are asked or waited for, in bytes: its end is noticed by reading.
    static let maximumBytesWhileWaiting = 64 * 1024

    /// Which sides are to be read from.
    package struct Wants: Hashable, Sendable {
        package var client = true
        package var server = true

        package init() {}
    }

    var wants: Wants {
        var wants = Wants()
        wants.client = wantsClient
        wants.server = isClientWritable
        if case .holding = phase { wants.server = false }
        return wants
    }

    private var wantsClient: Bool {
        guard !isClientEnded else { return false }
        if setting.isLocal, !isClientWritable { return false }
        guard isClientBlocked, case .exchange(let exchange) = phase else { return !isClientBlocked }
        switch exchange.step {
        case .routing, .working, .listing, .calling, .electing, .waiting, .awaitingService:
            return fromClient.readableBytes < Self.maximumBytesWhileWaiting
        case .asking, .identifying: return false
        }
    }

    /// Takes what the client has sent behind a command that a login carries out.
    package mutating func takeClientBytes() -> ByteBuffer {
        defer { fromClient = ByteBuffer() }
        return fromClient
    }

    // MARK: - How statements are read

    /// How statements are to be read. mysqld alone knows for sure; whatever it carries out for the client may change it, be
    /// it in a procedure or a trigger.
    struct Reading {
        /// As mysqld has last said, or as a sidecar account's session has chosen.
        var characterSets: SessionCharacterSets
        /// How many commands mysqld had been sent then that may change them; nil before.
        var askedAt: Int?
        /// Double quotes name identifiers, as a server has last said that does not tell it by itself.
        var hasAskedANSIQuotes = false
        private let loginCollation: UInt16

        init(loginCollation: UInt16) {
            self.loginCollation = loginCollation
            characterSets = SessionCharacterSets(loginCollation: loginCollation)
        }

        /// As after a login: mysqld has to be asked, and a sidecar account's session has the sets that the client named.
        mutating func forget() {
            askedAt = nil
            characterSets = SessionCharacterSets(loginCollation: loginCollation)
        }
    }

    /// `reading` is as mysqld has it at this moment.
    var isReadingKnown: Bool { setting.isLocal || reading.askedAt == machine.changingCommands }

    var context: SessionContext {
        let login = setting.login
        var context = SessionContext(
            authority: setting.isLocal ? .sidecar : .server,
            user: login.user,
            host: setting.host,
            connectionID: login.connectionID,
            serverVersion: login.serverVersion,
            isVirtualSchemaSelected: machine.isVirtualSchemaSelected,
            hasANSIQuotes: machine.status.contains(.ansiQuotes) || reading.hasAskedANSIQuotes,
            hasNoBackslashEscapes: machine.status.contains(.noBackslashEscapes)
        )
        context.isOperator = setting.isOperator
        context.diagnostics = setting.isLocal || machine.isLastAnswerOwn ? diagnostics : nil
        return context
    }

    /// For a statement's own bytes. Where the set was not asked for, all readings lead to mysqld.
    var clientContext: SessionContext {
        var context = context
        if isReadingKnown { context.characterSet = reading.characterSets.client ?? .binary }
        return context
    }

    func coder(_ set: ClientCharacterSet) -> TextCoder { TextCoder(set, setting.converter) }
}
