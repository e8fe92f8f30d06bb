internal import MySQLSession
internal import MySQLWire
internal import NIOCore

/// Packets of either side in an order that nothing vouches for: the reader and the session machine must come to the
/// same end whether the bytes come at once or in pieces.
struct PacketsTarget: FuzzTarget {
    private let client: [[UInt8]]
    private let server: [[UInt8]]
    private let mutator = Mutator()

    init(_ corpus: Corpus) {
        let sessions = corpus.sessions.compactMap { RecordedSession($0) }.filter { $0.length <= 128 * 1024 }
        client = sessions.map { $0.stream(ofClient: true) }
        server = sessions.map { $0.stream(ofClient: false) }
    }

    func makeInput(using random: inout FuzzRandom) -> [UInt8] {
        var bytes: [UInt8]
        if random.once(in: 4) {
            bytes = random.bytes(random.below(400))
        } else {
            let source = random.once(in: 2) ? client : server
            let stream = source[random.below(source.count)]
            let from = random.below(stream.count)
            bytes = Array(stream[from..<min(stream.count, from + 1 + random.below(4096))])
        }
        mutator.mutate(&bytes, others: server, using: &random)
        return FuzzInput.encode(bytes, using: &random)
    }

    func run(_ input: [UInt8]) throws(FuzzFailure) {
        let input = FuzzInput(input)
        var random = input.random
        try checkReader(input.payload, using: &random)
        try checkMachine(input.payload, using: &random)
    }

    // MARK: The reader

    private func checkReader(_ bytes: [UInt8], using random: inout FuzzRandom) throws(FuzzFailure) {
        let limit = Int(truncatingIfNeeded: Mutator.interesting[random.below(40)] & 0xff_ffff)
        var whole = Reading(limit: limit)
        whole.take(bytes[...])
        var pieces = Reading(limit: limit)
        for piece in Self.pieces(bytes, using: &random) { pieces.take(piece) }
        try require(whole == pieces, "reader: \(whole.packets.count) packets whole, \(pieces.packets.count) in pieces")
        try require(whole.packets.allSatisfy { $0.count <= limit }, "a packet above the limit was read")
    }

    private struct Reading: Equatable {
        var limit: Int
        var rest = ByteBuffer()
        var packets: [[UInt8]] = []
        var violation: ProtocolViolation?

        init(limit: Int) { self.limit = limit }

        mutating func take(_ bytes: ArraySlice<UInt8>) {
            guard violation == nil else { return }
            rest.writeBytes(bytes)
            do throws(ProtocolViolation) {
                while let packet = try PacketReader.next(from: &rest, limit: limit) {
                    packets.append(Array(packet.payload.readableBytesView))
                }
            } catch {
                violation = error
            }
        }

        static func == (left: Self, right: Self) -> Bool {
            left.packets == right.packets && left.violation == right.violation
        }
    }

    static func pieces(_ bytes: [UInt8], using random: inout FuzzRandom) -> [ArraySlice<UInt8>] {
        let longest = 1 << random.below(12)
        var pieces: [ArraySlice<UInt8>] = []
        var index = 0
        while index < bytes.count {
            let end = min(bytes.count, index + 1 + random.below(longest))
            pieces.append(bytes[index..<end])
            index = end
        }
        return pieces
    }

    // MARK: The machine

    private func checkMachine(_ bytes: [UInt8], using random: inout FuzzRandom) throws(FuzzFailure) {
        // Of the 37 that have a meaning; most sessions have protocol 4.1 and what came with it.
        let capabilities = Capabilities(rawValue: random.next() & 0x1f_ffff_ffff | (random.once(in: 8) ? 0 : 1 << 9))
        var whole = Session(capabilities: capabilities, isLocal: random.once(in: 8))
        whole.machine.isVirtualSchemaSelected = random.once(in: 4)
        whole.machine.hasOwnStatements = random.once(in: 4)
        whole.machine.numbersPackets = random.once(in: 4)
        if random.once(in: 4) { whole.machine.note(StatusFlags(rawValue: UInt16(truncatingIfNeeded: random.next()))) }

        // The commands that the server's bytes answer.
        for _ in 0..<random.below(5) {
            let text = random.bytes(random.below(12))
            let command = random.once(in: 4) ? random.byte() : Self.commands[random.below(Self.commands.count)]
            // Behind the highest number it is not known with which an answer begins.
            whole.client([UInt8(text.count + 1), 0, 0, random.once(in: 2) ? 0xff : 0, command] + text)
        }
        let bytes = random.once(in: 2) ? Self.numbered(bytes) : bytes
        var pieces = whole
        if random.once(in: 4) {
            whole.client(bytes)
            for piece in Self.pieces(bytes, using: &random) { pieces.client(Array(piece)) }
        } else {
            whole.server(bytes[...])
            for piece in Self.pieces(bytes, using: &random) { pieces.server(piece) }
        }
        try require(whole.end == pieces.end, "machine: \(whole.end) whole, \(pieces.end) in pieces")
    }

