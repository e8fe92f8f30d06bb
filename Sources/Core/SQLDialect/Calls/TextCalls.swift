import MySQLWire

/// Functions of texts.
enum TextCalls {
    static let all: [String: FunctionSpecification] = {
        var all = building.merging(cutting) { first, _ in first }
        all.merge(searching) { first, _ in first }
        for (alias, name) in [
            "ucase": "upper", "lcase": "lower", "substr": "substring", "mid": "substring",
            "character_length": "char_length", "octet_length": "length",
        ] {
            all[alias] = all[name]
        }
        return all
    }()

    private static func integer(_ length: Int, _ arguments: [Fragment]) -> ValueType {
        ValueType.integer(length).nullable(arguments.areNullable)
    }

    private static let building: [String: FunctionSpecification] = [
        "concat": .text("my_concat", 1...127) { $0.reduce(0) { $0 + $1.type.characters } },
        "concat_ws": FunctionSpecification(2...127) { writer, arguments throws(SQLError) in
            let separator = arguments[0].type.characters
            let length = arguments.dropFirst().reduce(0) { $0 + $1.type.characters } + separator * (arguments.count - 2)
            let list = arguments.map { writer.text($0) }.joined(separator: ", ")
            return Fragment("my_concat_ws(\(list))", ValueType.text(length))
        },
        "repeat": FunctionSpecification(2...2) { writer, arguments throws(SQLError) in
            let count = Int(writer.integer(arguments[1])).map { max(0, $0) }
            let length = count.map { arguments[0].type.characters.multipliedReportingOverflow(by: $0) }
            return Fragment(
                "my_repeat(\(writer.text(arguments[0])), \(writer.integer(arguments[1])))",
                ValueType.text(length.map { $0.overflow ? 1 << 20 : $0.partialValue } ?? 1 << 20)
            )
        },
        "lpad": pad("my_lpad"),
        "rpad": pad("my_rpad"),
        "reverse": .text("my_reverse", 1...1) { $0[0].type.characters },
        "upper": .text("my_upper", 1...1) { $0[0].type.characters },
        "lower": .text("my_lower", 1...1) { $0[0].type.characters },
        "replace": .text("my_replace", 3...3) {
            $0[0].type.characters * max(1, min(1 << 10, $0[2].type.characters / max(1, $0[1].type.characters)))
        },
        "quote": .text("my_quote", 1...1) { $0[0].type.characters * 2 + 2 },
        "space": FunctionSpecification(1...1) { writer, arguments throws(SQLError) in
            Fragment(
                "my_repeat(' ', \(writer.integer(arguments[0])))",
                .text(Int(writer.integer(arguments[0])).map { max(0, $0) } ?? 1 << 20)
            )
        },
        "char": FunctionSpecification(1...127) { writer, arguments throws(SQLError) in
            let list = arguments.map { writer.integer($0) }.joined(separator: ", ")
            return Fragment(
                "my_char(\(list))",
                ValueType(kind: .bytes, length: 4 * arguments.count, collation: .binary)
            )
        },
        "hex": FunctionSpecification(1...1) { writer, arguments throws(SQLError) in
            Fragment(
                "my_hex(\(arguments[0].type.isNumber ? writer.bits(arguments[0]) : arguments[0].sql))",
                ValueType.text(arguments[0].type.isText ? arguments[0].type.characters * 8 : 16)
            )
        },
        "unhex": FunctionSpecification(1...1) { writer, arguments throws(SQLError) in
            Fragment(
                "my_unhex(\(writer.text(arguments[0])))",
                ValueType(kind: .bytes, length: (arguments[0].type.characters + 1) / 2, collation: .binary)
            )
        },
    ]

    private static func pad(_ function: String) -> FunctionSpecification {
        FunctionSpecification(2...3) { writer, arguments throws(SQLError) in
            let filler = arguments.count == 3 ? writer.text(arguments[2]) : "' '"
            let length = Int(writer.integer(arguments[1])).map { max(0, $0) } ?? 1 << 20
            return Fragment(
                "\(function)(\(writer.text(arguments[0])), \(writer.integer(arguments[1])), \(filler))",
                .text(length)
            )
        }
    }

