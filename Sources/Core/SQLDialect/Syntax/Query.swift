import QueryRouting

/// A query with its common table expressions, order and limit.
struct Query {
    var commonTables: [CommonTable] = []
    var isRecursive = false
    /// Parts of a UNION; most queries have one. A list, so that a long chain is no deep tree.
    var first: QueryTerm
    var rest: [(operation: SetOperation, term: QueryTerm)] = []
    var order: [OrderTerm] = []
    var limit: Limit?
}

struct CommonTable {
    var name: String
    var columns: [String]
    var query: Query
}

enum SetOperation: String {
    case union = "UNION"
    case unionAll = "UNION ALL"
}

indirect enum QueryTerm {
    case select(Select)
    /// In parentheses.
    case query(Query)
}

struct Select {
    var isDistinct = false
    var items: [SelectItem] = []
    /// Joined from left to right; the first has no join of its own.
    var from: [JoinedTable] = []
    var condition: Expression?
    var groups: [OrderTerm] = []
    var having: Expression?
}

enum SelectItem {
    /// `*` or `t.*`.
    case star(qualifier: [String])
    /// The name is the alias, or what MySQL calls an item without one.
    case expression(Expression, name: String, isAlias: Bool)
}

struct OrderTerm {
    var expression: Expression
    var isDescending = false
}

struct Limit {
    var count: Expression
    var offset: Expression?
}

struct JoinedTable {
    enum Kind {
        case inner
        case left
        case right
    }

    enum Condition {
        case none
        case on(Expression)
        case using([String])
    }

    var kind = Kind.inner
    var source: TableSource
    var condition = Condition.none
}

indirect enum TableSource {
    case table(TableName, alias: String?)
    case derived(Query, alias: String, columns: [String])
    /// A join in parentheses.
    case group([JoinedTable])
}
