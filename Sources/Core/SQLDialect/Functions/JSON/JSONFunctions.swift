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
}
