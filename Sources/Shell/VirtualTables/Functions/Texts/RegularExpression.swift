/// A regular expression of REGEXP: the common part of MariaDB's (PCRE) and MySQL's (ICU) syntax, without back references
/// and look-around.
///
/// It is run as a set of states that move through the text together (Thompson's construction), so that no pattern takes
/// more time than its length times the text's.
struct RegularExpression {
    private let program: [ExpressionInstruction]
    private let isCaseSensitive: Bool

    /// - Throws: `Failure` with error 1139 for a pattern that is wrong, too long or of another syntax.
    init(_ pattern: String, isCaseSensitive: Bool) throws(SQLiteFunction.Failure) {
        var compiler = try ExpressionCompiler(pattern, isCaseSensitive: isCaseSensitive)
        program = try compiler.compile()
        self.isCaseSensitive = compiler.isCaseSensitive
    }

    /// Whether any part of the text matches.
    func matches(_ text: String, _ isOverLimit: () -> Bool) throws(SQLiteFunction.Failure) -> Bool {
        let scalars = text.unicodeScalars.map { $0.value }
        let folded = isCaseSensitive ? scalars : text.unicodeScalars.map { ExpressionClass.folded($0.value) }
        var current = StateSet(count: program.count)
        var next = StateSet(count: program.count)
        var steps = 0
        for position in 0...folded.count {
            add(0, to: &current, position, scalars)
            next.removeAll()
            var index = 0
            while index < current.states.count {
                let state = current.states[index]
                index += 1
                switch program[state] {
                case .match: return true
                case .any:
                    if position < folded.count, folded[position] != 0x0a {
                        add(state + 1, to: &next, position + 1, scalars)
                    }
                case .scalar(let wanted):
                    if position < folded.count, folded[position] == wanted {
                        add(state + 1, to: &next, position + 1, scalars)
                    }
                case .oneOf(let set):
                    if position < folded.count, set.contains(folded[position]) {
                        add(state + 1, to: &next, position + 1, scalars)
                    }
                default: break
                }
            }
            steps += current.states.count + 1
            if steps > 0xffff {
                steps = 0
                if isOverLimit() { throw .interrupted }
            }
            swap(&current, &next)
        }
        return false
    }

    /// Adds a state with all that it leads to without reading.
    private func add(_ start: Int, to set: inout StateSet, _ position: Int, _ text: [UInt32]) {
        var pending = [start]
        while let state = pending.popLast() {
            guard set.insert(state) else { continue }
            switch program[state] {
            case .split(let first, let second): pending += [second, first]
            case .jump(let target): pending.append(target)
            case .start: if position == 0 { pending.append(state + 1) }
            case .end: if position == text.count { pending.append(state + 1) }
            case .wordBoundary(let isWanted):
                let before = position > 0 && ExpressionClass.isWord(text[position - 1])
                let after = position < text.count && ExpressionClass.isWord(text[position])
                if (before != after) == isWanted { pending.append(state + 1) }
            default: break
            }
        }
    }

    private struct StateSet {
        private(set) var states: [Int] = []
        private var isMember: [Bool]

        init(count: Int) {
            isMember = Array(repeating: false, count: count)
        }

        mutating func insert(_ state: Int) -> Bool {
            guard !isMember[state] else { return false }
            isMember[state] = true
            states.append(state)
            return true
        }

        mutating func removeAll() {
            for state in states { isMember[state] = false }
            states.removeAll(keepingCapacity: true)
        }
    }
}

enum ExpressionInstruction {
    case match
    case any
    case scalar(UInt32)
    case oneOf(ExpressionClass)
    case split(Int, Int)
    case jump(Int)
    case start
    case end
    case wordBoundary(Bool)
}

/// A set of characters.
struct ExpressionClass {
    var ranges: [ClosedRange<UInt32>] = []
    var isNegated = false

    func contains(_ scalar: UInt32) -> Bool { ranges.contains { $0.contains(scalar) } != isNegated }

    static func isWord(_ scalar: UInt32) -> Bool {
        (0x30...0x39).contains(scalar) || (0x41...0x5a).contains(scalar) || (0x61...0x7a).contains(scalar)
            || scalar == 0x5f
    }

    /// Without regard to case: capitals become small letters.
    static func folded(_ value: UInt32) -> UInt32 {
        if value < 0x80 { return value >= 0x41 && value <= 0x5a ? value + 0x20 : value }
        guard let scalar = Unicode.Scalar(value) else { return value }
        let lower = scalar.properties.lowercaseMapping.unicodeScalars
        return lower.count == 1 ? (lower.first?.value ?? value) : value
    }

    /// `[:name:]` and the letters behind a backslash.
    static func named(_ name: String) -> [ClosedRange<UInt32>]? {
        let (digit, upper, lower): (ClosedRange<UInt32>, ClosedRange<UInt32>, ClosedRange<UInt32>) = (
            0x30...0x39, 0x41...0x5a, 0x61...0x7a
        )
        switch name {
        case "d", "digit": return [digit]
        case "w", "word": return [digit, upper, lower, 0x5f...0x5f]
        case "s", "space": return [0x09...0x0d, 0x20...0x20]
        case "alpha": return [upper, lower, 0xc0...0x24f]
        case "alnum": return [digit, upper, lower, 0xc0...0x24f]
        case "upper": return [upper]
        case "lower": return [lower]
        case "xdigit": return [digit, 0x41...0x46, 0x61...0x66]
        case "blank": return [0x09...0x09, 0x20...0x20]
        case "punct": return [0x21...0x2f, 0x3a...0x40, 0x5b...0x60, 0x7b...0x7e]
        case "cntrl": return [0...0x1f, 0x7f...0x7f]
        case "print": return [0x20...0x7e]
        case "graph": return [0x21...0x7e]
        default: return nil
        }
    }
}
