import MySQLWire

extension Decimal {
    // Decimals are blobs in SQLite, in a form in which the same number is always the same bytes and less bytes are the
    // lesser number. So SQLite itself sorts, groups and compares them, and finds the least and the greatest.
    //
    // - byte 0: 0 for a negative number, 1 for zero, 2 for a positive one
    // - byte 1: the exponent e of 0.ddd × 10^e, by 128 greater
    // - then two digits in each byte, without zeros at the end
    //
    // Of a negative number all bytes behind the first are inverted, and one of 255 follows: the more digits it has, the
    // less it is.

    var bytes: [UInt8] {
        guard !isZero else { return [1] }
        var digits = magnitude.digits
        let exponent = digits.count - scale
        while digits.last == 0 { digits.removeLast() }
        var bytes: [UInt8] = [isNegative ? 0 : 2, UInt8(clamping: 128 + exponent)]
        bytes.reserveCapacity(digits.count / 2 + 4)
        for index in stride(from: 0, to: digits.count, by: 2) {
            bytes.append(digits[index] * 10 + (index + 1 < digits.count ? digits[index + 1] : 0))
        }
        guard isNegative else { return bytes }
        for index in bytes.indices.dropFirst() { bytes[index] = ~bytes[index] }
        return bytes + [255]
    }

    /// Nil for bytes that are no decimal.
    init?(bytes: [UInt8]) {
        guard let first = bytes.first else { return nil }
        if first == 1 {
            self.init(magnitude: .zero, scale: 0)
            return
        }
        let isNegative = first == 0
        guard first <= 2, bytes.count >= (isNegative ? 4 : 3), !isNegative || bytes.last == 255 else { return nil }
        let body = isNegative ? bytes.dropFirst().dropLast().map { ~$0 } : Array(bytes.dropFirst())
        var digits: [UInt8] = []
        digits.reserveCapacity(body.count * 2)
        for byte in body.dropFirst() {
            guard byte < 100 else { return nil }
            digits.append(byte / 10)
            digits.append(byte % 10)
        }
        while digits.last == 0 { digits.removeLast() }
        var scale = digits.count - (Int(body[0]) - 128)
        if scale < 0 {
            digits += Array(repeating: 0, count: -scale)
            scale = 0
        }
        self.init(isNegative: isNegative, magnitude: Magnitude(digits: digits), scale: scale)
    }

    /// A value of SQLite as a decimal; nil for NULL. A blob is one already.
    init?(_ value: SQLValue) {
        switch value {
        case .null: return nil
        case .integer(let number): self.init(number)
        case .unsigned(let number): self.init(number)
        case .double(let number): self.init(number)
        case .text(let text), .decimal(let text): self.init(text: text)
        case .blob(let bytes): self.init(bytes: bytes)
        }
    }
}
