/// Follows mysqld's answers by their packets' first bytes, so that the end of each is known.
///
/// It sees every byte and keeps none but the head of the packet at hand: forwarding does not wait for it.
struct ResponseTracker {
    /// How many commands may be under way; a client that pipelines more waits.
    static let maximumOutstanding = 64

    enum Expectation: Equatable {
        case nothing
        case first(ResponseShape)
        /// Column definitions, then an EOF where there is one, then rows.
        case columns(left: Int)
        case columnsEnd
        case rows
        /// The definitions after COM_STMT_PREPARE's OK: of parameters, then of columns.
        case parameters(left: Int, columns: Int)
        case parametersEnd(columns: Int)
        case preparedColumns(left: Int)
        case preparedColumnsEnd
        case fields
        /// The client sends a local file; the answer to it follows.
        case localFile
        /// A binlog dump has begun: bytes until the connection ends.
        case opaque
    }

    /// What an amount of bytes brought about.
    struct Outcome: Equatable {
        /// Every command that was forwarded has its whole answer.
        var isIdle = false
        /// mysqld asks the client for a local file.
        var isLocalFileRequested = false
        /// A command that chooses a schema succeeded.
        var schemaChanged = false
        /// So many of the first bytes were followed: all, unless the tracker stops at refusals.
        var consumed = 0
        /// So many of the last of those are a refusal; 0 for none.
        var refusalBytes = 0
    }

    let capabilities: Capabilities
    private(set) var expectation: Expectation = .nothing
    /// What the answer under way, or the last one, answers: status flags mean something to that question alone.
    private var answered = ResponseShape.none
    private var outstanding = AnswerQueue()
    /// The number of the next packet of the answer under way; 0 if that of its first is not known.
    private var nextSequence: UInt8 = 0
    private var isMisnumbered = false
    /// As the last OK or EOF said.
    private(set) var status: StatusFlags = .autocommit

    /// The rows at hand are a procedure's OUT parameters, and another packet follows their end.
    private(set) var areOutParameters = false
    /// The rows at hand come from a cursor.
    var areFetched: Bool { answered == .rows }
    /// The last answer that came to its end was an error.
    private(set) var endedInError = false
    /// The number that the first packet of a local file is to bear.
    private(set) var localFileSequence: UInt8 = 0
    /// `consume` stops behind each refusal of a read-only server, and before the beginning of one.
    var stopsAtRefusals = false
    /// `consume` stops where nothing is due any more.
    var stopsWhenIdle = false
    private var header: UInt32 = 0
    private(set) var headerBytes = 0
    private(set) var payloadLeft = 0
    private(set) var isContinued = false
    private var isHeadPending = false
    private var head = PacketHead()

    init(capabilities: Capabilities) {
        self.capabilities = capabilities
    }

    /// Nothing is due, and the last packet has come to its end.
    var isIdle: Bool { expectation == .nothing && isBetweenPackets }
    var isOpaque: Bool { expectation == .opaque }
    /// mysqld reads a local file of the client's.
    var isReadingFile: Bool { expectation == .localFile }
    var isFull: Bool { outstanding.isFull }
    /// The bytes so far end with a packet's end.
    var isBetweenPackets: Bool { headerBytes == 0 && payloadLeft == 0 && !isContinued }

    /// Whether the answer under way can still be replaced by an error of ours.
    var hasUnansweredCommand: Bool {
        if case .first = expectation { return isBetweenPackets }
        return false
    }

    /// A command goes to mysqld.
    ///
    /// - Parameter firstSequence: the number that its answer begins with; 0 if that is not known.
    mutating func expect(_ shape: ResponseShape, firstSequence: UInt8 = 0) {
        guard shape != .none else { return }
        if expectation == .nothing {
            expectation = .first(shape)
            nextSequence = firstSequence
        } else {
            outstanding.append(Outstanding(shape: shape, firstSequence: firstSequence))
        }
    }

    /// mysqld has told the session's status in the answer to a login.
    mutating func note(_ status: StatusFlags) { self.status = status }

