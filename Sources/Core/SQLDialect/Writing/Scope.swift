import MySQLWire
import QueryRouting

/// The names that an expression may use, by the query that it stands in.
final class Scope {
    /// A column that can be named.
    struct Column {
        let name: String
        /// The name in lower case.
        let key: String
        /// As SQLite knows it: `t3."ROLE"`.
        var sql: String
        var type: ValueType
        var origin: Origin?
        /// Left out of `*` and of unqualified names: the other side of USING.
        var isHidden = false

        init(name: String, sql: String, type: ValueType, origin: Origin? = nil) {
            self.name = name
            self.key = name.asciiLowercased
            self.sql = sql
            self.type = type
            self.origin = origin
        }
    }

    /// The base table that a column comes from.
    struct Origin: Hashable {
        /// In lower case.
        var schema: String
        var table: String
        var column: String
        /// What the statement calls the table.
        var alias: String
    }

    struct Table {
        /// What the statement calls it.
        var name: String
        /// Nil for derived tables and common table expressions.
        var schema: String?
        var columns: [Column]
    }

    enum Lookup {
        case found(Column)
        case ambiguous
        case missing
        /// A column of a query around it, which may not be named there.
        case outOfReach
    }

    let outer: Scope?
    var tables: [Table] = []
    /// The columns that the query gives, by their names; what HAVING, GROUP BY and ORDER BY may use too.
    var items: [(name: String, expression: Expression)] = []

    /// SQLite knows no columns of the queries around in GROUP BY and ORDER BY.
    private var isClosed = false

    init(outer: Scope?) {
        self.outer = outer
    }

    /// For what stands in GROUP BY and ORDER BY.
    func closed<Value>(_ body: () throws(SQLError) -> Value) throws(SQLError) -> Value {
        isClosed = true
        defer { isClosed = false }
        return try body()
    }

    /// How many columns a name is compared with at most.
    var reach: Int {
        tables.reduce(outer?.reach ?? 0) { $0 + $1.columns.count }
    }

    /// In this query, or the nearest around it that has the name.
    func column(_ name: ColumnName) -> Lookup {
        var scope: Scope? = self
        var isOutOfReach = false
        while let here = scope {
            let found = here.columnHere(name)
            guard case .missing = found else { return isOutOfReach ? .outOfReach : found }
            isOutOfReach = isOutOfReach || here.isClosed
            scope = here.outer
        }
        return .missing
    }

    func columnHere(_ name: ColumnName) -> Lookup {
        let parts = name.parts.map(\.asciiLowercased)
        guard let wanted = parts.last else { return .missing }
        var matches: [Column] = []
        for table in tables {
            if parts.count > 1 {
                guard matchesQualifier(table, parts.dropLast()) else { continue }
                matches += table.columns.filter { $0.key == wanted }.prefix(1)
            } else {
                matches += table.columns.filter { !$0.isHidden && $0.key == wanted }
            }
        }
        guard let first = matches.first else { return .missing }
        return matches.count == 1 ? .found(first) : .ambiguous
    }

    /// - Parameter qualifier: `t` or `s.t`, in lower case.
    func matchesQualifier(_ table: Table, _ qualifier: ArraySlice<String>) -> Bool {
        guard table.name.asciiLowercased == qualifier.last else { return false }
        guard qualifier.count == 2, let schema = qualifier.first else { return true }
        return table.schema?.asciiLowercased == schema
    }
}
