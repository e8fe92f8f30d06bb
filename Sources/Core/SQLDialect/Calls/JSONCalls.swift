import MySQLWire

/// Functions of JSON texts.
enum JSONCalls {
    static let all: [String: FunctionSpecification] = [
        "json_object": FunctionSpecification(0...120) { writer, arguments throws(SQLError) in
            guard arguments.count.isMultiple(of: 2) else { throw StatementWriter.wrongCount("json_object") }
            let length = arguments.reduce(2) { $0 + $1.type.characters * 2 + 6 }
            let values = arguments.enumerated().map { index, argument in
                index.isMultiple(of: 2) ? writer.text(argument) : value(argument, writer)
            }
            return Fragment("my_json_object(\(values.joined(separator: ", ")))", .json(length))
        },
        // MySQL Router reads attributes by `->>`.
        "json_extract": FunctionSpecification(2...2) { writer, arguments throws(SQLError) in
            // NULL for what is no JSON, as MariaDB has it.
            let text = writer.text(arguments[0])
            return Fragment(
                "(CASE WHEN json_valid(\(text)) THEN \(text) END -> \(writer.text(arguments[1])))",
                .json(arguments[0].type.characters)
            )
        },
        "json_unquote": FunctionSpecification(1...1) { writer, arguments throws(SQLError) in
            // What is no JSON text stays as it is.
            let text = writer.text(arguments[0])
            return Fragment(
                "CASE WHEN iif(json_valid(\(text)), json_type(\(text)), '') = 'text' THEN \(text) ->> '$' ELSE \(text) END",
                .text(arguments[0].type.characters)
            )
        },
    ]

    /// A value as JSON: texts are quoted, TRUE and FALSE are words.
    static func value(_ fragment: Fragment, _ writer: StatementWriter) -> String {
        switch fragment.type.kind {
        case .json: return fragment.sql
        case .null: return "'null'"
        case .integer where fragment.type.isBoolean:
            return "CASE WHEN \(fragment.sql) THEN 'true' WHEN NOT (\(fragment.sql)) THEN 'false' END"
        case .integer, .decimal, .double: return writer.text(fragment)
        default: return "my_json_text(\(writer.text(fragment)))"
        }
    }
}
