/// Takes GTIDs apart, piece by piece. White space between the pieces says nothing.
struct GTIDReader {
    private let bytes: [UInt8]
    private var offset = 0

    init(_ text: some StringProtocol) throws(GTIDError) {
        bytes = Array(text.utf8)
        guard bytes.count <= GTIDSet.maximumTextBytes else { throw .tooLong(bytes: bytes.count) }
        skipSpace()
    }

    var isAtEnd: Bool { offset == bytes.count }

    /// Whether a digit is next.
    var isAtNumber: Bool { !isAtEnd && Self.digits.contains(bytes[offset]) }

    /// Takes one character, if it is next.
    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard !isAtEnd, bytes[offset] == UInt8(ascii: character) else { return false }
        offset += 1
        skipSpace()
        return true
    }

    mutating func need(_ character: Unicode.Scalar) throws(GTIDError) {
        guard take(character) else { throw expected("\"\(character)\"") }
    }

    mutating func number(_ bounds: ClosedRange<UInt64>) throws(GTIDError) -> UInt64 {
        let start = offset
        var number: UInt64 = 0
        var isTooGreat = false
        while isAtNumber {
            let (product, isOver) = number.multipliedReportingOverflow(by: 10)
            let (sum, isOverToo) = product.addingReportingOverflow(UInt64(bytes[offset] - UInt8(ascii: "0")))
            isTooGreat = isTooGreat || isOver || isOverToo
            number = sum
            offset += 1
        }
        guard offset > start, !isTooGreat, bounds.contains(number) else {
            offset = start
            throw expected("a number from \(bounds.lowerBound) to \(bounds.upperBound)")
        }
        skipSpace()
        return number
    }

    mutating func uuid() throws(GTIDError) -> MemberID {
        let length = 36
        guard bytes.count - offset >= length,
            let uuid = MemberID(String(decoding: bytes[offset..<offset + length], as: UTF8.self))
        else { throw expected("a UUID") }
        offset += length
        skipSpace()
        return uuid
    }

    /// A tag in lower case.
    mutating func tag() throws(GTIDError) -> GTIDTag {
        let end = bytes[offset...].firstIndex { !GTIDTag.isPart($0) } ?? bytes.count
        guard let tag = GTIDTag(bytes[offset..<end]), !tag.isEmpty else {
            throw expected("a number or a tag")
        }
        offset = end
        skipSpace()
        return tag
    }

    func expected(_ what: String) -> GTIDError { .malformed(offset: offset, expected: what) }

    private static let digits = UInt8(ascii: "0")...UInt8(ascii: "9")

    private mutating func skipSpace() {
        while offset < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[offset]) { offset += 1 }
    }
}
