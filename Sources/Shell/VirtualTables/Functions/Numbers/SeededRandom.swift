import MySQLWire

/// RAND with a seed: MySQL's own sequence (`my_rnd` and `my_rnd_init` of the servers).
struct SeededRandom {
    private static let modulus: UInt64 = 0x3fff_ffff
    private var first: UInt64
    private var second: UInt64

    /// - Parameter seed: its lower 32 bits count.
    init(seed: Int64) {
        let seed = UInt64(UInt32(truncatingIfNeeded: seed))
        first = UInt64(UInt32(truncatingIfNeeded: seed * 0x10001 + 55_555_555)) % Self.modulus
        second = UInt64(UInt32(truncatingIfNeeded: seed * 0x1000_0001)) % Self.modulus
    }

    /// From 0 to less than 1.
    mutating func next() -> Double {
        first = (first * 3 + second) % Self.modulus
        second = (first + second + 33) % Self.modulus
        return Double(first) / Double(Self.modulus)
    }

    /// The seed, and the number of the call in the statement; -1 for a seed that may differ from row to row, which begins
    /// a sequence in each.
    static func function(_ environment: FunctionEnvironment) -> SQLiteFunction {
        SQLiteFunction("my_rand_seeded", 2...2, isDeterministic: false) { arguments in
            let call = arguments[1].integer ?? -1
            var sequence = environment.sequences[call] ?? SeededRandom(seed: arguments[0].integer ?? 0)
            let number = sequence.next()
            if call >= 0 { environment.sequences[call] = sequence }
            return .double(number)
        }
    }
}
