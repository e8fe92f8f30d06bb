/// Reads what `BinaryWriter` wrote. Each length is checked against the bytes that are there before anything is taken.
package struct BinaryReader {
    private var rest: ArraySlice<UInt8>

    package init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    package var isAtEnd: Bool { rest.isEmpty }

    package func end() throws(DecodingFailure) {
        guard isAtEnd else { throw .malformed }
    }

    package mutating func number() throws(DecodingFailure) -> UInt64 {
        guard let value = Base128.take(from: &rest) else { throw .truncated }
        return value
    }

    /// A number that is counted to; one at the end of the range is nobody's.
    package mutating func counter<Counter: MonotonicCounter>(
        _ type: Counter.Type = Counter.self
    ) throws(DecodingFailure) -> Counter {
        let counter = Counter(rawValue: try number())
        guard counter <= Counter.greatestTold else { throw .malformed }
        return counter
    }

    /// A count of bytes, milliseconds or the like; what nobody counts to is refused.
    package mutating func count() throws(DecodingFailure) -> Int {
        let value = try number()
        guard value <= 1 << 40 else { throw .malformed }
        return Int(value)
    }

    package mutating func count(atMost limit: Int) throws(DecodingFailure) -> Int {
        let value = try count()
        guard value <= limit else { throw .malformed }
        return value
    }

    package mutating func byte() throws(DecodingFailure) -> UInt8 {
        guard let byte = rest.popFirst() else { throw .truncated }
        return byte
    }

    package mutating func flag() throws(DecodingFailure) -> Bool {
        let byte = try byte()
        guard byte <= 1 else { throw .malformed }
        return byte == 1
    }

    package mutating func choice<Choice: RawRepresentable<UInt8>>(
        _ type: Choice.Type = Choice.self
    ) throws(DecodingFailure) -> Choice {
        guard let choice = Choice(rawValue: try byte()) else { throw .malformed }
        return choice
    }

    package mutating func word() throws(DecodingFailure) -> UInt64 {
        guard rest.count >= 8 else { throw .truncated }
        defer { rest = rest.dropFirst(8) }
        return rest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    package mutating func counted() throws(DecodingFailure) -> [UInt8] {
        let count = try count()
        guard count <= rest.count else { throw .truncated }
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    package mutating func text() throws(DecodingFailure) -> String {
        guard let text = String(validating: try counted(), as: UTF8.self) else { throw .malformed }
        return text
    }

    package mutating func time() throws(DecodingFailure) -> WallTime {
        WallTime(microsecondsSince1970: Int64(bitPattern: try number()))
    }

    package mutating func member() throws(DecodingFailure) -> MemberID {
        MemberID(high: try word(), low: try word())
    }

    package mutating func peer() throws(DecodingFailure) -> PeerID {
        PeerID(high: try word(), low: try word())
    }

    package mutating func quorum() throws(DecodingFailure) -> QuorumID {
        QuorumID(high: try word(), low: try word())
    }

    package mutating func optional<Value>(
        _ read: (inout Self) throws(DecodingFailure) -> Value
    ) throws(DecodingFailure) -> Value? {
        try flag() ? try read(&self) : nil
    }
}
