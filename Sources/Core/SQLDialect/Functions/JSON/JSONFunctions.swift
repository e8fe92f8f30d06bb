import MySQLWire

/// JSON as MariaDB writes it: a space behind each colon and comma.
enum JSONFunctions {
    static var all: [SQLFunction] {
        [
            // A value of a known kind as JSON: texts are quoted, all else is JSON already.
            SQLFunction("my_json_text", 1...1) { arguments throws(SQLFunction.Failure) in
                guard let text = arguments[0].text else { return .text("null") }
                return .text(try quoted(text))
            },
            SQLFunction("my_json_array", 0...127) { arguments throws(SQLFunction.Failure) in
                .text(try checked("[" + arguments.map { $0.text ?? "null" }.joined(separator: ", ") + "]"))
            },
            // Names and values in turn; the values are JSON already.
            SQLFunction("my_json_object", 0...127) { arguments throws(SQLFunction.Failure) in
                var members: [String] = []
                for index in stride(from: 0, to: arguments.count - 1, by: 2) {
                    guard let name = arguments[index].text else {
                        throw SQLFunction.Failure(
                            SQLError(
                                errno: 3158,
                                sqlState: "22032",
                                message: "JSON documents may not contain NULL member names."
                            )
                        )
                    }
                    members.append("\(try quoted(name)): \(arguments[index + 1].text ?? "null")")
                }
                return .text(try checked("{" + members.joined(separator: ", ") + "}"))
            },
            // A JSON text without its quotes; any other text stays.
            SQLFunction("my_json_unquote", 1...1) { arguments in
                guard let text = arguments[0].text else { return .null }
                return .text(unquoted(text) ?? text)
            },
        ]
    }

    private static func checked(_ text: String) throws(SQLFunction.Failure) -> String {
        guard text.utf8.count <= MySQLFunctions.maximumBytes else { throw .tooLong }
        return text
    }

    static func quoted(_ text: String) throws(SQLFunction.Failure) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\u{8}": result += "\\b"
            case "\u{c}": result += "\\f"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            default:
                if scalar.value < 0x20 {
                    let digits = String(scalar.value, radix: 16, uppercase: true)
                    result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return try checked(result + "\"")
    }

    private static func unquoted(_ text: String) -> String? {
        let scalars = Array(text.unicodeScalars)
        guard scalars.count >= 2, scalars.first == "\"", scalars.last == "\"" else { return nil }
        var units: [UInt16] = []
        var index = 1
        while index < scalars.count - 1 {
            let scalar = scalars[index]
            index += 1
            guard scalar == "\\" else {
                if scalar == "\"" { return nil }
                units += Array(String(Character(scalar)).utf16)
                continue
            }
            guard index < scalars.count - 1 else { return nil }
            let escaped = scalars[index]
            index += 1
            switch escaped {
            case "b": units.append(8)
            case "f": units.append(12)
            case "n": units.append(10)
            case "r": units.append(13)
            case "t": units.append(9)
            case "u":
                guard index + 4 < scalars.count,
                    let unit = UInt16(String(String.UnicodeScalarView(scalars[index..<(index + 4)])), radix: 16)
                else { return nil }
                units.append(unit)
                index += 4
            default: units += Array(String(Character(escaped)).utf16)
            }
        }
        return String(decoding: units, as: UTF16.self)
    }
}
