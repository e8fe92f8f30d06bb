package import MySQLWire

extension MixedStatement {
    /// What the rows of all virtual tables of a statement may take in it, in bytes.
    package static let maximumRowBytes = 4 * 1024 * 1024

    /// The statement as mysqld gets it.
    ///
    /// - Parameter rows: of each table that `tables` names, with the columns that `columns(of:)` keeps.
    /// - Throws: `SQLError` 1104 when the rows take more than `limit` bytes.
    package func rewritten(
        with rows: [String: ResultSet],
        limit: Int = MixedStatement.maximumRowBytes
    ) throws(SQLError) -> [UInt8] {
        var result: [UInt8] = []
        var position = 0
        var left = limit
        for edit in edits where edit.bytes.lowerBound >= position && edit.bytes.upperBound <= text.count {
            result += text[position..<edit.bytes.lowerBound]
            position = edit.bytes.upperBound
            switch edit.replacement {
            case .nothing: break
            case .words(let words): result += words.utf8
            case .name(let name): SQLName.append(name, to: &result)
            case .schemata(let columns, let alias):
                let list = "information_schema.SCHEMATA"
                result += " (SELECT * FROM \(list) UNION ALL SELECT \(columns) FROM DUAL WHERE NOT EXISTS ".utf8
                result += "(SELECT 1 FROM \(list) WHERE SCHEMA_NAME = '\(VirtualSchema.name)')) ".utf8
                if let alias {
                    result += "AS ".utf8
                    SQLName.append(alias, to: &result)
                }
            case .rows(let table, let alias):
                guard let rows = rows[table] else { throw .unknownTable(table) }
                let start = result.count
                // The name may touch the word before it, as in "FROM`cluster_schema`.members".
                result += " (".utf8
                guard DerivedTable(rows: rows).append(to: &result, end: start + left) else {
                    throw .tooManyRowsForServer(limit: limit)
                }
                result += ") ".utf8
                if let alias {
                    result += "AS ".utf8
                    SQLName.append(alias, to: &result)
                }
                left = max(0, left - (result.count - start))
            }
        }
        result += text[position...]
        return result
    }
}
