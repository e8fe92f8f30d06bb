/// Writes what sidecars of one quorum say to each other and keep: numbers in base 128, identities big-endian, all else with
/// its length before it.
package struct BinaryWriter {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package mutating func number(_ value: UInt64) { Base128.append(value, to: &bytes) }

    /// One below zero is written as zero.
    package mutating func count(_ value: Int) { number(UInt64(max(0, value))) }

    package mutating func counter(_ value: some MonotonicCounter) { number(value.rawValue) }

    package mutating func byte(_ value: UInt8) { bytes.append(value) }

    package mutating func flag(_ value: Bool) { byte(value ? 1 : 0) }

    /// Eight bytes.
    package mutating func word(_ value: UInt64) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    package mutating func counted(_ content: some Collection<UInt8>) {
        count(content.count)
        bytes.append(contentsOf: content)
    }

    package mutating func time(_ time: WallTime) { number(UInt64(bitPattern: time.microsecondsSince1970)) }

    package mutating func member(_ id: MemberID) {
        word(id.high)
        word(id.low)
    }

    package mutating func peer(_ id: PeerID) {
        word(id.high)
        word(id.low)
    }

    package mutating func quorum(_ id: QuorumID) {
        word(id.high)
        word(id.low)
    }

    /// A byte that says whether there is one, and then it.
    package mutating func optional<Value>(_ value: Value?, _ write: (inout Self, Value) -> Void) {
        flag(value != nil)
        if let value { write(&self, value) }
    }
}
