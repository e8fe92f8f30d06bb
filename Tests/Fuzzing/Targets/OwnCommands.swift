internal import MySQLWire

/// Commands that the sidecar answers itself, put between those of a recording.
///
/// They are put where the recording's client had an answer before it began the next command, so that mysqld's recorded
/// answers stay what they are answers to.
struct OwnCommands {
    /// The recording with the commands in it.
    private(set) var session: RecordedSession
    /// Where each begins in the client's bytes.
    private(set) var offsets: Set<Int> = []

    init(into recording: RecordedSession, using random: inout FuzzRandom) {
        session = recording
        let places = Self.places(in: recording)
        session.frames = []
        var clientBytes = 0
        var recordedBytes = 0
        for frame in recording.frames {
            if frame.isClient {
                if let mayPrepare = places[recordedBytes], random.once(in: 3) {
                    for command in Self.commands(mayPrepare: mayPrepare, using: &random) {
                        session.frames.append(.init(isClient: true, bytes: command))
                        offsets.insert(clientBytes)
                        clientBytes += command.count
                    }
                }
                clientBytes += frame.length
                recordedBytes += frame.length
            }
            session.frames.append(frame)
        }
    }

    /// Offsets in the client's bytes where a command may be put, each with whether a statement may be prepared there:
    /// one that names "the last prepared" must still find its own.
    private static func places(in recording: RecordedSession) -> [Int: Bool] {
        var places: [Int: Bool] = [:]
        let packets = packets(recording.stream(ofClient: true))
        var frameStarts: Set<Int> = []
        var offset = 0
        var wasClient = true
        for frame in recording.frames {
            if frame.isClient {
                if !wasClient { frameStarts.insert(offset) }
                offset += frame.length
            }
            wasClient = frame.isClient
        }
        var mayPrepare = true
        for packet in packets.reversed() {
            if packet.command == Command.statementPrepare { mayPrepare = true }
            if packet.namesLast { mayPrepare = false }
            guard packet.isCommand, frameStarts.contains(packet.offset) else { continue }
            places[packet.offset] = mayPrepare
        }
        // Behind these everything is passed on unread.
        let opaque = [Command.binlogDump, Command.binlogDumpGTID, Command.tableDump]
        if let dump = packets.first(where: { $0.isCommand && $0.command.map(opaque.contains) ?? false }) {
            places = places.filter { $0.key <= dump.offset }
        }
        return places
    }

    private struct Packet {
        var offset: Int
        /// The first of a command, and not of a login or a file.
        var isCommand: Bool
        /// Nil for what is no command.
        var command: UInt8?
        var namesLast: Bool
    }

    private static func packets(_ bytes: [UInt8]) -> [Packet] {
        var packets: [Packet] = []
        var index = 0
        var isContinued = false
        while index + 5 <= bytes.count {
            let length = Int(bytes[index]) | Int(bytes[index + 1]) << 8 | Int(bytes[index + 2]) << 16
            let isCommand = bytes[index + 3] == 0 && length > 0 && !isContinued
            let namesLast =
                isCommand && index + 9 <= bytes.count && bytes[(index + 5)..<(index + 9)].allSatisfy { $0 == 0xff }
            packets.append(
                Packet(
                    offset: index,
                    isCommand: isCommand,
                    command: isCommand ? bytes[index + 4] : nil,
                    namesLast: namesLast
                )
            )
            isContinued = length == PacketFormat.maximumPayloadBytes
            index += PacketFormat.headerBytes + length
        }
        return packets
    }

    private static func commands(mayPrepare: Bool, using random: inout FuzzRandom) -> [[UInt8]] {
        var commands: [[UInt8]] = []
        var isLastOwn = false
        for _ in 0...random.below(3) {
            // The ids of a few statements, some of them never prepared; the last one only while it is our own.
            var id: [UInt8] = [UInt8(random.below(4)), 0, 0, 0x80]
            if isLastOwn, random.once(in: 2) { id = [0xff, 0xff, 0xff, 0xff] }
            let payload: [UInt8]
            switch random.below(8) {
            case 0, 1: payload = [Command.query] + Array("SELECT * FROM cluster_schema.MEMBERS".utf8)
            case 2 where mayPrepare, 3 where mayPrepare:
                payload = [Command.statementPrepare] + Array("SELECT * FROM cluster_schema.EVENTS WHERE ID > ?".utf8)
                isLastOwn = true
            case 4: payload = [Command.statementClose] + id
            case 5: payload = [Command.statementReset] + id
            case 6: payload = [Command.statementSendLongData] + id + [0, 0] + random.bytes(random.below(300))
            case 7: payload = [Command.statementFetch] + id + [1, 0, 0, 0]
            default: payload = [Command.statementExecute] + id + [0, 1, 0, 0, 0, 0, 1, 3, 0] + random.bytes(4)
            }
            let length = payload.count
            commands.append([UInt8(length & 0xff), UInt8(length >> 8), 0, 0] + payload)
        }
        return commands
    }
}
