/// The whole of a result, as text.
package struct QueryResult: Hashable, Sendable {
    package var columns: [String]
    /// One value a column; nil is SQL's NULL.
    package var rows: [[String?]]

    package init(columns: [String] = [], rows: [[String?]] = []) {
        self.columns = columns
        self.rows = rows
    }

    /// The rows with their values by column name.
    package var records: [ResultRecord] {
        rows.map { ResultRecord(zip(columns, $0).map { ($0, $1) }) }
    }
}

/// One row whose values are asked for by column name, whatever the case of its letters.
package struct ResultRecord: Hashable, Sendable {
    private let values: [String: String]

    /// - Parameter values: column names and values; the first of two equal names counts.
    package init(_ values: [(String, String?)]) {
        self.values = Dictionary(
            values.compactMap { name, value in value.map { (name.lowercased(), $0) } },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// Nil for NULL and for a column that the result does not have.
    package subscript(column: String) -> String? {
        values[column.lowercased()]
    }
}
