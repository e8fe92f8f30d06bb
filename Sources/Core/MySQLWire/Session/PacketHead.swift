/// The first bytes of a payload: as many as it takes to know what an OK, EOF, ERR or column count packet says.
struct PacketHead {
    static let capacity = 24

    private var bytes = InlineArray<24, UInt8>(repeating: 0)
    private(set) var count = 0
    /// The length of the whole payload (of its first part, if it is split).
    var payloadLength = 0

    subscript(_ index: Int) -> UInt8 { index < count ? bytes[index] : 0 }

    mutating func reset(payloadLength: Int) {
        self.payloadLength = payloadLength
        count = 0
    }

    /// How many more bytes of the payload belong in here.
    var missing: Int { min(payloadLength, Self.capacity) - count }

    mutating func append(_ byte: UInt8) {
        guard count < Self.capacity else { return }
        bytes[count] = byte
        count += 1
    }

    var errorNumber: UInt16 { UInt16(self[1]) | UInt16(self[2]) << 8 }

    func uint16(at index: Int) -> Int { Int(self[index]) | Int(self[index + 1]) << 8 }

    /// The length-encoded integer at an index, with the index after it; nil when it is not one or is cut.
    func lengthEncodedInteger(at index: Int) -> (value: UInt64, end: Int)? {
        let width: Int
        switch self[index] {
        case 0...0xfa: return index < count ? (UInt64(self[index]), index + 1) : nil
        case 0xfc: width = 2
        case 0xfd: width = 3
        case 0xfe: width = 8
        default: return nil
        }
        guard index + width < count else { return nil }
        var value: UInt64 = 0
        for offset in stride(from: width, to: 0, by: -1) { value = value << 8 | UInt64(self[index + offset]) }
        return (value, index + 1 + width)
    }

    /// An EOF packet, or the OK packet with header 0xFE that stands for it. A row of a text result may begin with
    /// 0xFE as well, but is then at least 16 MiB long.
    var isEnd: Bool { self[0] == 0xfe && payloadLength < PacketFormat.maximumPayloadBytes }

    var isError: Bool { self[0] == 0xff }

    /// The status flags of an OK or EOF packet; nil when this is neither.
    var status: StatusFlags? {
        if self[0] == 0xfe, payloadLength == 5 { return StatusFlags(rawValue: UInt16(uint16(at: 3))) }
        guard self[0] == 0x00 || self[0] == 0xfe, payloadLength >= 7,
            let affectedRows = lengthEncodedInteger(at: 1),
            let insertID = lengthEncodedInteger(at: affectedRows.end),
            insertID.end + 1 < count
        else { return nil }
        return StatusFlags(rawValue: UInt16(uint16(at: insertID.end)))
    }
}
