/// An exact decimal number, as DECIMAL of MariaDB and MySQL: a whole number and where the point stands in it.
///
/// The servers hold 81 digits while they compute (nine words of nine digits) and so does this; whoever needs more gets
/// error 1690. The same number with more zeros at its end is another value of this type, and the same by `compare`.
struct Decimal {
    /// What a server's buffer holds, in digits.
    static let maximumDigits = 81
    /// The greatest scale of a result (MariaDB's; MySQL's is 30).
    static let maximumScale = 38

    var isNegative = false
    var magnitude: Magnitude
    /// How many of the digits stand behind the point.
    var scale: Int

    init(isNegative: Bool = false, magnitude: Magnitude, scale: Int) {
        self.isNegative = isNegative && !magnitude.isZero
        self.magnitude = magnitude
        self.scale = scale
    }

    init(_ number: Int64) {
        self.init(isNegative: number < 0, magnitude: Magnitude(UInt128(number.magnitude)), scale: 0)
    }

    init(_ number: UInt64) {
        self.init(magnitude: Magnitude(UInt128(number)), scale: 0)
    }

    init(_ number: Int128) {
        self.init(isNegative: number < 0, magnitude: Magnitude(number.magnitude), scale: 0)
    }

    /// The number that a text begins with, else 0; digits that no server keeps are rounded away.
    ///
    /// - Parameter text: digits with sign, point and exponent; spaces before them are skipped.
    init(text: some StringProtocol) {
        var digits: [UInt8] = []
        var (scale, exponent) = (0, 0)
        var (isNegative, isBehindPoint, hasDigits) = (false, false, false)
        var bytes = text.utf8.drop { $0 == 0x20 || (0x09...0x0d).contains($0) }[...]
        if let sign = bytes.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            bytes = bytes.dropFirst()
        }
        loop: while let byte = bytes.first {
            switch byte {
            case 0x30...0x39:
                hasDigits = true
                // Zeros at the front take no room.
                if byte > 0x30 || !digits.isEmpty { digits.append(byte - 0x30) }
                if isBehindPoint { scale += 1 }
            case UInt8(ascii: ".") where !isBehindPoint: isBehindPoint = true
            case UInt8(ascii: "e") where hasDigits, UInt8(ascii: "E") where hasDigits:
                exponent = Self.exponent(bytes.dropFirst())
                break loop
            default: break loop
            }
            bytes = bytes.dropFirst()
        }
        self.init(isNegative: isNegative, digits: digits, scale: scale - exponent)
    }

    private static func exponent(_ bytes: some Sequence<UInt8>) -> Int {
        var (number, isNegative, isFirst) = (0, false, true)
        for byte in bytes {
            if isFirst, byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") {
                isNegative = byte == UInt8(ascii: "-")
            } else if byte >= 0x30, byte <= 0x39 {
                number = min(100_000, number * 10 + Int(byte - 0x30))
            } else {
                break
            }
            isFirst = false
        }
        return isNegative ? -number : number
    }

    /// - Parameters:
    ///   - digits: without zeros at the front; as many as a statement can hold.
    ///   - scale: may be negative, and greater than the count of the digits.
    private init(isNegative: Bool, digits: [UInt8], scale: Int) {
        if digits.isEmpty {
            self.init(magnitude: .zero, scale: max(0, min(Self.maximumScale, scale)))
        } else if digits.count - scale > Self.maximumDigits {
            // Out of range: the greatest number that there is.
            self.init(
                isNegative: isNegative,
                magnitude: Magnitude(digits: Array(repeating: 9, count: Self.maximumDigits)),
                scale: 0
            )
        } else if scale < 0 {
            let zeros = Array(repeating: UInt8(0), count: -scale)
            self.init(isNegative: isNegative, magnitude: Magnitude(digits: digits + zeros), scale: 0)
        } else {
            // One digit more than is kept decides how it is rounded.
            let surplus = max(0, scale - Self.maximumScale - 1)
            let kept = digits.count > surplus ? Array(digits.dropLast(surplus)) : []
            let exact = Decimal(isNegative: isNegative, magnitude: Magnitude(digits: kept), scale: scale - surplus)
            self = exact.scale > Self.maximumScale ? exact.rounded(to: Self.maximumScale) : exact
        }
    }

    /// The shortest digits that give the double back.
    init(_ number: Double) {
        self.init(text: number.isFinite ? number.description : "0")
    }

    var isZero: Bool { magnitude.isZero }

    /// How many digits stand before the point.
    var wholeDigits: Int { max(0, magnitude.digitCount - scale) }

    // MARK: Other forms

    /// With so many digits behind the point; half goes away from zero.
    func text(scale: Int) -> String {
        let number = rounded(to: max(0, scale))
        var digits = number.magnitude.digits.map { $0 + 0x30 }
        let missing = number.scale + 1 - digits.count
        if missing > 0 { digits.insert(contentsOf: Array(repeating: 0x30, count: missing), at: 0) }
        if number.scale > 0 { digits.insert(UInt8(ascii: "."), at: digits.count - number.scale) }
        if number.isNegative { digits.insert(UInt8(ascii: "-"), at: 0) }
        return String(decoding: digits, as: UTF8.self)
    }

    var double: Double { Double(text(scale: scale)) ?? 0 }

    /// Rounded to a whole number; the nearest where that is out of range.
    var signed: Int64 {
        let whole = rounded(to: 0)
        let limit = UInt128(Int64.max.magnitude)
        guard let number = whole.magnitude.number, number <= limit + 1 else { return whole.isNegative ? .min : .max }
        guard number <= limit else { return whole.isNegative ? .min : .max }
        return whole.isNegative ? -Int64(number) : Int64(number)
    }

    /// Rounded to a whole number without a sign; nil out of range.
    var unsigned: UInt64? {
        let whole = rounded(to: 0)
        guard !whole.isNegative, let number = whole.magnitude.number else { return nil }
        return UInt64(exactly: number)
    }
}
