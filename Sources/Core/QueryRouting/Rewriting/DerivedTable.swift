import MySQLWire

/// The rows of a virtual table as a query that any MySQL and MariaDB runs, whatever the session's `sql_mode`,
/// character sets and collations are.
///
/// `SELECT <a value of each type> FROM DUAL WHERE 0 UNION ALL SELECT … UNION ALL SELECT …`: the first part has no row
/// and gives the columns their names, types and collation; the others have literals alone. Texts are hexadecimal, so
/// that nothing in them means anything to the parser.
///
/// The collation is explicit, so that texts compare with those of any table, whatever its collation is: two columns
/// of different collations would be error 1267. It stands behind each literal too, since MariaDB takes a condition on
/// a column into the parts of a UNION.
struct DerivedTable {
    let rows: ResultSet

    /// - Parameter end: what the text's length may be, in bytes.
    /// - Returns: false if the query does not fit; the text is then cut.
    func append(to text: inout [UInt8], end: Int) -> Bool {
        text += "SELECT ".utf8
        for (index, column) in rows.columns.enumerated() {
            if index > 0 { text += ", ".utf8 }
            appendExample(of: column, to: &text)
            text += " AS ".utf8
            SQLName.append(column.name, to: &text)
        }
        text += " FROM DUAL WHERE 0".utf8
        for row in rows.rows {
            text += " UNION ALL SELECT ".utf8
            for (index, (column, value)) in zip(rows.columns, row).enumerated() {
                if index > 0 { text += ", ".utf8 }
                append(value, of: column, to: &text)
            }
            guard text.count <= end else { return false }
        }
        return text.count <= end
    }

    private static let collation = " COLLATE utf8mb4_general_ci"

    // MARK: Types

    /// An expression of the column's type. The servers take the type of a UNION's column from all its parts, and that
    /// of a number from its digits: so it is the longest number.
    private func appendExample(of column: ColumnDefinition, to text: inout [UInt8]) {
        let isNullable = !column.flags.contains(.notNull)
        switch column.type {
        case .longLong: append(column.flags.contains(.unsigned) ? Self.greatest : Self.least, isNullable, to: &text)
        case .long:
            append(column.flags.contains(.unsigned) ? Self.greatestShort : Self.leastShort, isNullable, to: &text)
        case .double: append("0e0", isNullable, to: &text)
        case .dateTime: append("TIMESTAMP'2000-01-01 00:00:00\(Self.zeros(column.decimals))'", isNullable, to: &text)
        default:
            // Such a cast can be NULL anyway. A length of more than 65,535 bytes makes it a TEXT.
            let characters = column.type == .blob ? 16_384 : max(1, Int(column.length) / 4)
            text += "CAST(NULL AS CHAR(\(characters)) CHARACTER SET utf8mb4)\(Self.collation)".utf8
        }
    }

    private static let greatest = "18446744073709551615"
    private static let least = "-9223372036854775807"
    private static let greatestShort = "CAST(4294967295 AS UNSIGNED)"
    private static let leastShort = "-2147483647"

    private static func zeros(_ decimals: UInt8) -> String {
        decimals == 0 ? "" : "." + String(repeating: "0", count: min(6, Int(decimals)))
    }

    private func append(_ example: String, _ isNullable: Bool, to text: inout [UInt8]) {
        text += (isNullable ? "IF(0, NULL, \(example))" : example).utf8
    }

    // MARK: Values

    private func append(_ value: SQLValue, of column: ColumnDefinition, to text: inout [UInt8]) {
        switch value {
        case .null:
            // As for numbers: the type of NULL alone would make the column a DECIMAL.
            text += (column.flags.contains(.unsigned) ? "CAST(NULL AS UNSIGNED)" : "NULL").utf8
        case .integer(let number):
            if column.flags.contains(.unsigned), number >= 0 {
                // A literal alone would be signed and make the column a DECIMAL.
                text += "CAST(\(number) AS UNSIGNED)".utf8
            } else {
                // The least number has no literal: its digits without the sign are out of range.
                text += (number == .min ? "(\(number + 1)-1)" : "\(number)").utf8
            }
        case .unsigned(let number): text += "\(number)".utf8
        case .decimal(let digits): text += (Self.isNumber(digits) ? digits : "NULL").utf8
        case .double(let number):
            let digits = number.isFinite ? "\(number)" : "NULL"
            text += (digits.contains("e") || !number.isFinite ? digits : digits + "e0").utf8
        case .text(let string):
            if column.type == .dateTime, Self.isTime(string) {
                text += "TIMESTAMP'\(string)'".utf8
            } else {
                text += "_utf8mb4 ".utf8
                appendHexadecimal(string.utf8, to: &text)
                text += Self.collation.utf8
            }
        case .blob(let bytes): appendHexadecimal(bytes, to: &text)
        }
    }

    /// Whether it is made of digits with a sign and a point, if any.
    private static func isNumber(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { ASCII.isDigit($0) || "-.".utf8.contains($0) }
    }

    /// Whether it is made of digits and the marks between them.
    private static func isTime(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { ASCII.isDigit($0) || "-: .".utf8.contains($0) }
    }

    private func appendHexadecimal(_ bytes: some Sequence<UInt8>, to text: inout [UInt8]) {
        text += "X'".utf8
        for byte in bytes {
            text.append(Self.digit(byte >> 4))
            text.append(Self.digit(byte & 0x0f))
        }
        text.append(ASCII.singleQuote)
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}

/// A name in backticks, which every `sql_mode` takes for a name.
enum SQLName {
    static func append(_ name: String, to text: inout [UInt8]) {
        text.append(ASCII.backtick)
        for byte in name.utf8 {
            if byte == ASCII.backtick { text.append(byte) }
            text.append(byte)
        }
        text.append(ASCII.backtick)
    }
}