    /// Follows bytes of mysqld in the order they came, however they are cut.
    mutating func consume(_ bytes: Span<UInt8>) throws(ProtocolViolation) -> Outcome {
        var outcome = Outcome()
        var index = 0
        let count = bytes.count
        outcome.consumed = count
        if expectation == .opaque { return outcome }
        while index < count {
            if stopsWhenIdle, isIdle {
                outcome.consumed = index
                outcome.isIdle = true
                return outcome
            }
            if headerBytes < PacketFormat.headerBytes {
                if headerBytes == 0, count - index >= PacketFormat.headerBytes {
                    header =
                        UInt32(bytes[index]) | UInt32(bytes[index + 1]) << 8 | UInt32(bytes[index + 2]) << 16
                        | UInt32(bytes[index + 3]) << 24
                    headerBytes = PacketFormat.headerBytes
                    index += PacketFormat.headerBytes
                } else {
                    header |= UInt32(bytes[index]) << UInt32(8 * headerBytes)
                    headerBytes += 1
                    index += 1
                }
                if headerBytes == PacketFormat.headerBytes { try beginPacket(&outcome) }
                continue
            }
            if isHeadPending {
                if head.count == 0, expectation == .rows, bytes[index] < 0xfe {
                    isHeadPending = false
                } else {
                    head.append(bytes[index])
                    index += 1
                    payloadLeft -= 1
                    if head.missing == 0 {
                        isHeadPending = false
                        if head.isError, let end = try stop(at: index, of: count, &outcome) {
                            outcome.consumed = end
                            return outcome
                        }
                        try interpret(&outcome)
                        if expectation == .opaque { return outcome }
                    }
                    endPacketIfWhole()
                    continue
                }
            }
            let taken = min(payloadLeft, count - index)
            index += taken
            payloadLeft -= taken
            endPacketIfWhole()
        }
        outcome.isIdle = isIdle
        if headerBytes > 0, stopsAtRefusals { outcome.consumed -= unreadHead(of: count) }
        return outcome
    }

    private mutating func beginPacket(_ outcome: inout Outcome) throws(ProtocolViolation) {
        let length = Int(header & 0xff_ffff)
        try count(UInt8(truncatingIfNeeded: header >> 24))
        let wasContinued = isContinued
        isContinued = length == PacketFormat.maximumPayloadBytes
        payloadLeft = length
        if !wasContinued {
            head.reset(payloadLength: length)
            isHeadPending = length > 0
            if length == 0 { try interpret(&outcome) }
        }
        endPacketIfWhole()
    }

    /// The packets of an answer are numbered one after the other: those that are not belong to another answer than the
    /// tracker takes them for.
    private mutating func count(_ sequence: UInt8) throws(ProtocolViolation) {
        if sequence != nextSequence {
            switch expectation {
            // mysqld may say why it ends a connection as a command arrives: only an error passes.
            case .first: isMisnumbered = nextSequence > 0
            case .nothing, .localFile, .opaque: break
            default: throw Self.outOfStep
            }
        }
        nextSequence = sequence &+ 1
    }

    private static let outOfStep = ProtocolViolation.malformedResponse("not the packet that follows in the answer")

    private mutating func endPacketIfWhole() {
        if payloadLeft == 0 {
            headerBytes = 0
            header = 0
        }
    }

    /// Looks at an error packet whose head ends at an index.
    ///
    /// - Returns: where the bytes are to be cut: behind the packet, which is then followed, or before it, if its rest has
    ///   not come; nil if it is no refusal, or its beginning was followed before.
    private mutating func stop(
        at index: Int,
        of count: Int,
        _ outcome: inout Outcome
    ) throws(ProtocolViolation) -> Int? {
        let start = index - head.count - PacketFormat.headerBytes
        guard stopsAtRefusals, expectation != .nothing, start >= 0, head.errorNumber == ReadOnlyRefusal.errno,
            head.payloadLength <= ReadOnlyRefusal.maximumPayloadBytes
        else { return nil }
        guard payloadLeft <= count - index else {
            forgetHead()
            return start
        }
        let end = index + payloadLeft
        payloadLeft = 0
        try interpret(&outcome)
        endPacketIfWhole()
        outcome.isIdle = isIdle
        outcome.refusalBytes = end - start
        return end
    }

