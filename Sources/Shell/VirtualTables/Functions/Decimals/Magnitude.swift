/// A whole number without a sign, of any length: words of nine digits, the lowest first, no zeros at the end.
struct Magnitude: Hashable {
    private static let base: UInt64 = 1_000_000_000
    private static let digitsOfWord = 9

    private var words: [UInt32]

    static let zero = Magnitude(words: [])

    private init(words: [UInt32]) {
        self.words = words
        while self.words.last == 0 { self.words.removeLast() }
    }

    init(_ number: UInt128) {
        var (words, rest): ([UInt32], UInt128) = ([], number)
        while rest > 0 {
            words.append(UInt32(rest % UInt128(Self.base)))
            rest /= UInt128(Self.base)
        }
        self.init(words: words)
    }

    /// - Parameter digits: from the highest to the lowest, each 0 to 9.
    init(digits: [UInt8]) {
        var words: [UInt32] = []
        words.reserveCapacity(digits.count / Self.digitsOfWord + 1)
        var end = digits.count
        while end > 0 {
            let start = max(0, end - Self.digitsOfWord)
            words.append(digits[start..<end].reduce(0) { $0 * 10 + UInt32($1) })
            end = start
        }
        self.init(words: words)
    }

    static func powerOfTen(_ exponent: Int) -> Magnitude {
        var words = [UInt32](repeating: 0, count: exponent / digitsOfWord)
        words.append((0..<(exponent % digitsOfWord)).reduce(1) { power, _ in power * 10 })
        return Magnitude(words: words)
    }

    var isZero: Bool { words.isEmpty }

    var isOdd: Bool { words.first.map { !$0.isMultiple(of: 2) } ?? false }

    /// From the highest to the lowest; one zero of zero.
    var digits: [UInt8] {
        guard !words.isEmpty else { return [0] }
        var digits: [UInt8] = []
        digits.reserveCapacity(words.count * Self.digitsOfWord)
        for word in words {
            var rest = word
            for _ in 0..<Self.digitsOfWord {
                digits.append(UInt8(rest % 10))
                rest /= 10
            }
        }
        while digits.last == 0 { digits.removeLast() }
        return digits.reversed()
    }

    /// None of zero.
    var digitCount: Int {
        guard let highest = words.last else { return 0 }
        var (count, rest) = ((words.count - 1) * Self.digitsOfWord, highest)
        while rest > 0 {
            count += 1
            rest /= 10
        }
        return count
    }

    /// Nil beyond 128 bits.
    var number: UInt128? {
        var number: UInt128 = 0
        for word in words.reversed() {
            let (product, overflow) = number.multipliedReportingOverflow(by: UInt128(Self.base))
            let (sum, overflowsSum) = product.addingReportingOverflow(UInt128(word))
            if overflow || overflowsSum { return nil }
            number = sum
        }
        return number
    }

    // MARK: Arithmetic

    static func < (left: Magnitude, right: Magnitude) -> Bool {
        guard left.words.count == right.words.count else { return left.words.count < right.words.count }
        return left.words.reversed().lexicographicallyPrecedes(right.words.reversed())
    }

    static func + (left: Magnitude, right: Magnitude) -> Magnitude {
        var words: [UInt32] = []
        words.reserveCapacity(max(left.words.count, right.words.count) + 1)
        var carry: UInt64 = 0
        for index in 0..<max(left.words.count, right.words.count) {
            let sum = carry + left.word(index) + right.word(index)
            words.append(UInt32(sum % base))
            carry = sum / base
        }
        words.append(UInt32(carry))
        return Magnitude(words: words)
    }

    /// - Precondition: left is not less than right; the result is zero otherwise.
    static func - (left: Magnitude, right: Magnitude) -> Magnitude {
        guard !(left < right) else { return .zero }
        var words: [UInt32] = []
        words.reserveCapacity(left.words.count)
        var borrow: UInt64 = 0
        for index in left.words.indices {
            let (one, other) = (left.word(index), right.word(index) + borrow)
            borrow = one < other ? 1 : 0
            words.append(UInt32(one + borrow * base - other))
        }
        return Magnitude(words: words)
    }

    static func * (left: Magnitude, right: Magnitude) -> Magnitude {
        guard !left.isZero, !right.isZero else { return .zero }
        var words = [UInt32](repeating: 0, count: left.words.count + right.words.count)
        for (offset, word) in left.words.enumerated() {
            var carry: UInt64 = 0
            for index in right.words.indices {
                let sum = UInt64(words[offset + index]) + UInt64(word) * right.word(index) + carry
                words[offset + index] = UInt32(sum % base)
                carry = sum / base
            }
            words[offset + right.words.count] = UInt32(carry)
        }
        return Magnitude(words: words)
    }

    /// Quotient and remainder; nil if the divisor is zero.
    func divided(by divisor: Magnitude) -> (quotient: Magnitude, remainder: Magnitude)? {
        guard !divisor.isZero else { return nil }
        if self < divisor { return (.zero, self) }
        if let number, let other = divisor.number {
            let (quotient, remainder) = number.quotientAndRemainder(dividingBy: other)
            return (Magnitude(quotient), Magnitude(remainder))
        }
        // Digit by digit, each word of the quotient found by halving: numbers here are short.
        var (quotient, remainder): ([UInt32], Magnitude) = ([], .zero)
        for word in words.reversed() {
            remainder = Magnitude(words: [word] + remainder.words)
            var (low, high): (UInt64, UInt64) = (0, Self.base)
            while high - low > 1 {
                let middle = (low + high) / 2
                if remainder < divisor * Magnitude(UInt128(middle)) { high = middle } else { low = middle }
            }
            remainder = remainder - divisor * Magnitude(UInt128(low))
            quotient.append(UInt32(low))
        }
        return (Magnitude(words: quotient.reversed()), remainder)
    }

    private func word(_ index: Int) -> UInt64 { words.indices.contains(index) ? UInt64(words[index]) : 0 }
}
