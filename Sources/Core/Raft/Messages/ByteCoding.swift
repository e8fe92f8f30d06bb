internal import ClusterModel

/// Why bytes are no message, or no entry, of this version.
package enum RaftDecodingError: Error, Equatable, Sendable {
    /// They end before their own lengths say so.
    case truncated
    /// A kind, a count or a number that has no meaning.
    case malformed
    /// Written in a version that this one cannot read.
    case unknownVersion(UInt8)
}

struct RaftByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func number(_ value: UInt64) { Base128.append(value, to: &bytes) }

    mutating func byte(_ value: UInt8) { bytes.append(value) }

    mutating func word(_ value: UInt64) { withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) } }

    mutating func peer(_ id: PeerID) {
        word(id.high)
        word(id.low)
    }

    mutating func entryID(_ id: EntryID) {
        number(id.term.rawValue)
        number(id.index.rawValue)
    }

    mutating func counted(_ content: [UInt8]) {
        number(UInt64(content.count))
        bytes.append(contentsOf: content)
    }

    mutating func configuration(_ configuration: Configuration) {
        number(UInt64(configuration.peers.count))
        for (id, peer) in configuration.peers.sorted(by: { $0.key < $1.key }) {
            self.peer(id)
            word(peer.member.high)
            word(peer.member.low)
            byte(peer.part.rawValue)
        }
    }
}

/// Each length is checked against the bytes that are there before anything is taken.
struct RaftByteReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func number() throws(RaftDecodingError) -> UInt64 {
        guard let value = Base128.take(from: &rest) else { throw .truncated }
        return value
    }

    /// A number that is counted to; one at the end of the range is nobody's.
    mutating func counter<Counter: MonotonicCounter>(
        _ type: Counter.Type = Counter.self
    ) throws(RaftDecodingError) -> Counter {
        let counter = Counter(rawValue: try number())
        guard counter <= Counter.greatestTold else { throw .malformed }
        return counter
    }

    /// A count of bytes, up to what any message or snapshot can have.
    mutating func size() throws(RaftDecodingError) -> Int {
        let value = try number()
        guard value <= 1 << 40 else { throw .malformed }
        return Int(value)
    }

    mutating func byte() throws(RaftDecodingError) -> UInt8 {
        guard let byte = rest.popFirst() else { throw .truncated }
        return byte
    }

    mutating func word() throws(RaftDecodingError) -> UInt64 {
        guard rest.count >= 8 else { throw .truncated }
        defer { rest = rest.dropFirst(8) }
        return rest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    mutating func peer() throws(RaftDecodingError) -> PeerID {
        PeerID(high: try word(), low: try word())
    }

    mutating func entryID() throws(RaftDecodingError) -> EntryID {
        EntryID(term: try counter(), index: try counter())
    }

    mutating func counted() throws(RaftDecodingError) -> [UInt8] {
        let count = try size()
        guard count <= rest.count else { throw .truncated }
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    mutating func configuration() throws(RaftDecodingError) -> Configuration {
        let count = try number()
        guard count <= UInt64(Configuration.maximumPeers) else { throw .malformed }
        var peers: [PeerID: Configuration.Peer] = [:]
        for _ in 0..<count {
            let id = try peer()
            let member = MemberID(high: try word(), low: try word())
            guard let part = Configuration.Part(rawValue: try byte()), peers[id] == nil else { throw .malformed }
            peers[id] = Configuration.Peer(member: member, part: part)
        }
        return Configuration(peers)
    }
}