    /// Bytes have ended in the head of a packet that may be a refusal: they are to be shown again.
    ///
    /// Not at the beginning of a row, where that would be often.
    ///
    /// - Returns: how many of the last bytes that concerns.
    private mutating func unreadHead(of count: Int) -> Int {
        guard headerBytes < PacketFormat.headerBytes || isHeadPending, expectation != .nothing else { return 0 }
        if head.count > 0, headerBytes == PacketFormat.headerBytes {
            guard head.isError, head.count < 3 || head.errorNumber == ReadOnlyRefusal.errno,
                head.payloadLength <= ReadOnlyRefusal.maximumPayloadBytes
            else { return 0 }
        } else {
            guard !isContinued else { return 0 }
            switch expectation {
            case .first, .localFile: break
            default: return 0
            }
        }
        let bytes = headerBytes + (headerBytes == PacketFormat.headerBytes ? head.count : 0)
        guard bytes <= count else { return 0 }
        forgetHead()
        return bytes
    }

    /// As before the first byte of the packet at hand.
    private mutating func forgetHead() {
        if headerBytes == PacketFormat.headerBytes { nextSequence = UInt8(truncatingIfNeeded: header >> 24) }
        headerBytes = 0
        header = 0
        payloadLeft = 0
        isHeadPending = false
        isContinued = false
    }

    private mutating func interpret(_ outcome: inout Outcome) throws(ProtocolViolation) {
        if isProgressReport { return }
        switch expectation {
        case .nothing:
            // mysqld may say why it ends a connection without being asked (4031, 1927, 1053).
            guard head.isError else { throw .unexpectedServerBytes }
        case .first(let shape):
            try interpretFirst(shape, &outcome)
        case .localFile:
            try interpretFirst(.results, &outcome)
        case .columns(let left):
            if left > 1 {
                expectation = .columns(left: left - 1)
            } else {
                expectation = capabilities.contains(.deprecateEOF) ? .rows : .columnsEnd
            }
        case .columnsEnd:
            if head.isError {
                finish(&outcome)
            } else {
                let status = head.status ?? []
                // With a cursor the rows come by COM_STMT_FETCH.
                if opensCursor(status) { finish(&outcome) } else { expectation = .rows }
                // MySQL says here alone, and not behind the rows, that a procedure's OUT parameters are not the end.
                areOutParameters =
                    (answered == .execution || answered == .cursor)
                    && status.isSuperset(of: [.outParameters, .moreResults])
            }
        case .rows:
            if head.isError || head.isEnd { finish(&outcome) }
        case .parameters(let left, let columns):
            if left > 1 {
                expectation = .parameters(left: left - 1, columns: columns)
            } else if capabilities.contains(.deprecateEOF) {
                expectColumns(columns, &outcome)
            } else {
                expectation = .parametersEnd(columns: columns)
            }
        case .parametersEnd(let columns):
            expectColumns(columns, &outcome)
        case .preparedColumns(let left):
            if left > 1 {
                expectation = .preparedColumns(left: left - 1)
            } else if capabilities.contains(.deprecateEOF) {
                next(&outcome)
            } else {
                expectation = .preparedColumnsEnd
            }
        case .preparedColumnsEnd:
            next(&outcome)
        case .fields:
            if head.isError || head.isEnd { finish(&outcome) }
        case .opaque:
            break
        }
    }

    /// An error packet with a number that no error has; whatever is expected is still to come.
    private var isProgressReport: Bool {
        head.isError && head.errorNumber == 0xffff
            && !capabilities.isDisjoint(with: [.mariaDBProgress, .progressObsolete])
    }

    /// Whether a result ends with this status, in place of its rows.
    ///
    /// A procedure that has opened a cursor of its own leaves the flag for the results that it sends after that.
    func opensCursor(_ status: StatusFlags) -> Bool {
        answered == .cursor && status.contains(.cursorExists) && !status.contains(.moreResults)
    }

