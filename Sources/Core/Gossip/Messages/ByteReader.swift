internal import ClusterModel

/// Why a packet or a stream frame is not used.
enum MessageRefusal: Error, Equatable {
    /// It ends before its own lengths say so, or a length is out of bounds.
    case truncated
    /// It does not begin as ours do.
    case notGossip
    /// The sender has no version that we have.
    case unsupportedVersions(ProtocolVersions)
    /// The packet is in a version that we do not read, though its sender could write one that we do.
    case unreadableVersion(UInt8)
    case foreignCluster
    /// A message kind, a state or a text that has no meaning.
    case malformed
}

/// Reads what `ByteWriter` wrote. Each length is checked against the bytes that are there before anything is taken.
struct ByteReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    var remaining: Int { rest.count }

    mutating func integer<Number: FixedWidthInteger>(_ type: Number.Type = Number.self) throws(MessageRefusal) -> Number
    {
        let size = MemoryLayout<Number>.size
        guard rest.count >= size else { throw .truncated }
        var value: Number = 0
        for byte in rest.prefix(size) { value = (value << 8) | Number(truncatingIfNeeded: byte) }
        rest = rest.dropFirst(size)
        return value
    }

    mutating func integer(bytes count: Int) throws(MessageRefusal) -> UInt64 {
        try raw(count).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// At most nine bytes, in the one form that `ByteWriter` gives a number.
    mutating func compact() throws(MessageRefusal) -> UInt64 {
        var value: UInt64 = 0
        for place in 0..<9 {
            let byte: UInt8 = try integer()
            value |= UInt64(byte & 0x7f) << UInt64(7 * place)
            guard byte & 0x80 == 0 else { continue }
            guard byte != 0 || place == 0 else { throw .malformed }
            return value
        }
        throw .malformed
    }

    mutating func raw(_ count: Int) throws(MessageRefusal) -> ArraySlice<UInt8> {
        guard count >= 0, count <= rest.count else { throw .truncated }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    mutating func shortText() throws(MessageRefusal) -> String {
        let content = try raw(Int(try integer(UInt8.self)))
        guard let text = String(validating: content, as: UTF8.self) else { throw .malformed }
        return text
    }

    /// A number that its owner raises; one at the end of the range is nobody's.
    mutating func counter<Counter: MonotonicCounter>(
        _ type: Counter.Type = Counter.self
    ) throws(MessageRefusal) -> Counter {
        let counter = Counter(rawValue: try integer())
        guard counter <= Counter.greatestTold else { throw .malformed }
        return counter
    }

    mutating func memberID() throws(MessageRefusal) -> MemberID {
        MemberID(high: try integer(), low: try integer())
    }

    mutating func versions() throws(MessageRefusal) -> ProtocolVersions {
        guard let versions = ProtocolVersions(lowest: try integer(), highest: try integer()) else { throw .malformed }
        return versions
    }

    /// A host of visible ASCII without brackets, and a port that is not 0.
    mutating func address() throws(MessageRefusal) -> HostPort {
        let content = try raw(Int(try integer(UInt8.self)))
        let port: UInt16 = try integer()
        let isHost = content.allSatisfy {
            $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "[") && $0 != UInt8(ascii: "]")
        }
        guard isHost, !content.isEmpty, port != 0, let host = String(validating: content, as: UTF8.self) else {
            throw .malformed
        }
        return HostPort(host: host, port: port)
    }
}
