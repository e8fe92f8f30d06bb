/// A session in its command phase: which bytes go on, which packets are looked at, when an answer of our own may be
/// put between those of mysqld.
///
/// Pure: it is shown bytes and says what to do with them. The shell forwards, buffers and writes.
package struct SessionMachine {
    /// Statements longer than this go to mysqld without a look, in bytes.
    package static let maximumInspectedBytes = 64 * 1024
    /// The longest command of a session that has no mysqld behind it, in bytes.
    package static let maximumLocalCommandBytes = 1024 * 1024

    /// What to do with the client's bytes.
    package struct ClientScan: Equatable, Sendable {
        /// So many of the first bytes go to mysqld.
        package var forward: Int
        package var stop: Stop
    }

    package enum Stop: Equatable, Sendable {
        /// The rest is not yet enough to decide on; keep it until more has come.
        case needsMore
        /// The rest begins with a whole packet that is to be looked at.
        case intercept(command: UInt8, payloadLength: Int)
        /// The rest waits until mysqld has answered what was forwarded.
        case blocked
        /// The rest begins with a packet that is to bear this number.
        case misnumbered(UInt8)
        /// The rest begins with a command that is to be refused without a look: whole, if it is one that is ever inspected
        /// by its length.
        case fenced(payloadLength: Int)
    }

    var tracker: ResponseTracker
    /// No mysqld stands behind the session: every command is intercepted.
    private let isLocal: Bool
    /// cluster_schema is the chosen schema: every statement is looked at.
    package var isVirtualSchemaSelected = false
    /// Statements of the sidecar's own were prepared in this session: what ends them all is looked at.
    package var hasOwnStatements = false
    /// What the session holds of the sidecar ends by COM_RESET_CONNECTION, which is looked at.
    package var isResetWatched = false
    /// Nothing is to go to mysqld but what changes nothing there: statements are looked at, all else is refused.
    package var isFenced = false
    /// The sidecar answered the last statement: the next one may ask what it left behind, and is looked at.
    package var isLastAnswerOwn = false
    /// Commands that went to mysqld without a look.
    package private(set) var forwardedCommands = 0
    /// Commands that went to mysqld and may have changed what it knows of the session: its variables above all.
    package private(set) var changingCommands = 0
    /// The sidecar answered the last COM_STMT_PREPARE, or refused it: "the statement prepared last" is not mysqld's.
    package private(set) var isLastPreparedOwn = false
    /// The client speaks the compressed protocol: what it numbers there is what it compresses, and the packets in it need
    /// no numbers of their own (libmariadb gives them all 0). mysqld, which is sent them plain, looks at them.
    package var numbersPackets = false

    private var payloadLeft = 0
    private var isContinued = false
    private var isSendingLocalFile = false
    /// mysqld has not said yet whether it begins a binlog dump: what follows is a command, or part of the dump.
    private var isDumpPending = false
    /// The number of the client's next packet, if that begins no command.
    private var nextSequence: UInt8 = 0

    /// - Parameters:
    ///   - capabilities: those that both sides of the session may use.
    ///   - isLocal: this sidecar answers every command.
    package init(capabilities: Capabilities, isLocal: Bool) {
        self.tracker = ResponseTracker(capabilities: capabilities)
        self.isLocal = isLocal
    }

    package var isIdle: Bool { tracker.isIdle }
    /// A binlog dump has begun: everything goes on unread, in both directions, until the session ends.
    package var isDumping: Bool { tracker.isOpaque }
    /// The session's status as mysqld last told it, for answers of our own.
    package var status: StatusFlags { tracker.status.intersection(.ofSession) }
    package var hasUnansweredCommand: Bool { tracker.hasUnansweredCommand }

    /// mysqld has told the session's status at the end of a login.
    package mutating func note(_ status: StatusFlags) { tracker.note(status) }

    /// Walks the packets of the client.
    ///
    /// - Parameters:
    ///   - bytes: all that has come and was not forwarded or consumed yet.
    ///   - isCandidate: whether a statement may concern the virtual tables; asked for statements alone.
    package mutating func scanClient(
        _ bytes: Span<UInt8>,
        isCandidate: (Span<UInt8>) -> Bool
    ) throws(ProtocolViolation) -> ClientScan {
        var index = 0
        let count = bytes.count
        if tracker.isOpaque { return ClientScan(forward: count, stop: .needsMore) }
        // mysqld has answered without waiting for the end of the file: it would take the rest for commands.
        if isSendingLocalFile, !tracker.isReadingFile { throw .commandsInPlaceOfFile }
        while true {
            let taken = min(payloadLeft, count - index)
            index += taken
            payloadLeft -= taken
            guard count - index >= PacketFormat.headerBytes else {
                return ClientScan(forward: index, stop: .needsMore)
            }
            if isDumpPending { return ClientScan(forward: index, stop: .blocked) }
            let length =
                Int(bytes[index]) | Int(bytes[index + 1]) << 8 | Int(bytes[index + 2]) << 16
            let sequence = bytes[index + 3]
            if numbersPackets {
                let number = isContinued || isSendingLocalFile ? nextSequence : 0
                guard sequence == number else { return ClientScan(forward: index, stop: .misnumbered(number)) }
            }
            if isContinued || takesLocalFilePacket(length) {
                passOn(length, sequence)
                index += PacketFormat.headerBytes
                continue
            }
            if isLocal, length > Self.maximumLocalCommandBytes {
                throw .packetTooLarge(length: length, limit: Self.maximumLocalCommandBytes)
            }
            guard length > 0, count - index > PacketFormat.headerBytes else {
                if length > 0 { return ClientScan(forward: index, stop: .needsMore) }
                if tracker.isFull { return ClientScan(forward: index, stop: .blocked) }
                tracker.expect(.onePacket, firstSequence: sequence &+ 1)
                index += PacketFormat.headerBytes
                continue
            }
            let command = bytes[index + PacketFormat.headerBytes]
            var shape = ResponseShape(command: command)
            if !isLocal, length >= 5, Self.namesStatement(command) {
                guard count - index >= PacketFormat.headerBytes + min(length, 6) else {
                    return ClientScan(forward: index, stop: .needsMore)
                }
                if isOwnStatement(bytes, at: index + PacketFormat.headerBytes + 1) {
                    return try intercept(command, bytes, at: index, length: length)
                }
                if shape == .execution, length > 5, bytes[index + PacketFormat.headerBytes + 5] & Self.cursorTypes != 0
                {
                    shape = .cursor
                }
            }
            if !isLocal, let limit = Self.longest(command) {
                return try intercept(command, bytes, at: index, length: length, limit: limit)
            }
            if isFenced, !isLocal, !Self.passesFence(command), !isInspected(command, length) {
                guard tracker.isIdle else { return ClientScan(forward: index, stop: .blocked) }
                if length <= Self.maximumInspectedBytes, count - index < PacketFormat.headerBytes + length {
                    return ClientScan(forward: index, stop: .needsMore)
                }
                return ClientScan(forward: index, stop: .fenced(payloadLength: length))
            }
            if isLocal || isInspected(command, length) {
                let end = index + PacketFormat.headerBytes + length
                guard count >= end else { return ClientScan(forward: index, stop: .needsMore) }
                let statement = bytes.extracting((index + PacketFormat.headerBytes + 1)..<end)
                if isLocal || isFenced || isIntercepted(command, statement, isCandidate) {
                    guard tracker.isIdle else { return ClientScan(forward: index, stop: .blocked) }
                    if command == Command.statementPrepare { isLastPreparedOwn = true }
                    return ClientScan(forward: index, stop: .intercept(command: command, payloadLength: length))
                }
            }
            if tracker.isFull { return ClientScan(forward: index, stop: .blocked) }
            if command == Command.statementPrepare { isLastPreparedOwn = false }
            passOn(length, sequence)
            // The answer goes on from the number of a command's last part, which is not known yet.
            expectAnswer(to: command, shape: shape, firstSequence: isContinued ? 0 : nextSequence)
            forwardedCommands &+= 1
            index += PacketFormat.headerBytes
        }
    }

    /// The packet at `index` concerns a statement that the sidecar prepared, or is always looked at.
    private func intercept(
        _ command: UInt8,
        _ bytes: Span<UInt8>,
        at index: Int,
        length: Int,
        limit: Int = maximumLocalCommandBytes
    ) throws(ProtocolViolation) -> ClientScan {
        guard length <= limit else { throw .packetTooLarge(length: length, limit: limit) }
        guard bytes.count - index >= PacketFormat.headerBytes + length else {
            return ClientScan(forward: index, stop: .needsMore)
        }
        guard tracker.isIdle else { return ClientScan(forward: index, stop: .blocked) }
        return ClientScan(forward: index, stop: .intercept(command: command, payloadLength: length))
    }

    /// The number of the client's next packet, if it goes on with what was forwarded.
    package var sequenceAmidCommand: UInt8? {
        payloadLeft > 0 || isContinued || isSendingLocalFile ? nextSequence : nil
    }

    /// Commands that change nothing in mysqld but the session, or have no answer to be refused by.
    package static func passesFence(_ command: UInt8) -> Bool {
        switch command {
        case Command.quit, Command.ping, Command.statistics, Command.setOption, Command.resetConnection,
            Command.changeUser, Command.statementClose, Command.statementReset, Command.statementSendLongData:
            true
        default: false
        }
    }

    /// The longest packet, in bytes, of a command that never goes on without a look: it makes the client another user, or
    /// the session something else than questions and answers.
    private static func longest(_ command: UInt8) -> Int? {
        switch command {
        case Command.changeUser, Command.tableDump, Command.clone, Command.groupReplicationStream, Command.multiple:
            maximumInspectedBytes
        default: nil
        }
    }

    /// Commands that begin with a statement's id.
    private static func namesStatement(_ command: UInt8) -> Bool {
        switch command {
        case Command.statementExecute, Command.statementSendLongData, Command.statementClose,
            Command.statementReset, Command.statementFetch, Command.statementBulkExecute:
            true
        default: false
        }
    }

    /// Bits of COM_STMT_EXECUTE's flags: read-only, for update, scrollable.
    private static let cursorTypes: UInt8 = 7

    private func isOwnStatement(_ bytes: Span<UInt8>, at index: Int) -> Bool {
        // Own ids have the highest bit (little-endian: in the last byte).
        guard bytes[index + 3] & 0x80 != 0 else { return false }
        let id =
            UInt32(bytes[index]) | UInt32(bytes[index + 1]) << 8 | UInt32(bytes[index + 2]) << 16
            | UInt32(bytes[index + 3]) << 24
        return id == PreparedStatementID.last ? isLastPreparedOwn : true
    }

    /// An intercepted packet goes to mysqld after all. Not for COM_CHANGE_USER, which begins a login.
    ///
    /// - Parameters:
    ///   - sequence: the packet's number.
    ///   - choosesSchema: the command is a `USE` of a schema of mysqld.
    package mutating func forwardIntercepted(command: UInt8, sequence: UInt8, choosesSchema: Bool) {
        if command == Command.statementPrepare { isLastPreparedOwn = false }
        let shape = choosesSchema ? .schemaChange : ResponseShape(command: command)
        expectAnswer(to: command, shape: shape, firstSequence: sequence &+ 1)
    }

    /// What bytes of mysqld brought about; they all go to the client.
    package struct ServerOutcome: Equatable, Sendable {
        /// Nothing is under way any more: a client that was blocked may go on.
        package var isIdle: Bool
        /// So many of the first bytes were followed: all, unless the machine stops at refusals. The rest is to be kept,
        /// and shown again: at once behind a refusal, else with what comes next.
        package var consumed: Int
        /// So many of the last of those are the packet of a refusal, as a whole; 0 for none.
        package var refusalBytes: Int
    }

    /// A command of the sidecar's own may be sent behind those that are unanswered: it is not taken for part of a file.
    package var takesCommandBehindOthers: Bool { tracker.expectation != .localFile && !tracker.isOpaque }

    /// Whether `consumeServer` and `consumeServerUpToOK` stop where all that was forwarded has its answer: what comes
    /// behind it answers a command of the sidecar's own.
    package var stopsWhenIdle: Bool {
        get { tracker.stopsWhenIdle }
        set { tracker.stopsWhenIdle = newValue }
    }

    package mutating func consumeServer(_ bytes: Span<UInt8>) throws(ProtocolViolation) -> ServerOutcome {
        take(try tracker.consume(bytes))
    }

    mutating func take(_ outcome: ResponseTracker.Outcome) -> ServerOutcome {
        if outcome.isIdle { isDumpPending = false }
        if outcome.schemaChanged { isVirtualSchemaSelected = false }
        // Not while one is awaited: reports of progress still come when the client has sent all of it.
        if outcome.isLocalFileRequested {
            isSendingLocalFile = true
            nextSequence = tracker.localFileSequence
        }
        return ServerOutcome(
            isIdle: outcome.isIdle,
            consumed: outcome.consumed,
            refusalBytes: outcome.refusalBytes
        )
    }

    private mutating func takesLocalFilePacket(_ length: Int) -> Bool {
        guard isSendingLocalFile else { return false }
        // An empty packet ends the file, unless it only ends a packet of 16 MiB.
        if length == 0 { isSendingLocalFile = false }
        return true
    }

    private mutating func passOn(_ length: Int, _ sequence: UInt8) {
        payloadLeft = length
        isContinued = length == PacketFormat.maximumPayloadBytes
        nextSequence = sequence &+ 1
    }

    private mutating func expectAnswer(to command: UInt8, shape: ResponseShape, firstSequence: UInt8) {
        switch command {
        case Command.ping, Command.statementClose, Command.statementReset, Command.statistics: break
        default:
            isLastAnswerOwn = false
            changingCommands &+= 1
        }
        if shape == .dump { isDumpPending = true }
        tracker.expect(shape, firstSequence: firstSequence)
    }

    /// Whether a command of this kind and size may concern us at all.
    private func isInspected(_ command: UInt8, _ length: Int) -> Bool {
        switch command {
        case Command.query, Command.statementPrepare: length <= Self.maximumInspectedBytes
        case Command.initDatabase, Command.processKill: length <= Self.maximumInspectedBytes
        case Command.fieldList: isVirtualSchemaSelected && length <= Self.maximumInspectedBytes
        case Command.resetConnection: hasOwnStatements || isResetWatched
        default: false
        }
    }

    private func isIntercepted(
        _ command: UInt8,
        _ content: Span<UInt8>,
        _ isCandidate: (Span<UInt8>) -> Bool
    ) -> Bool {
        switch command {
        case Command.fieldList, Command.resetConnection, Command.processKill: true
        case Command.query where isLastAnswerOwn: true
        default: isVirtualSchemaSelected || isCandidate(content)
        }
    }
}
