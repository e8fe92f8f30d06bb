import QueryRouting

/// A query in SQLite's dialect, with what is needed to describe its result and its errors in MySQL's.
struct Translation {
    /// A column that a query asks for.
    struct SelectItem: Hashable {
        /// What the client reads the column by; nil for `*` and `t.*`, which stand for any number of columns.
        var name: String?
        /// The table before the point, where the item is a plain column with one.
        var qualifier: String?
    }

    /// Where a part of the translation comes from.
    struct Origin {
        /// Offset in the translated text, in bytes.
        var offset: Int
        /// Index of the token in the statement.
        var token: Int
        var clause: Clause
    }

    /// A part of a query, by the name that error messages give it.
    enum Clause: String {
        case fieldList = "field list"
        case from = "from clause"
        case on = "on clause"
        case `where` = "where clause"
        case group = "group statement"
        case having = "having clause"
        case order = "order clause"
        case limit = "limit clause"
    }

    var sql = ""
    /// The outermost query's.
    var items: [SelectItem] = []
    /// In the order of their offsets.
    var origins: [Origin] = []
    /// All tables in FROM clauses.
    var tables: [TableReference] = []

    /// What the translated text at an offset was made from.
    func origin(at offset: Int) -> Origin? {
        origins.last { $0.offset <= offset }
    }
}
