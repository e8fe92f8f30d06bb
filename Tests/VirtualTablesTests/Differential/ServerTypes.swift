import Foundation
import MySQLWire
import TestServers

/// What a server tells of the columns of its answers, by the `mariadb` client's `--column-type-info`.
enum ServerTypes {
    struct Column {
        var name: String
        var type: String
        var isText: Bool
        var decimals: Int
        var isNotNull: Bool
        var isUnsigned: Bool

        var shown: String {
            ColumnForm.shown(type, isText: isText, decimals: decimals, isNotNull: isNotNull, isUnsigned: isUnsigned)
        }
    }

    /// The columns of each statement's answer, by the statement's position.
    static func read(of statements: [String], from server: MariaDBServer) async throws -> [Int: [Column]] {
        let script = server.directory + "/types.sql"
        let output = server.directory + "/types.txt"
        var text = "USE cluster_schema; SET time_zone = '+00:00', timestamp = 1700000000.123456;\n"
        for (index, statement) in statements.enumerated() {
            text += "SELECT 'statement \(index)' AS marker_\(index);\n\(statement)\n;\n"
        }
        try text.write(toFile: script, atomically: true, encoding: .utf8)
        let client = try await ChildProcess.start(
            "mariadb",
            [
                "--no-defaults", "--socket=\(server.socketPath)", "--user=root", "--default-character-set=utf8mb4",
                "--column-type-info", "--table", "--force",
            ],
            inputFile: script,
            outputFile: output
        )
        _ = await client.waitForExit()
        return parse(try String(contentsOfFile: output, encoding: .utf8))
    }

    private static func parse(_ output: String) -> [Int: [Column]] {
        var result: [Int: [Column]] = [:]
        var statement = -1
        var name = ""
        var fields: [String: String] = [:]
        for line in output.split(separator: "\n") {
            if line.hasPrefix("Field "), let start = line.firstIndex(of: "`") {
                name = String(line[line.index(after: start)...].dropLast())
                fields = [:]
                if name.hasPrefix("marker_"), let number = Int(name.dropFirst(7)) { statement = number }
            } else if let colon = line.firstIndex(of: ":"), !line.hasPrefix("|") {
                fields[String(line[..<colon])] = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
                guard line.hasPrefix("Flags:"), !name.hasPrefix("marker_") else { continue }
                let flags = (fields["Flags"] ?? "").split(separator: " ")
                result[statement, default: []].append(
                    Column(
                        name: name,
                        type: String((fields["Type"] ?? "").prefix { $0 != " " }),
                        isText: fields["Collation"]?.hasPrefix("utf8mb4") ?? false,
                        decimals: Int(fields["Decimals"] ?? "") ?? 0,
                        isNotNull: flags.contains("NOT_NULL"),
                        isUnsigned: flags.contains("UNSIGNED")
                    )
                )
            }
        }
        return result
    }
}

/// What of a column's definition must be the same.
enum ColumnForm {
    static func shown(_ type: String, isText: Bool, decimals: Int, isNotNull: Bool, isUnsigned: Bool) -> String {
        // Texts have no digits behind a point; the servers say 0, 31 or 39 for that. STRING is VAR_STRING to all clients.
        let name = type == "STRING" ? "VAR_STRING" : type
        let isNumeric = ["NEWDECIMAL", "DOUBLE", "DATETIME", "TIME"].contains(name)
        return "\(name)\(isNumeric ? "(\(decimals))" : "")\(isText ? " text" : "")"
            + "\(isUnsigned && name != "VAR_STRING" ? " UNSIGNED" : "")\(isNotNull ? " NOT NULL" : "")"
    }
}

extension ColumnDefinition {
    var shown: String {
        let name =
            switch type {
            case .long: "LONG"
            case .double: "DOUBLE"
            case .null: "NULL"
            case .longLong: "LONGLONG"
            case .date: "DATE"
            case .time: "TIME"
            case .dateTime: "DATETIME"
            case .newDecimal: "NEWDECIMAL"
            case .varString: "VAR_STRING"
            case .blob: "BLOB"
            }
        return ColumnForm.shown(
            name,
            isText: characterSet == CharacterSet.utf8mb4,
            decimals: Int(decimals),
            isNotNull: flags.contains(.notNull),
            isUnsigned: flags.contains(.unsigned)
        )
    }
}
