import MySQLWire

/// Functions of texts. Positions and lengths count Unicode scalars, as MySQL's characters do.
enum TextFunctions {
    static var all: [SQLFunction] { building + cutting + searching }

    // MARK: Building

    private static var building: [SQLFunction] {
        [
            SQLFunction("my_concat", 1...127) { arguments throws(SQLFunction.Failure) in
                if arguments.contains(.null) { return .null }
                return try joined(arguments.compactMap(\.text), separator: "")
            },
            SQLFunction("my_concat_ws", 2...127) { arguments throws(SQLFunction.Failure) in
                guard let separator = arguments[0].text else { return .null }
                return try joined(arguments.dropFirst().compactMap(\.text), separator: separator)
            },
            SQLFunction("my_repeat", 2...2) { arguments throws(SQLFunction.Failure) in
                guard let text = arguments[0].text, let count = arguments[1].integer else { return .null }
                guard count > 0, !text.isEmpty else { return .text("") }
                guard count <= MySQLFunctions.maximumBytes / text.utf8.count else { throw .tooLong }
                return .text(String(repeating: text, count: Int(count)))
            },
            SQLFunction("my_upper", 1...1) { $0[0].text.map { .text($0.uppercased()) } ?? .null },
            SQLFunction("my_lower", 1...1) { $0[0].text.map { .text($0.lowercased()) } ?? .null },
            SQLFunction("my_replace", 3...3) { arguments throws(SQLFunction.Failure) in
                guard let text = arguments[0].text, let old = arguments[1].text, let new = arguments[2].text else {
                    return .null
                }
                guard !old.isEmpty else { return .text(text) }
                let parts = ByteSearch.split(Array(text.utf8), at: Array(old.utf8))
                let size = text.utf8.count + (parts.count - 1) * (new.utf8.count - old.utf8.count)
                guard size <= MySQLFunctions.maximumBytes else { throw .tooLong }
                return .text(String(decoding: Array(parts.joined(separator: Array(new.utf8))), as: UTF8.self))
            },
        ]
    }

    private static func joined(_ texts: [String], separator: String) throws(SQLFunction.Failure) -> SQLValue {
        let count = texts.reduce(0) { $0 + $1.utf8.count + separator.utf8.count }
        guard count <= MySQLFunctions.maximumBytes + separator.utf8.count else { throw .tooLong }
        return .text(texts.joined(separator: separator))
    }

    // MARK: Cutting

    private static var cutting: [SQLFunction] {
        [
            SQLFunction("my_left", 2...2) { arguments in
                guard let text = arguments[0].text, let count = arguments[1].integer else { return .null }
                return .text(String(text.unicodeScalars.prefix(Int(clamping: max(0, count)))))
            },
            SQLFunction("my_right", 2...2) { arguments in
                guard let text = arguments[0].text, let count = arguments[1].integer else { return .null }
                return .text(String(text.unicodeScalars.suffix(Int(clamping: max(0, count)))))
            },
            SQLFunction("my_substring", 2...3) { arguments in
                guard let text = arguments[0].text, let start = arguments[1].integer else { return .null }
                var count = Int64.max
                if arguments.count == 3 {
                    guard let given = arguments[2].integer else { return .null }
                    count = given
                }
                let scalars = text.unicodeScalars
                let length = Int64(scalars.count)
                let begin = start > 0 ? start - 1 : length &+ start
                guard start != 0, count > 0, begin >= 0, begin < length else { return .text("") }
                return .text(String(scalars.dropFirst(Int(begin)).prefix(Int(clamping: count))))
            },
            SQLFunction("my_substring_index", 3...3) { arguments in
                guard let text = arguments[0].text, let mark = arguments[1].text, let count = arguments[2].integer
                else { return .null }
                return .text(substringIndex(text, mark, Int(clamping: count)))
            },
        ]
    }

    /// What stands before the nth mark; counted from the end, and what stands behind it, if n is negative.
    private static func substringIndex(_ text: String, _ mark: String, _ count: Int) -> String {
        guard !mark.isEmpty, count != 0 else { return "" }
        let parts = ByteSearch.split(Array(text.utf8), at: Array(mark.utf8))
        guard count.magnitude < parts.count else { return text }
        let kept = count > 0 ? parts.prefix(count) : parts.suffix(Int(count.magnitude))
        return String(decoding: Array(kept.joined(separator: Array(mark.utf8))), as: UTF8.self)
    }

    // MARK: Searching

    private static var searching: [SQLFunction] {
        [
            // What is looked for, the text, where to begin, and whether case counts.
            SQLFunction("my_locate", 4...4) { arguments in
                guard let wanted = arguments[0].text, let text = arguments[1].text, let start = arguments[2].integer
                else { return .null }
                let isBinary = arguments[3].integer == 1
                let scalars = TextFolding.scalars(text, isBinary: isBinary)
                guard start >= 1, start <= scalars.count + 1 else { return .integer(0) }
                let found = ByteSearch.first(
                    of: TextFolding.scalars(wanted, isBinary: isBinary),
                    in: scalars[(Int(start) - 1)...]
                )
                return .integer(Int64(found.map { $0 + 1 } ?? 0))
            },
            SQLFunction("my_char_length", 1...1) { arguments in
                if case .blob(let bytes) = arguments[0] { return .integer(Int64(bytes.count)) }
                return arguments[0].text.map { .integer(Int64($0.unicodeScalars.count)) } ?? .null
            },
            SQLFunction("my_find_in_set", 2...2) { arguments in
                guard let wanted = arguments[0].text, let list = arguments[1].text else { return .null }
                guard !list.isEmpty, !wanted.contains(",") else { return .integer(0) }
                let key = TextFolding.scalars(wanted, isBinary: false)
                let parts = list.split(separator: ",", omittingEmptySubsequences: false)
                let position = parts.firstIndex { TextFolding.scalars(String($0), isBinary: false) == key }
                return .integer(Int64((position ?? -1) + 1))
            },
        ]
    }
}
