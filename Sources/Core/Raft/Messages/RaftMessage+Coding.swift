package import ClusterModel

/// ```
/// version | quorum (16) | from (16) | to (16) | term | kind | …
/// ```
/// Numbers are in base 128, identities big-endian.
extension RaftMessage {
    private static let version: UInt8 = 1

    private enum Kind {
        static let voteRequest: UInt8 = 1
        static let voteReply: UInt8 = 2
        static let append: UInt8 = 3
        static let appended: UInt8 = 4
        static let conflict: UInt8 = 5
        static let heartbeat: UInt8 = 6
        static let heartbeatReply: UInt8 = 7
        static let snapshot: UInt8 = 8
        static let snapshotReply: UInt8 = 9
        static let campaignNow: UInt8 = 10
    }

    package var encoded: [UInt8] {
        var writer = BinaryWriter()
        writer.byte(Self.version)
        writer.quorum(quorum)
        writer.peer(from)
        writer.peer(to)
        writer.number(term.rawValue)
        body.encode(into: &writer)
        return writer.bytes
    }

    /// - Throws: `DecodingFailure` for anything but the whole of one. No number in it lies beyond what peers count to.
    package init(decoding bytes: ArraySlice<UInt8>) throws(DecodingFailure) {
        var reader = BinaryReader(bytes)
        let version = try reader.byte()
        guard version == Self.version else { throw .unknownVersion(version) }
        quorum = try reader.quorum()
        from = try reader.peer()
        to = try reader.peer()
        term = try reader.counter()
        body = try Body(from: &reader)
        try reader.end()
    }
}

extension RaftMessage.Body {
    private typealias Kind = RaftMessage.Kind

    fileprivate func encode(into writer: inout BinaryWriter) {
        switch self {
        case .voteRequest(let kind, let last):
            writer.byte(Kind.voteRequest)
            writer.byte(kind.rawValue)
            writer.entryID(last)
        case .voteReply(let kind, let isGranted):
            writer.byte(Kind.voteReply)
            writer.byte(kind.rawValue)
            writer.byte(isGranted ? 1 : 0)
        case .append(let previous, let entries, let commit):
            writer.byte(Kind.append)
            writer.entryID(previous)
            writer.number(commit.rawValue)
            writer.number(UInt64(entries.count))
            // They follow one another: the first's place says all.
            for entry in entries {
                writer.number(entry.id.term.rawValue)
                entry.content.encode(into: &writer)
            }
        case .appended(let index):
            writer.byte(Kind.appended)
            writer.number(index.rawValue)
        case .conflict(let previous, let hint):
            writer.byte(Kind.conflict)
            writer.number(previous.rawValue)
            writer.entryID(hint)
        case .heartbeat(let round, let commit):
            writer.byte(Kind.heartbeat)
            writer.number(round.rawValue)
            writer.number(commit.rawValue)
        case .heartbeatReply(let round):
            writer.byte(Kind.heartbeatReply)
            writer.number(round.rawValue)
        case .snapshot(let chunk):
            writer.byte(Kind.snapshot)
            writer.entryID(chunk.last)
            writer.configuration(chunk.configuration)
            writer.number(UInt64(chunk.total))
            writer.number(UInt64(chunk.offset))
            writer.counted(chunk.bytes)
        case .snapshotReply(let last, let received):
            writer.byte(Kind.snapshotReply)
            writer.entryID(last)
            writer.number(UInt64(received))
        case .campaignNow:
            writer.byte(Kind.campaignNow)
        }
    }

    fileprivate init(from reader: inout BinaryReader) throws(DecodingFailure) {
        switch try reader.byte() {
        case Kind.voteRequest:
            self = .voteRequest(try reader.choice(), last: try reader.entryID())
        case Kind.voteReply:
            self = .voteReply(try reader.choice(), isGranted: try reader.flag())
        case Kind.append:
            self = try Self.append(&reader)
        case Kind.appended:
            self = .appended(through: try reader.counter())
        case Kind.conflict:
            self = .conflict(previous: try reader.counter(), hint: try reader.entryID())
        case Kind.heartbeat:
            self = .heartbeat(try reader.counter(), commit: try reader.counter())
        case Kind.heartbeatReply:
            self = .heartbeatReply(try reader.counter())
        case Kind.snapshot:
            let last = try reader.entryID()
            let configuration = try reader.configuration()
            let (total, offset) = (try reader.count(), try reader.count())
            let bytes = try reader.counted()
            guard offset <= total, bytes.count <= total - offset else { throw .malformed }
            self = .snapshot(
                SnapshotChunk(last: last, configuration: configuration, total: total, offset: offset, bytes: bytes)
            )
        case Kind.snapshotReply:
            self = .snapshotReply(last: try reader.entryID(), received: try reader.count())
        case Kind.campaignNow:
            self = .campaignNow
        default: throw .malformed
        }
    }

    /// Terms never fall from one entry to the next (Raft, section 5.3).
    private static func append(_ reader: inout BinaryReader) throws(DecodingFailure) -> Self {
        let previous = try reader.entryID()
        let commit: LogIndex = try reader.counter()
        var entries: [LogEntry] = []
        var id = previous
        for _ in 0..<(try reader.number()) {
            let term: Term = try reader.counter()
            guard term >= id.term else { throw .malformed }
            id = EntryID(term: term, index: id.index.next)
            entries.append(LogEntry(id, try LogEntry.Content(from: &reader)))
        }
        guard id.index <= LogIndex.greatestTold else { throw .malformed }
        return .append(previous: previous, entries: entries, commit: commit)
    }
}
