/// Reads a regular expression and writes the program that `RegularExpression` runs.
struct ExpressionCompiler {
    private static let maximumPattern = 2048
    private static let maximumProgram = 5000
    private static let maximumDepth = 50

    private let pattern: [Unicode.Scalar]
    private var index = 0
    private var depth = 0
    private(set) var isCaseSensitive: Bool

    init(_ pattern: String, isCaseSensitive: Bool) throws(SQLiteFunction.Failure) {
        guard pattern.utf8.count <= Self.maximumPattern else { throw Self.error("pattern is too large") }
        self.pattern = Array(pattern.unicodeScalars)
        self.isCaseSensitive = isCaseSensitive
    }

    static func error(_ what: String) -> SQLiteFunction.Failure {
        SQLiteFunction.Failure(
            .error(errno: 1139, sqlState: "42000", message: "Got error '\(what)' from regexp on cluster_schema")
        )
    }

    mutating func compile() throws(SQLiteFunction.Failure) -> [ExpressionInstruction] {
        if pattern.starts(with: "(?i)".unicodeScalars) {
            isCaseSensitive = false
            index = 4
        } else if pattern.starts(with: "(?-i)".unicodeScalars) {
            isCaseSensitive = true
            index = 5
        }
        let program = try alternatives()
        guard index == pattern.count else { throw Self.error("unmatched closing parenthesis") }
        return program + [.match]
    }

    private var peek: Unicode.Scalar? { index < pattern.count ? pattern[index] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard peek == scalar else { return false }
        index += 1
        return true
    }

    private static func checked(
        _ program: [ExpressionInstruction]
    ) throws(SQLiteFunction.Failure) -> [ExpressionInstruction] {
        guard program.count <= maximumProgram else { throw error("pattern is too large") }
        return program
    }

    private mutating func alternatives() throws(SQLiteFunction.Failure) -> [ExpressionInstruction] {
        guard depth < Self.maximumDepth else { throw Self.error("parentheses are too deeply nested") }
        depth += 1
        defer { depth -= 1 }
        var branches = [try sequence()]
        while take("|") { branches.append(try sequence()) }
        // From the last to the first, so that each piece is put before the rest once.
        var program = branches.removeLast()
        for branch in branches.reversed() {
            program =
                [.split(1, branch.count + 2)] + Self.moved(branch, by: 1) + [.jump(branch.count + 2 + program.count)]
                + Self.moved(program, by: branch.count + 2)
            program = try Self.checked(program)
        }
        return program
    }

    private mutating func sequence() throws(SQLiteFunction.Failure) -> [ExpressionInstruction] {
        var program: [ExpressionInstruction] = []
        while let scalar = peek, scalar != "|", scalar != ")" {
            let piece = try repeated(try atom())
            program += Self.moved(piece, by: program.count)
            program = try Self.checked(program)
        }
        return program
    }

    private mutating func repeated(
        _ start: [ExpressionInstruction]
    ) throws(SQLiteFunction.Failure) -> [ExpressionInstruction] {
        var atom = start
        while let scalar = peek {
            let bounds: (least: Int, most: Int?)
            switch scalar {
            case "*": bounds = (0, nil)
            case "+": bounds = (1, nil)
            case "?": bounds = (0, 1)
            case "{":
                guard let read = readBounds() else { return atom }
                bounds = read
                index -= 1
            default: return atom
            }
            index += 1
            // Lazy and possessive forms find a match where the greedy form does.
            if peek == "?" || peek == "+" { index += 1 }
            atom = try Self.repeating(atom, bounds.least, bounds.most)
        }
        return atom
    }

    private static func repeating(
        _ atom: [ExpressionInstruction],
        _ least: Int,
        _ most: Int?
    ) throws(SQLiteFunction.Failure) -> [ExpressionInstruction] {
        guard max(least, most ?? 0) <= 1000, max(least, most ?? 0) * max(1, atom.count) <= maximumProgram else {
            throw error("quantifier is too large")
        }
        var program: [ExpressionInstruction] = []
        for _ in 0..<least { program += moved(atom, by: program.count) }
        if let most {
            for _ in 0..<max(0, most - least) {
                let start = program.count
                program.append(.split(start + 1, start + 1 + atom.count))
                program += moved(atom, by: start + 1)
            }
        } else {
            let start = program.count
            program.append(.split(start + 1, start + 2 + atom.count))
            program += moved(atom, by: start + 1)
            program.append(.jump(start))
        }
        return try checked(program)
    }

