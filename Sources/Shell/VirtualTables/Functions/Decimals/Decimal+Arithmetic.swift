extension Decimal {
    enum Rounding {
        /// Half goes away from zero.
        case halfUp
        case towardZero
        case down
        case up
    }

    /// With so many digits behind the point, or rounded to tens, hundreds … if the scale is negative.
    ///
    /// A number with fewer digits behind the point gets zeros.
    func rounded(to digits: Int, _ rule: Rounding = .halfUp) -> Decimal {
        let wanted = max(-2 * Self.maximumDigits, min(2 * Self.maximumDigits, digits))
        if wanted >= scale {
            guard wanted > scale else { return self }
            let shifted = magnitude * .powerOfTen(wanted - scale)
            return Decimal(isNegative: isNegative, magnitude: shifted, scale: wanted)
        }
        let dropped = scale - wanted
        let unit = Magnitude.powerOfTen(dropped)
        guard let (quotient, remainder) = magnitude.divided(by: unit) else { return self }
        let isAway =
            switch rule {
            case .halfUp: !(remainder + remainder < unit)
            case .towardZero: false
            case .down: isNegative && !remainder.isZero
            case .up: !isNegative && !remainder.isZero
            }
        let whole = isAway ? quotient + Magnitude(1) : quotient
        guard wanted < 0 else { return Decimal(isNegative: isNegative, magnitude: whole, scale: wanted) }
        return Decimal(isNegative: isNegative, magnitude: whole * .powerOfTen(dropped - scale), scale: 0)
    }

    /// Both with the same scale.
    private static func aligned(_ left: Decimal, _ right: Decimal) -> (Decimal, Decimal) {
        let scale = max(left.scale, right.scale)
        return (left.rounded(to: scale), right.rounded(to: scale))
    }

    static func < (left: Decimal, right: Decimal) -> Bool {
        guard left.isNegative == right.isNegative else { return left.isNegative }
        let (one, other) = aligned(left, right)
        return left.isNegative ? other.magnitude < one.magnitude : one.magnitude < other.magnitude
    }

    static prefix func - (number: Decimal) -> Decimal {
        Decimal(isNegative: !number.isNegative, magnitude: number.magnitude, scale: number.scale)
    }

    static func + (left: Decimal, right: Decimal) -> Decimal {
        let (one, other) = aligned(left, right)
        if one.isNegative == other.isNegative {
            return Decimal(
                isNegative: one.isNegative,
                magnitude: one.magnitude + other.magnitude,
                scale: one.scale
            )
        }
        let isLess = one.magnitude < other.magnitude
        return Decimal(
            isNegative: isLess ? other.isNegative : one.isNegative,
            magnitude: isLess ? other.magnitude - one.magnitude : one.magnitude - other.magnitude,
            scale: one.scale
        )
    }

    static func - (left: Decimal, right: Decimal) -> Decimal { left + -right }

    /// Digits beyond the greatest scale are cut.
    static func * (left: Decimal, right: Decimal) -> Decimal {
        let product = Decimal(
            isNegative: left.isNegative != right.isNegative,
            magnitude: left.magnitude * right.magnitude,
            scale: left.scale + right.scale
        )
        return product.scale > maximumScale ? product.rounded(to: maximumScale, .towardZero) : product
    }

    /// With so many digits behind the point, the others cut; nil for a division by zero.
    func divided(by divisor: Decimal, scale wanted: Int) -> Decimal? {
        // (a / 10^s) / (b / 10^t) with w digits is a * 10^(w + t - s) / b.
        let shift = wanted + divisor.scale - scale
        let numerator = shift > 0 ? magnitude * .powerOfTen(shift) : magnitude
        let denominator = shift < 0 ? divisor.magnitude * .powerOfTen(-shift) : divisor.magnitude
        guard let (quotient, _) = numerator.divided(by: denominator) else { return nil }
        return Decimal(isNegative: isNegative != divisor.isNegative, magnitude: quotient, scale: wanted)
    }

    /// What is left of a division whose quotient is whole; it has the sign of the dividend. Nil for a division by zero.
    func remainder(by divisor: Decimal) -> Decimal? {
        let (one, other) = Self.aligned(self, divisor)
        guard let (_, remainder) = one.magnitude.divided(by: other.magnitude) else { return nil }
        return Decimal(isNegative: isNegative, magnitude: remainder, scale: one.scale)
    }

    /// How many digits behind the point the servers count out for a quotient: whole words of nine digits.
    ///
    /// - Parameters: the digits behind the points of dividend and divisor, and `div_precision_increment`, which is 4.
    static func quotientScale(_ left: Int, _ right: Int) -> Int {
        func words(_ digits: Int) -> Int { (digits + 8) / 9 * 9 }
        let (one, other) = (words(left), words(right))
        return min(72, words(one + other + max(0, 4 - (one - left) - (other - right))))
    }
}
