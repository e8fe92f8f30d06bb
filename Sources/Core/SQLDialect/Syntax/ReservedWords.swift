/// Words that name nothing unless they are quoted.
///
/// Those of MySQL's reserved words that SELECT uses, and some that would only hide a mistake. A word that is reserved in
/// one of MariaDB and MySQL alone is a name here, unless the grammar needs it.
enum ReservedWords {
    static let all: Set<String> = [
        "all", "and", "as", "asc", "between", "binary", "by", "case", "collate", "cross", "delete", "desc", "describe",
        "distinct", "distinctrow", "div", "drop", "dual", "else", "except", "exists", "explain", "false", "fetch",
        "for", "force", "from", "group", "having", "high_priority", "ignore", "in", "inner", "insert", "intersect",
        "interval", "into", "is", "join", "key", "lateral", "left", "like", "limit", "lock", "mod", "natural", "not",
        "null", "on", "or", "order", "outer", "over", "partition", "procedure", "recursive", "regexp", "replace",
        "right", "rlike", "select", "set", "sql_big_result", "sql_calc_found_rows", "sql_small_result",
        "straight_join", "table", "then", "to", "true", "union", "unsigned", "update", "use", "using", "values",
        "when", "where", "window", "with", "xor",
    ]
}