    /// `{n}`, `{n,}`, `{n,m}`; nothing else is a quantifier.
    private mutating func readBounds() -> (least: Int, most: Int?)? {
        guard let end = pattern[index...].firstIndex(of: "}") else { return nil }
        let text = String(String.UnicodeScalarView(pattern[(index + 1)..<end]))
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard let least = Int(parts.first ?? ""), least >= 0, parts.count <= 2 else { return nil }
        var most: Int? = least
        if parts.count == 2 {
            most = Int(parts[1])
            guard parts[1].isEmpty || (most ?? -1) >= least else { return nil }
        }
        index = end + 1
        return (least, most)
    }

    // MARK: Atoms

    private mutating func atom() throws(SQLiteFunction.Failure) -> [ExpressionInstruction] {
        guard let scalar = peek else { return [] }
        index += 1
        switch scalar {
        case "(":
            if take("?") {
                guard take(":") else { throw Self.error("this kind of group is not supported") }
            }
            let inner = try alternatives()
            guard take(")") else { throw Self.error("missing closing parenthesis") }
            return inner
        case "[": return [.oneOf(try set())]
        case ".": return [.any]
        case "^": return [.start]
        case "$": return [.end]
        case "*", "+", "?": throw Self.error("quantifier does not follow a repeatable item")
        case "\\": return [try escape()]
        default: return [.scalar(folded(scalar.value))]
        }
    }

    private func folded(_ value: UInt32) -> UInt32 { isCaseSensitive ? value : ExpressionClass.folded(value) }

    private mutating func escape() throws(SQLiteFunction.Failure) -> ExpressionInstruction {
        guard let scalar = peek else { throw Self.error("\\ at end of pattern") }
        index += 1
        switch scalar {
        case "d", "w", "s": return .oneOf(ExpressionClass(ranges: ExpressionClass.named(String(scalar)) ?? []))
        case "D", "W", "S":
            let name = String(Character(scalar)).lowercased()
            return .oneOf(ExpressionClass(ranges: ExpressionClass.named(name) ?? [], isNegated: true))
        case "b": return .wordBoundary(true)
        case "B": return .wordBoundary(false)
        case "A": return .start
        case "z", "Z": return .end
        case "n": return .scalar(0x0a)
        case "r": return .scalar(0x0d)
        case "t": return .scalar(0x09)
        default:
            if ExpressionClass.isWord(scalar.value) { throw Self.error("\\\(scalar) is not supported") }
            return .scalar(folded(scalar.value))
        }
    }

    /// Behind the opening bracket.
    private mutating func set() throws(SQLiteFunction.Failure) -> ExpressionClass {
        var set = ExpressionClass(isNegated: take("^"))
        var isFirst = true
        while let scalar = peek, scalar != "]" || isFirst {
            isFirst = false
            index += 1
            if scalar == "[", peek == ":" {
                guard let end = pattern[index...].firstIndex(of: "]"), end > index + 1, pattern[end - 1] == ":" else {
                    throw Self.error("missing terminating ] for character class")
                }
                let name = String(String.UnicodeScalarView(pattern[(index + 1)..<(end - 1)]))
                guard let ranges = ExpressionClass.named(name) else { throw Self.error("unknown POSIX class name") }
                set.ranges += ranges
                index = end + 1
                continue
            }
            var low = scalar
            if scalar == "\\" {
                switch try escape() {
                case .oneOf(let inner) where !inner.isNegated:
                    set.ranges += inner.ranges
                    continue
                case .scalar(let value): low = Unicode.Scalar(value) ?? scalar
                default: throw Self.error("this escape is not supported in a character class")
                }
            }
            var high = low
            if peek == "-", index + 1 < pattern.count, pattern[index + 1] != "]" {
                high = pattern[index + 1]
                index += 2
                if high == "\\" {
                    guard case .scalar(let value) = try escape() else { throw Self.error("invalid range in class") }
                    high = Unicode.Scalar(value) ?? high
                }
            }
            guard low.value <= high.value else { throw Self.error("range out of order in character class") }
            set.ranges.append(low.value...high.value)
        }
        guard take("]") else { throw Self.error("missing terminating ] for character class") }
        if !isCaseSensitive { set.ranges += Self.otherCase(set.ranges) }
        return set
    }

    /// The small letters of the capitals in the ranges: texts are folded to small letters.
    private static func otherCase(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
        ranges.compactMap { range in
            let letters = range.clamped(to: 0x41...0x5a)
            guard range.overlaps(0x41...0x5a) else { return nil }
            return (letters.lowerBound + 0x20)...(letters.upperBound + 0x20)
        }
    }

    private static func moved(_ program: [ExpressionInstruction], by distance: Int) -> [ExpressionInstruction] {
        program.map { instruction in
            switch instruction {
            case .split(let first, let second): .split(first + distance, second + distance)
            case .jump(let target): .jump(target + distance)
            default: instruction
            }
        }
    }
}
