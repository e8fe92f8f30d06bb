/// How `utf8mb4_general_ci` compares: one scalar at a time, without regard to case and to the accents of Latin letters,
/// and as if the shorter text had spaces at its end.
package enum TextFolding {
    /// U+00C0 to U+017F without their accents, as the collation has them; `.` for those that stay.
    private static let latin: [UInt8] = Array(
        ("AAAAAA.CEEEEIIII.NOOOOO..UUUUY.SAAAAAA.CEEEEIIII.NOOOOO..UUUUY.Y"
            + "AAAAAACCCCCCCCDD..EEEEEEEEEEGGGGGGGGHH..IIIIIIIIII..JJKK.LLLLLL....NNNNNN...OOOOOO..RRRRRRSSSSSSSSTTTT.."
            + "UUUUUUUUUUUUWWYYYZZZZZZS").utf8
    )

    static func folded(_ scalar: Unicode.Scalar) -> UInt32 {
        let value = scalar.value
        if value < 0x80 { return value >= 0x61 && value <= 0x7a ? value - 0x20 : value }
        if value >= 0xc0, value < 0x180 {
            let letter = latin[Int(value - 0xc0)]
            if letter != UInt8(ascii: ".") { return UInt32(letter) }
        }
        // The collation knows the basic plane alone: all that lies beyond is equal.
        if value > 0xffff { return 0xfffd }
        let upper = scalar.properties.uppercaseMapping.unicodeScalars
        return upper.count == 1 ? (upper.first?.value ?? value) : value
    }

    static func scalars(_ text: String, isBinary: Bool) -> [UInt32] {
        text.unicodeScalars.map { isBinary ? $0.value : folded($0) }
    }

    /// - Returns: -1, 0 or 1.
    package static func compare(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int {
        var index = 0
        let count = min(left.count, right.count)
        while index < count {
            let (first, second) = (left[index], right[index])
            if (first | second) & 0x80 != 0 { return compareScalars(left, right, from: index) }
            if first != second {
                let (upper, other) = (fold(first), fold(second))
                if upper != other { return upper < other ? -1 : 1 }
            }
            index += 1
        }
        if left.count == right.count { return 0 }
        return left.count > right.count
            ? compareWithSpaces(left[index...]) : -compareWithSpaces(right[index...])
    }

    private static func fold(_ byte: UInt8) -> UInt8 { byte >= 0x61 && byte <= 0x7a ? byte - 0x20 : byte }

    private static func compareWithSpaces(_ rest: Slice<UnsafeRawBufferPointer>) -> Int {
        guard let byte = rest.first(where: { $0 != 0x20 }) else { return 0 }
        return byte < 0x20 ? -1 : 1
    }

    private static func compareScalars(
        _ left: UnsafeRawBufferPointer,
        _ right: UnsafeRawBufferPointer,
        from index: Int
    ) -> Int {
        // Back to where a scalar begins: both texts are the same up to here but for case.
        var start = index
        while start > 0, start < left.count, left[start] & 0xc0 == 0x80 { start -= 1 }
        let left = String(decoding: left[start...], as: UTF8.self).unicodeScalars
        let right = String(decoding: right[min(start, right.count)...], as: UTF8.self).unicodeScalars
        var (first, second) = (left.makeIterator(), right.makeIterator())
        while true {
            let (one, other) = (first.next(), second.next())
            if one == nil, other == nil { return 0 }
            let (upper, lower) = (one.map(folded) ?? 0x20, other.map(folded) ?? 0x20)
            if upper != lower { return upper < lower ? -1 : 1 }
        }
    }
}
