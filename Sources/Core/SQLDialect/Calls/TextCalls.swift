import MySQLWire

/// Functions of texts.
enum TextCalls {
    static let all: [String: FunctionSpecification] = {
        var all = functions
        for (alias, name) in [
            "ucase": "upper", "lcase": "lower", "substr": "substring", "mid": "substring",
            "character_length": "char_length", "octet_length": "length",
        ] {
            all[alias] = all[name]
        }
        return all
    }()

    private static let functions: [String: FunctionSpecification] = [
        "concat": .text("my_concat", 1...127) { $0.reduce(0) { $0 + $1.type.characters } },
        "concat_ws": .text("my_concat_ws", 2...127) { arguments in
            let separators = arguments[0].type.characters * (arguments.count - 2)
            return arguments.dropFirst().reduce(separators) { $0 + $1.type.characters }
        },
        "repeat": .call("my_repeat", [.text, .integer]) { arguments, written in
            let length = Int(written[1]).map {
                arguments[0].type.characters.multipliedReportingOverflow(by: max(0, $0))
            }
            return .text(length.map { $0.overflow ? 1 << 20 : $0.partialValue } ?? 1 << 20)
        },
        "upper": .text("my_upper"),
        "lower": .text("my_lower"),
        "trim": .text("trim"),
        "ltrim": .text("ltrim"),
        "rtrim": .text("rtrim"),
        "replace": .text("my_replace", 3...3) {
            $0[0].type.characters * max(1, min(1 << 10, $0[2].type.characters / max(1, $0[1].type.characters)))
        },
        "left": side("my_left"),
        "right": side("my_right"),
        "substring": .call("my_substring", [.text, .integer, .integer], optional: 1) { arguments, written in
            let length = written.count == 3 ? Int(written[2]) ?? .max : .max
            return .text(min(max(0, length), arguments[0].type.characters))
        },
        "substring_index": .call("my_substring_index", [.text, .text, .integer]) { arguments, _ in
            .text(arguments[0].type.characters)
        },
        "instr": FunctionSpecification(2...2) { writer, arguments throws(SQLError) in
            locate(writer, arguments[1], arguments[0], nil)
        },
        "locate": FunctionSpecification(2...3) { writer, arguments throws(SQLError) in
            locate(writer, arguments[0], arguments[1], arguments.count == 3 ? arguments[2] : nil)
        },
        "find_in_set": .call("my_find_in_set", [.text, .text]) { arguments, _ in integer(3, arguments) },
        "length": FunctionSpecification(1...1) { writer, arguments throws(SQLError) in
            Fragment("length(CAST(\(bytes(arguments[0], writer)) AS BLOB))", integer(10, arguments))
        },
        "char_length": FunctionSpecification(1...1) { writer, arguments throws(SQLError) in
            Fragment("my_char_length(\(bytes(arguments[0], writer)))", integer(10, arguments))
        },
    ]

    private static func integer(_ length: Int, _ arguments: [Fragment]) -> ValueType {
        ValueType.integer(length).nullable(arguments.areNullable)
    }

    private static func bytes(_ fragment: Fragment, _ writer: StatementWriter) -> String {
        fragment.type.kind == .bytes ? fragment.sql : writer.text(fragment)
    }

    private static func side(_ function: String) -> FunctionSpecification {
        .call(function, [.text, .integer]) { arguments, written in
            .text(min(Int(written[1]).map { max(0, $0) } ?? .max, arguments[0].type.characters))
        }
    }

    private static func locate(
        _ writer: StatementWriter,
        _ wanted: Fragment,
        _ text: Fragment,
        _ start: Fragment?
    ) -> Fragment {
        let isBinary = writer.isBinaryText(wanted) || writer.isBinaryText(text)
        let from = start.map { writer.integer($0) } ?? "1"
        return Fragment(
            "my_locate(\(writer.text(wanted)), \(writer.text(text)), \(from), \(isBinary ? 1 : 0))",
            integer(11, [wanted, text])
        )
    }
}
