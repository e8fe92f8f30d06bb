/// Cyclic redundancy checks of 32 bits, bits reflected: CRC-32 (ISO 3309) and CRC-32C (RFC 3720, appendix B.4).
struct Checksum {
    private let table: [UInt32]

    static let crc32 = Checksum(polynomial: 0xedb8_8320)
    static let crc32c = Checksum(polynomial: 0x82f6_3b78)

    private init(polynomial: UInt32) {
        table = (0..<256).map { byte in
            (0..<8).reduce(UInt32(byte)) { rest, _ in rest & 1 == 1 ? rest >> 1 ^ polynomial : rest >> 1 }
        }
    }

    /// - Parameter start: the sum of what stands before these bytes.
    func sum(_ bytes: [UInt8], start: UInt32 = 0) -> UInt32 {
        ~bytes.reduce(~start) { sum, byte in sum >> 8 ^ table[Int(UInt8(truncatingIfNeeded: sum) ^ byte)] }
    }
}