    private mutating func interpretFirst(_ shape: ResponseShape, _ outcome: inout Outcome) throws(ProtocolViolation) {
        answered = shape
        if head.isError {
            isMisnumbered = false
            finish(&outcome)
            return
        }
        guard !isMisnumbered else { throw Self.outOfStep }
        switch shape {
        case .none, .onePacket:
            finish(&outcome)
        case .schemaChange:
            if head[0] == 0x00 { outcome.schemaChanged = true }
            finish(&outcome)
        case .dump:
            expectation = .opaque
            // The client's bytes wait for this.
            outcome.isIdle = true
        case .results, .execution, .cursor:
            try interpretResultHead(&outcome)
        case .rows:
            expectation = .rows
            if head.isEnd { finish(&outcome) }
        case .fields:
            expectation = .fields
            if head.isEnd { finish(&outcome) }
        case .prepared:
            guard head[0] == 0x00, head.payloadLength >= 12 else {
                throw .malformedResponse("answer to COM_STMT_PREPARE")
            }
            let columns = head.uint16(at: 5)
            let parameters = head.uint16(at: 7)
            let skipsMetadata =
                capabilities.contains(.optionalMetadata) && head.payloadLength > 12 && head[12] == 0
            if skipsMetadata {
                next(&outcome)
            } else if parameters > 0 {
                expectation = .parameters(left: parameters, columns: columns)
            } else {
                expectColumns(columns, &outcome)
            }
        }
    }

    private mutating func interpretResultHead(_ outcome: inout Outcome) throws(ProtocolViolation) {
        let isOptional = capabilities.contains(.optionalMetadata)
        // With optional metadata a result without them begins with 0x00 as well; an OK packet is longer.
        if head[0] == 0x00, !isOptional || head.payloadLength >= 7 {
            finish(&outcome)
            return
        }
        if head[0] == 0xfb {
            // mysqld reads as the file what was sent behind the statement, and the next command where the file ends for
            // it: what the client says can be followed no more.
            guard outstanding.isEmpty else { throw .commandsInPlaceOfFile }
            expectation = .localFile
            outcome.isLocalFileRequested = true
            localFileSequence = nextSequence
            return
        }
        guard let count = head.lengthEncodedInteger(at: isOptional ? 1 : 0), count.value > 0, count.value <= 0xffff
        else { throw .malformedResponse("column count") }
        let hasDefinitions: Bool
        if isOptional {
            hasDefinitions = head[0] != 0
        } else if capabilities.contains(.mariaDBCacheMetadata) {
            hasDefinitions = head[count.end] != 0
        } else {
            hasDefinitions = true
        }
        if hasDefinitions {
            expectation = .columns(left: Int(count.value))
        } else {
            expectation = capabilities.contains(.deprecateEOF) ? .rows : .columnsEnd
        }
    }

    private mutating func expectColumns(_ columns: Int, _ outcome: inout Outcome) {
        if columns > 0 { expectation = .preparedColumns(left: columns) } else { next(&outcome) }
    }

    /// The packet at hand ends an answer or one of its results.
    private mutating func finish(_ outcome: inout Outcome) {
        let hadOutParameters = areOutParameters
        areOutParameters = false
        endedInError = head.isError
        if !head.isError, let status = head.status {
            self.status = status
            if hadOutParameters || (answered.mayBeFollowed && status.contains(.moreResults)) {
                expectation = .first(answered)
                return
            }
        }
        next(&outcome)
    }

    /// The packet that was followed last ended a whole answer, and not with a cursor.
    var hasEndedAnswer: Bool {
        !(answered.mayBeFollowed && status.contains(.moreResults)) && !(head.isEnd && opensCursor(status))
    }

    private mutating func next(_ outcome: inout Outcome) {
        guard let next = outstanding.popFirst() else {
            expectation = .nothing
            return
        }
        expectation = .first(next.shape)
        nextSequence = next.firstSequence
    }
}

/// A command that is to be answered.
private struct Outstanding {
    var shape = ResponseShape.none
    var firstSequence: UInt8 = 0
}

/// A ring of fixed size: what is expected after the answer under way.
private struct AnswerQueue {
    private var answers = InlineArray<64, Outstanding>(repeating: Outstanding())
    private var start = 0
    private var count = 0

    var isFull: Bool { count == ResponseTracker.maximumOutstanding }
    var isEmpty: Bool { count == 0 }

    mutating func append(_ answer: Outstanding) {
        guard !isFull else { return }
        answers[(start + count) % ResponseTracker.maximumOutstanding] = answer
        count += 1
    }

    mutating func popFirst() -> Outstanding? {
        guard count > 0 else { return nil }
        let answer = answers[start]
        start = (start + 1) % ResponseTracker.maximumOutstanding
        count -= 1
        return answer
    }
}