    private static let cutting: [String: FunctionSpecification] = [
        "left": side("my_left"),
        "right": side("my_right"),
        "substring": FunctionSpecification(2...3) { writer, arguments throws(SQLError) in
            let rest = arguments.dropFirst().map { writer.integer($0) }.joined(separator: ", ")
            let length = arguments.count == 3 ? Int(writer.integer(arguments[2])) ?? .max : .max
            return Fragment(
                "my_substring(\(writer.text(arguments[0])), \(rest))",
                ValueType.text(min(max(0, length), arguments[0].type.characters))
            )
        },
        "substring_index": FunctionSpecification(3...3) { writer, arguments throws(SQLError) in
            let texts = arguments.prefix(2).map { writer.text($0) }.joined(separator: ", ")
            return Fragment(
                "my_substring_index(\(texts), \(writer.integer(arguments[2])))",
                ValueType.text(arguments[0].type.characters)
            )
        },
        "trim": trim("my_trim"),
        "ltrim": trim("my_ltrim"),
        "rtrim": trim("my_rtrim"),
        "insert": FunctionSpecification(4...4) { writer, arguments throws(SQLError) in
            let numbers = arguments[1...2].map { writer.integer($0) }.joined(separator: ", ")
            return Fragment(
                "my_insert(\(writer.text(arguments[0])), \(numbers), \(writer.text(arguments[3])))",
                ValueType.text(arguments[0].type.characters + arguments[3].type.characters)
            )
        },
    ]

    private static func side(_ function: String) -> FunctionSpecification {
        FunctionSpecification(2...2) { writer, arguments throws(SQLError) in
            let count = Int(writer.integer(arguments[1])).map { max(0, $0) } ?? .max
            return Fragment(
                "\(function)(\(writer.text(arguments[0])), \(writer.integer(arguments[1])))",
                ValueType.text(min(count, arguments[0].type.characters))
            )
        }
    }

    private static func trim(_ function: String) -> FunctionSpecification {
        FunctionSpecification(1...2) { writer, arguments throws(SQLError) in
            let mark = arguments.count == 2 ? writer.text(arguments[1]) : "' '"
            return Fragment(
                "\(function)(\(writer.text(arguments[0])), \(mark))",
                ValueType.text(arguments[0].type.characters)
            )
        }
    }

    private static let searching: [String: FunctionSpecification] = [
        "instr": FunctionSpecification(2...2) { writer, arguments throws(SQLError) in
            locate(writer, arguments[1], arguments[0], nil)
        },
        "locate": FunctionSpecification(2...3) { writer, arguments throws(SQLError) in
            locate(writer, arguments[0], arguments[1], arguments.count == 3 ? arguments[2] : nil)
        },
        "find_in_set": FunctionSpecification(2...2) { writer, arguments throws(SQLError) in
            Fragment(
                "my_find_in_set(\(writer.text(arguments[0])), \(writer.text(arguments[1])))",
                integer(3, arguments)
            )
        },
        "strcmp": FunctionSpecification(2...2) { writer, arguments throws(SQLError) in
            Fragment(
                "my_strcmp(\(writer.text(arguments[0])), \(writer.text(arguments[1])))",
                integer(2, arguments)
            )
        },
        "length": size("my_length", 10),
        "char_length": size("my_char_length", 10),
        "bit_length": FunctionSpecification(1...1) { writer, arguments throws(SQLError) in
            Fragment(
                "(my_length(\(bytes(arguments[0], writer))) * 8)",
                ValueType.integer(11, isBig: true).nullable(arguments.areNullable)
            )
        },
        "ascii": size("my_ascii", 3),
        "ord": size("my_ord", 21),
    ]

    private static func bytes(_ fragment: Fragment, _ writer: StatementWriter) -> String {
        fragment.type.kind == .bytes ? fragment.sql : writer.text(fragment)
    }

    private static func size(_ function: String, _ length: Int) -> FunctionSpecification {
        FunctionSpecification(1...1) { writer, arguments throws(SQLError) in
            Fragment("\(function)(\(bytes(arguments[0], writer)))", integer(length, arguments))
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
