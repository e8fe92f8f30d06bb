/// Texts in a character set of the servers.
package struct TextCoder {
    package let set: ClientCharacterSet
    private let converter: any MultiByteConverting

    package init(_ set: ClientCharacterSet, _ converter: any MultiByteConverting) {
        self.set = set
        self.converter = converter
    }

    /// - Returns: nil if the bytes are no text of the set, or one whose characters are not known.
    package func decode(_ bytes: [UInt8]) -> String? {
        if set.holdsASCII, bytes.allSatisfy({ $0 < 0x80 }) { return String(decoding: bytes, as: UTF8.self) }
        switch set {
        case .utf8mb4, .utf8mb3, .binary: return String(validating: bytes, as: UTF8.self)
        case .ucs2, .utf16, .utf16le, .utf32: return decodeUnicode(bytes)
        default: break
        }
        let high = SingleByteTables.scalars(of: set)
        var scalars = String.UnicodeScalarView()
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte < 0x80, set != .swe7 {
                scalars.append(Unicode.Scalar(byte))
                index += 1
                continue
            }
            if set.form == .singleByte {
                guard let scalar = set == .swe7 ? Self.swedish(byte) : high?[Int(byte) - 0x80], scalar != Self.unknown
                else { return nil }
                scalars.append(scalar)
                index += 1
                continue
            }
            guard let length = set.form.length(of: bytes, at: index) else { return nil }
            let character = bytes[index..<index + length].reduce(0 as UInt32) { $0 << 8 | UInt32($1) }
            guard let scalar = converter.scalar(of: character, in: set) else { return nil }
            scalars.append(scalar)
            index += length
        }
        return String(scalars)
    }

    /// What the set does not have becomes a question mark, as the servers do.
    package func encode(_ text: String) -> [UInt8] {
        if set == .utf8mb4 || set == .binary || (set.holdsASCII && text.utf8.allSatisfy { $0 < 0x80 }) {
            return Array(text.utf8)
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars { append(scalar, to: &bytes) }
        return bytes
    }

    private func append(_ scalar: Unicode.Scalar, to bytes: inout [UInt8]) {
        switch set {
        case .utf8mb4, .binary: bytes += String(scalar).utf8
        case .utf8mb3: bytes += scalar.value > 0xffff ? [Self.questionMark] : Array(String(scalar).utf8)
        case .ucs2:
            let value = scalar.value > 0xffff ? UInt32(Self.questionMark) : scalar.value
            bytes += [UInt8(truncatingIfNeeded: value >> 8), UInt8(truncatingIfNeeded: value)]
        case .utf16, .utf16le:
            for unit in String(scalar).utf16 {
                let pair = [UInt8(truncatingIfNeeded: unit >> 8), UInt8(truncatingIfNeeded: unit)]
                bytes += set == .utf16 ? pair : pair.reversed()
            }
        case .utf32:
            for shift in [24, 16, 8, 0] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: scalar.value >> shift)) }
        case .swe7:
            bytes.append(Self.swedishByte(scalar) ?? Self.questionMark)
        default:
            if scalar.isASCII {
                bytes.append(UInt8(truncatingIfNeeded: scalar.value))
            } else if set.form == .singleByte {
                let place = SingleByteTables.scalars(of: set)?.firstIndex(of: scalar)
                bytes.append(
                    scalar == Self.unknown ? Self.questionMark : place.map { UInt8($0 + 0x80) } ?? Self.questionMark
                )
            } else if let character = converter.character(of: scalar, in: set) {
                let significant = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: character >> UInt32($0)) }
                bytes += significant.drop { $0 == 0 }
            } else {
                bytes.append(Self.questionMark)
            }
        }
    }

    private func decodeUnicode(_ bytes: [UInt8]) -> String? {
        let width = set == .utf32 ? 4 : 2
        guard bytes.count.isMultiple(of: width) else { return nil }
        let units = stride(from: 0, to: bytes.count, by: width).map { start in
            let unit = bytes[start..<start + width]
            return set == .utf16le
                ? unit.reversed().reduce(0 as UInt32) { $0 << 8 | UInt32($1) } : unit.reduce(0) { $0 << 8 | UInt32($1) }
        }
        if set == .utf32 { return String(validating: units, as: UTF32.self) }
        return String(validating: units.map { UInt16(truncatingIfNeeded: $0) }, as: UTF16.self)
    }

    private static let questionMark = UInt8(ascii: "?")
    private static let unknown: Unicode.Scalar = "\u{fffd}"

    // MARK: swe7

    private static let swedishScalars: [UInt8: Unicode.Scalar] = [
        0x40: "É", 0x5b: "Ä", 0x5c: "Ö", 0x5d: "Å", 0x5e: "Ü", 0x60: "é", 0x7b: "ä", 0x7c: "ö", 0x7d: "å", 0x7e: "ü",
    ]

    private static func swedish(_ byte: UInt8) -> Unicode.Scalar? {
        guard byte < 0x7f else { return nil }
        return swedishScalars[byte] ?? Unicode.Scalar(byte)
    }

    private static func swedishByte(_ scalar: Unicode.Scalar) -> UInt8? {
        if let byte = swedishScalars.first(where: { $0.value == scalar })?.key { return byte }
        guard scalar.value < 0x7f, swedishScalars[UInt8(scalar.value)] == nil else { return nil }
        return UInt8(scalar.value)
    }
}

extension ClientCharacterSet {
    /// Whether a byte outside of quotes is a letter of a name, if it is a character by itself; others may be blanks or
    /// marks for a server.
    package func isNamePart(_ byte: UInt8) -> Bool {
        if self == .swe7 { return !"[\\]^{}~".utf8.contains(byte) && byte < 0x80 }
        guard byte >= 0x80 else { return true }
        if isUTF8 { return true }
        if form == .shiftJIS { return (0xa6...0xdf).contains(byte) }
        return SingleByteTables.scalars(of: self)?[Int(byte) - 0x80].properties.isAlphabetic ?? false
    }
}
