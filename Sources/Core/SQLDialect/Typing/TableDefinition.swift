import QueryRouting

/// One virtual table as its file in `sql/tables/` defines it: the statement that creates it and what its comments say.
package struct TableDefinition: Hashable, Sendable {
    package struct Column: Hashable, Sendable {
        package var name: String
        package var type: DeclaredType
        package var isNullable: Bool
        /// Meaning, unit and when it is NULL.
        package var comment: String

        package init(name: String, type: DeclaredType, isNullable: Bool, comment: String) {
            self.name = name
            self.type = type
            self.isNullable = isNullable
            self.comment = comment
        }
    }

    /// The schema that it is in, in lower case: `cluster_schema`, or that of a compatibility view.
    package let schema: String
    /// In upper case, but for a schema whose own names are in lower case.
    package let name: String
    package let comment: String
    package let columns: [Column]
    /// The file's text.
    package let sql: String

    /// A table that is not defined by a file.
    package init(schema: String, name: String, columns: [Column]) {
        self.schema = schema
        self.name = name
        self.comment = ""
        self.columns = columns
        self.sql = ""
    }

    /// Reads a definition, whose form is fixed: comment lines, the CREATE TABLE line, and for each column its comment
    /// lines and one line of its own.
    ///
    /// Nil for any other form: such a file is a mistake of ours, which the tests find.
    package init?(sql: String) {
        var schema = ""
        var name: String?
        var tableComment: [Substring] = []
        var comment: [Substring] = []
        var columns: [Column] = []
        for rawLine in sql.split(separator: "\n") {
            let line = rawLine.drop { $0 == " " }
            if line.hasPrefix("-- ") {
                comment.append(line.dropFirst(3))
            } else if line.hasPrefix("CREATE TABLE ") {
                let parts = line.dropFirst("CREATE TABLE ".count).dropLast(2).split(separator: ".")
                guard name == nil, line.hasSuffix(" ("), parts.count == 2 else { return nil }
                schema = String(parts[0])
                name = String(parts[1])
                tableComment = comment
                comment = []
            } else if line == ");" {
                break
            } else {
                guard name != nil, let column = Self.column(line, comment: comment) else { return nil }
                columns.append(column)
                comment = []
            }
        }
        guard let name, !columns.isEmpty, !tableComment.isEmpty else { return nil }
        self.schema = schema
        self.name = name
        self.comment = tableComment.joined(separator: " ")
        self.columns = columns
        self.sql = sql
    }

    /// With its schema.
    package var qualifiedName: String { "\(schema).\(name)" }

    /// `NAME TYPE [UNSIGNED] [NOT NULL] [COLLATE NOCASE]`
    private static func column(_ line: Substring, comment: [Substring]) -> Column? {
        var words = line.split(separator: " ").map { $0.hasSuffix(",") ? $0.dropLast() : $0 }
        guard words.count >= 2, !comment.isEmpty else { return nil }
        let name = String(words.removeFirst())
        var type = String(words.removeFirst())
        if words.first == "UNSIGNED" { type += " " + words.removeFirst() }
        let isNullable = !words.starts(with: ["NOT", "NULL"])
        return Column(
            name: name,
            type: DeclaredType(type),
            isNullable: isNullable,
            comment: comment.joined(separator: " ")
        )
    }
}
