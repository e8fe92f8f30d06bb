package import ClusterModel
internal import Raft

/// ```
/// version | kind | …
/// ```
/// as `BinaryWriter` writes it. A kind that is not known is refused, and whoever gets it goes on.
extension PeerMessage {
    private static let version: UInt8 = 1

    fileprivate enum Kind: UInt8 {
        case raft = 1
        case offer, promised, refused, founded, abandoned
        case pulse, join, removed, staleStore
        case request, answer
    }

    package var encoded: [UInt8] {
        var writer = BinaryWriter()
        writer.byte(Self.version)
        switch self {
        case .raft(let message):
            writer.byte(Kind.raft.rawValue)
            writer.counted(message.encoded)
        case .founding(let message):
            writer.founding(message)
        case .pulse(let pulse):
            writer.byte(Kind.pulse.rawValue)
            writer.quorum(pulse.quorum)
            writer.peer(pulse.peer)
            writer.word(pulse.life)
            writer.number(pulse.generation)
            writer.flag(pulse.isCandidate)
            writer.counter(pulse.term)
            writer.counter(pulse.commit)
        case .join(let quorum, let peer):
            writer.byte(Kind.join.rawValue)
            writer.quorum(quorum)
            writer.peer(peer)
        case .removed(let quorum, let peer, let term):
            writer.byte(Kind.removed.rawValue)
            writer.quorum(quorum)
            writer.peer(peer)
            writer.counter(term)
        case .staleStore(let peer, let generation):
            writer.byte(Kind.staleStore.rawValue)
            writer.peer(peer)
            writer.number(generation)
        case .request(let number, let request):
            writer.byte(Kind.request.rawValue)
            writer.word(number.rawValue)
            request.encode(into: &writer)
        case .answer(let number, let answer):
            writer.byte(Kind.answer.rawValue)
            writer.word(number.rawValue)
            writer.optional(answer) { $1.encode(into: &$0) }
        }
        return writer.bytes
    }

    /// - Throws: `DecodingFailure` for anything but the whole of one.
    package init(decoding bytes: ArraySlice<UInt8>) throws(DecodingFailure) {
        var reader = BinaryReader(bytes)
        let version = try reader.byte()
        guard version == Self.version else { throw .unknownVersion(version) }
        switch try reader.choice(Kind.self) {
        case .raft: self = .raft(try RaftMessage(decoding: try reader.counted()[...]))
        case .offer: self = .founding(.offer(try Promise(from: &reader)))
        case .promised: self = .founding(.promised(try reader.quorum()))
        case .refused: self = .founding(.refused(try reader.quorum()))
        case .founded: self = .founding(.founded(try reader.quorum()))
        case .abandoned: self = .founding(.abandoned(try reader.quorum()))
        case .pulse:
            self = .pulse(
                Pulse(
                    quorum: try reader.quorum(),
                    peer: try reader.peer(),
                    life: try reader.word(),
                    generation: try reader.number(),
                    isCandidate: try reader.flag(),
                    term: try reader.counter(),
                    commit: try reader.counter()
                )
            )
        case .join: self = .join(try reader.quorum(), as: try reader.peer())
        case .removed: self = .removed(try reader.quorum(), try reader.peer(), try reader.counter())
        case .staleStore: self = .staleStore(try reader.peer(), generation: try reader.number())
        case .request:
            self = .request(RequestNumber(rawValue: try reader.word()), try QuorumRequest(from: &reader))
        case .answer:
            let number = RequestNumber(rawValue: try reader.word())
            self = .answer(
                number,
                try reader.optional { (reader) throws(DecodingFailure) in try QuorumAnswer(from: &reader) }
            )
        }
        try reader.end()
    }
}

extension BinaryWriter {
    fileprivate mutating func founding(_ message: FoundingMessage) {
        let (kind, quorum): (PeerMessage.Kind, QuorumID)
        switch message {
        case .offer(let promise):
            byte(PeerMessage.Kind.offer.rawValue)
            return promise.encode(into: &self)
        case .promised(let named): (kind, quorum) = (.promised, named)
        case .refused(let named): (kind, quorum) = (.refused, named)
        case .founded(let named): (kind, quorum) = (.founded, named)
        case .abandoned(let named): (kind, quorum) = (.abandoned, named)
        }
        byte(kind.rawValue)
        self.quorum(quorum)
    }
}

/// Also what a store keeps of it.
extension Promise {
    package var encoded: [UInt8] {
        var writer = BinaryWriter()
        encode(into: &writer)
        return writer.bytes
    }

    /// - Throws: `DecodingFailure` for anything but the whole of one.
    package init(decoding bytes: ArraySlice<UInt8>) throws(DecodingFailure) {
        var reader = BinaryReader(bytes)
        try self.init(from: &reader)
        try reader.end()
    }

    fileprivate func encode(into writer: inout BinaryWriter) {
        writer.quorum(quorum)
        writer.member(proposer)
        writer.counted(founders.encoded)
    }

    fileprivate init(from reader: inout BinaryReader) throws(DecodingFailure) {
        self.init(
            quorum: try reader.quorum(),
            proposer: try reader.member(),
            founders: try Configuration(decoding: try reader.counted()[...])
        )
    }
}
