internal import Glibc
package import MySQLWire

/// The character sets of several bytes a character by the C library's tables, and where the servers differ from them.
///
/// `iconv` is given one whole character at a time, from and to stack memory of fixed size, by descriptors that belong to
/// this object and are closed with it. What it has said is kept: there are not more than some 24,000 characters to a set.
package final class IconvConverter: MultiByteConverting {
    private struct Known {
        var scalars: [UInt32: Unicode.Scalar?] = [:]
        var characters: [Unicode.Scalar: UInt32?] = [:]
    }

    private struct Descriptors {
        var decoding: iconv_t
        var encoding: iconv_t
    }

    /// Bounds what is kept for a set; gb18030 has a million characters.
    private static let maximumKnown = 65_536

    private var known: [ClientCharacterSet: Known] = [:]
    /// Nil where the C library does not know the set.
    private var descriptors: [ClientCharacterSet: Descriptors?] = [:]

    package init() {}

    deinit {
        for case let pair? in descriptors.values {
            iconv_close(pair.decoding)
            iconv_close(pair.encoding)
        }
    }

    /// Has the C library load its tables, so that no statement waits for the disk.
    package func load() {
        for set in Self.names.keys { _ = descriptors(of: set) }
    }

    package func scalar(of character: UInt32, in set: ClientCharacterSet) -> Unicode.Scalar? {
        if let known = known[set]?.scalars[character] { return known }
        let scalar = ServerDifferences.of(set)?.scalar(of: character) ?? convert(character, in: set)
        if known[set, default: Known()].scalars.count >= Self.maximumKnown { known[set] = Known() }
        known[set, default: Known()].scalars[character] = .some(scalar)
        return scalar
    }

    package func character(of scalar: Unicode.Scalar, in set: ClientCharacterSet) -> UInt32? {
        if let known = known[set]?.characters[scalar] { return known }
        var character = ServerDifferences.of(set)?.character(of: scalar) ?? convert(scalar, in: set)
        // What the servers take for something else is not it.
        if let found = character, self.scalar(of: found, in: set) != scalar { character = nil }
        if known[set, default: Known()].characters.count >= Self.maximumKnown { known[set] = Known() }
        known[set, default: Known()].characters[scalar] = .some(character)
        return character
    }

    // MARK: iconv

    private static let names: [ClientCharacterSet: String] = [
        .big5: "BIG5", .cp932: "CP932", .eucjpms: "EUC-JP-MS", .euckr: "CP949", .gb18030: "GB18030",
        .gb2312: "EUC-CN", .gbk: "GBK", .sjis: "SJIS", .ujis: "EUC-JP",
    ]

    private func descriptors(of set: ClientCharacterSet) -> Descriptors? {
        if let opened = descriptors[set] { return opened }
        var pair: Descriptors?
        if let name = Self.names[set], let decoding = Self.open(to: "UTF-32BE", from: name) {
            if let encoding = Self.open(to: name, from: "UTF-32BE") {
                pair = Descriptors(decoding: decoding, encoding: encoding)
            } else {
                iconv_close(decoding)
            }
        }
        descriptors[set] = .some(pair)
        return pair
    }

    private static func open(to: String, from: String) -> iconv_t? {
        let descriptor = iconv_open(to, from)
        return Int(bitPattern: descriptor) == -1 ? nil : descriptor
    }

    private func convert(_ character: UInt32, in set: ClientCharacterSet) -> Unicode.Scalar? {
        guard let descriptor = descriptors(of: set)?.decoding,
            let bytes = Self.convert(character, isPadded: false, by: descriptor), bytes.count == 4
        else { return nil }
        return Unicode.Scalar(bytes.reduce(0) { $0 << 8 | UInt32($1) })
    }

    private func convert(_ scalar: Unicode.Scalar, in set: ClientCharacterSet) -> UInt32? {
        guard let descriptor = descriptors(of: set)?.encoding,
            let bytes = Self.convert(scalar.value, isPadded: true, by: descriptor), (1...4).contains(bytes.count)
        else { return nil }
        return bytes.reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// - Parameters:
    ///   - unit: bytes, the first of them highest.
    ///   - isPadded: all four of them count; else only those from the first that is not 0.
    /// - Returns: nil if that is no character, or has none on the other side.
    private static func convert(_ unit: UInt32, isPadded: Bool, by descriptor: iconv_t) -> [UInt8]? {
        let all = [24, 16, 8, 0].map { CChar(truncatingIfNeeded: unit >> UInt32($0)) }
        var input = isPadded ? all : Array(all.drop { $0 == 0 })
        var output = [CChar](repeating: 0, count: 16)
        let written: Int? = input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                var from = input.baseAddress
                var to = output.baseAddress
                var (left, room) = (input.count, output.count)
                // Back to the first state, whatever an earlier failure has left.
                _ = iconv(descriptor, nil, nil, nil, nil)
                // A positive count is of characters that were replaced by similar ones.
                guard iconv(descriptor, &from, &left, &to, &room) == 0, left == 0 else { return nil }
                return output.count - room
            }
        }
        guard let written else { return nil }
        return output.prefix(written).map { UInt8(bitPattern: $0) }
    }
}
