internal import ClusterModel

/// Appends big-endian numbers and counted bytes.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int = 256) {
        bytes.reserveCapacity(capacity)
    }

    var count: Int { bytes.count }

    mutating func integer<Number: FixedWidthInteger>(_ value: Number) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    /// The lowest `count` bytes of a number.
    mutating func integer(_ value: UInt64, bytes count: Int) {
        for place in (0..<count).reversed() { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * place))) }
    }

    /// Seven bits a byte, the lowest first; all bytes but the last have the highest bit.
    mutating func compact(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    mutating func raw(_ content: some Collection<UInt8>) {
        bytes.append(contentsOf: content)
    }

    /// One byte of length, then at most 255 bytes of the text.
    mutating func shortText(_ text: String) {
        let content = text.utf8.prefix(255)
        integer(UInt8(truncatingIfNeeded: content.count))
        raw(content)
    }

    mutating func memberID(_ id: MemberID) {
        integer(id.high)
        integer(id.low)
    }

    mutating func address(_ address: HostPort) {
        shortText(address.host)
        integer(address.port)
    }
}
