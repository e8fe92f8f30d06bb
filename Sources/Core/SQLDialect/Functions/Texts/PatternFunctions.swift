import MySQLWire

/// LIKE.
enum PatternFunctions {
    static func all(_ environment: FunctionEnvironment) -> [SQLFunction] {
        let cache = PatternCache()
        return [
            // Text, pattern, escape character, whether case counts.
            SQLFunction("my_like", 4...4) { arguments throws(SQLFunction.Failure) in
                guard let text = arguments[0].text, let pattern = arguments[1].text, let escape = arguments[2].text
                else { return .null }
                guard escape.unicodeScalars.count <= 1 else { throw SQLFunction.Failure(Self.wrongEscape) }
                let key = PatternCache.Key(pattern: pattern, escape: escape, isBinary: arguments[3].integer == 1)
                let matcher = cache.like(key)
                return .integer(try matcher.matches(text, environment.isOverLimit) ? 1 : 0)
            }
        ]
    }

    private static let wrongEscape = SQLError(
        errno: 1210,
        sqlState: "HY000",
        message: "Incorrect arguments to ESCAPE"
    )
}

/// The last patterns, read: a statement uses the same for all rows.
final class PatternCache {
    struct Key: Hashable {
        var pattern: String
        var escape: String
        var isBinary: Bool
    }

    private var likes: [Key: LikeMatcher] = [:]

    func like(_ key: Key) -> LikeMatcher {
        if let known = likes[key] { return known }
        let matcher = LikeMatcher(key.pattern, escape: key.escape.unicodeScalars.first, isBinary: key.isBinary)
        if likes.count >= 16 { likes = [:] }
        likes[key] = matcher
        return matcher
    }
}

/// A pattern of LIKE: `%` stands for any text, `_` for one character, the escape character takes both their meaning.
struct LikeMatcher {
    private enum Element: Equatable {
        case anyText
        case anyCharacter
        case scalar(UInt32)
    }

    private let elements: [Element]
    private let isBinary: Bool

    init(_ pattern: String, escape: Unicode.Scalar?, isBinary: Bool) {
        var elements: [Element] = []
        var isEscaped = false
        func fold(_ scalar: Unicode.Scalar) -> UInt32 { isBinary ? scalar.value : TextFolding.folded(scalar) }
        for scalar in pattern.unicodeScalars {
            if isEscaped {
                elements.append(.scalar(fold(scalar)))
                isEscaped = false
            } else if scalar == escape {
                isEscaped = true
            } else if scalar == "%" {
                if elements.last != .anyText { elements.append(.anyText) }
            } else {
                elements.append(scalar == "_" ? .anyCharacter : .scalar(fold(scalar)))
            }
        }
        if isEscaped, let escape { elements.append(.scalar(fold(escape))) }
        self.elements = elements
        self.isBinary = isBinary
    }

    /// Only the last `%` is ever tried again: O(text × pattern) at worst, and the limit is asked for on the way.
    func matches(_ text: String, _ isOverLimit: () -> Bool) throws(SQLFunction.Failure) -> Bool {
        let scalars = TextFolding.scalars(text, isBinary: isBinary)
        var position = 0
        var element = 0
        var retry: (position: Int, element: Int)?
        var steps = 0
        while position < scalars.count {
            steps += 1
            if steps & 0xffff == 0, isOverLimit() { throw .interrupted }
            if element < elements.count {
                switch elements[element] {
                case .anyText:
                    element += 1
                    retry = (position, element)
                    continue
                case .anyCharacter:
                    position += 1
                    element += 1
                    continue
                case .scalar(let wanted):
                    if scalars[position] == wanted {
                        position += 1
                        element += 1
                        continue
                    }
                }
            }
            guard let last = retry else { return false }
            position = last.position + 1
            element = last.element
            retry = (position, element)
        }
        return elements[element...].allSatisfy { $0 == .anyText }
    }
}