    /// The packets numbered one after the other, as those of an answer.
    private static func numbered(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        var index = 0
        var sequence: UInt8 = 1
        while index + PacketFormat.headerBytes <= bytes.count {
            bytes[index + 3] = sequence
            sequence &+= 1
            let length = Int(bytes[index]) | Int(bytes[index + 1]) << 8 | Int(bytes[index + 2]) << 16
            index += PacketFormat.headerBytes + length
        }
        return bytes
    }

    private static let commands: [UInt8] = [
        Command.query, Command.query, Command.query, Command.statementPrepare, Command.statementExecute,
        Command.statementFetch, Command.fieldList, Command.initDatabase, Command.changeUser, Command.binlogDump,
        Command.statementSendLongData, Command.resetConnection, Command.statementBulkExecute, Command.statementClose,
    ]

    private struct Session {
        var machine: SessionMachine
        var pending: [UInt8] = []
        var forwarded = 0
        var intercepted = 0
        var violation: ProtocolViolation?

        init(capabilities: Capabilities, isLocal: Bool) {
            machine = SessionMachine(capabilities: capabilities, isLocal: isLocal)
        }

        mutating func client(_ bytes: [UInt8]) {
            guard violation == nil else { return }
            pending += bytes
            do throws(ProtocolViolation) {
                while true {
                    let bytes = pending
                    let scan = try machine.scanClient(bytes.span) { $0.count % 2 == 1 }
                    forwarded += scan.forward
                    pending.removeFirst(scan.forward)
                    if case .misnumbered(let number) = scan.stop {
                        pending[3] = number
                        continue
                    }
                    guard case .intercept(let command, let length) = scan.stop else { break }
                    decide(
                        command,
                        sequence: pending[3],
                        pending.dropFirst(PacketFormat.headerBytes + 1).prefix(max(0, length - 1))
                    )
                    intercepted += 1
                    pending.removeFirst(PacketFormat.headerBytes + length)
                }
            } catch {
                violation = error
            }
        }

        /// As the shell would, with every other prepared statement our own.
        private mutating func decide(_ command: UInt8, sequence: UInt8, _ content: ArraySlice<UInt8>) {
            switch command {
            case Command.statementPrepare where content.last.map { $0 % 2 == 1 } ?? false:
                machine.hasOwnStatements = true
            case Command.statementExecute, Command.statementSendLongData, Command.statementClose,
                Command.statementReset, Command.statementFetch, Command.statementBulkExecute:
                break
            case Command.changeUser:
                machine.hasOwnStatements = false
            default:
                if command == Command.resetConnection { machine.hasOwnStatements = false }
                machine.forwardIntercepted(
                    command: command,
                    sequence: sequence,
                    choosesSchema: content.count % 2 == 1
                )
            }
        }

        mutating func server(_ bytes: ArraySlice<UInt8>) {
            guard violation == nil else { return }
            do throws(ProtocolViolation) {
                _ = try machine.consumeServer(Array(bytes).span)
            } catch {
                violation = error
            }
        }

        /// What a violation leaves behind is of no use to anybody.
        var end: String {
            if let violation { return "\(violation)" }
            return "\(forwarded) \(intercepted) \(pending.count) \(machine.isIdle) \(machine.isLastPreparedOwn) "
                + "\(machine.isVirtualSchemaSelected) \(machine.status.rawValue) \(machine.hasUnansweredCommand)"
        }
    }
}
