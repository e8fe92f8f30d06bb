/// The words in which MySQL's and SQLite's SELECT differ, and those which both know.
enum Dialect {
    /// Words of the grammar of SELECT: handed on as they are. Every other word is a name and is quoted, so that no
    /// keyword of SQLite alone can get in its way.
    static let keywords: Set<String> = [
        "all", "and", "as", "asc", "between", "by", "case", "cross", "current", "desc", "distinct", "else", "end",
        "escape", "except", "exists", "false", "first", "following", "from", "full", "group", "groups", "having", "in",
        "inner", "intersect", "is", "join", "last", "left", "like", "limit", "natural", "not", "null", "nulls",
        "offset", "on", "or", "order", "outer", "over", "partition", "preceding", "range", "recursive", "right", "row",
        "rows", "select", "then", "true", "unbounded", "union", "using", "values", "when", "where", "window", "with",
    ]

    /// Keywords that may also be names: quoted unless what follows or stands before shows the keyword.
    static let keywordsBehindOver: Set<String> = [
        "current", "first", "following", "groups", "last", "nulls", "preceding", "range", "row", "rows", "unbounded",
    ]

    /// Keywords that end an operand, so that a name behind them is an alias.
    static let operandWords: Set<String> = ["end", "null", "true", "false"]

    /// Words between SELECT and the columns that say nothing here.
    static let selectModifiers: Set<String> = [
        "all", "high_priority", "straight_join", "sql_small_result", "sql_big_result", "sql_buffer_result",
        "sql_no_cache", "sql_cache", "sql_calc_found_rows",
    ]

    /// Functions that have another name in SQLite or among our own.
    static let functionNames: [String: String] = [
        "if": "iif", "ucase": "upper", "lcase": "lower", "mid": "substr", "substring": "substr",
        "char_length": "length", "character_length": "length", "length": "octet_length", "current_timestamp": "now",
        "localtime": "now", "localtimestamp": "now", "sysdate": "now", "utc_timestamp": "now",
        "session_user": "user", "system_user": "user", "current_user": "user", "curdate": "current_day",
        "current_date": "current_day", "utc_date": "current_day", "curtime": "current_clock",
        "current_time": "current_clock", "utc_time": "current_clock", "power": "pow", "ceiling": "ceil",
        "schema": "database",
    ]

    /// Functions that may be called without parentheses.
    static let bareFunctions: Set<String> = [
        "current_timestamp", "localtime", "localtimestamp", "utc_timestamp", "current_user", "current_date",
        "utc_date", "current_time", "utc_time",
    ]

    /// Functions of SQLite that touch nothing but their arguments. All others are refused when a statement is compiled.
    static let nativeFunctions: Set<String> = [
        // aggregates and windows
        "avg", "count", "group_concat", "max", "min", "sum", "total", "row_number", "rank", "dense_rank",
        "percent_rank", "cume_dist", "ntile", "lag", "lead", "first_value", "last_value", "nth_value",
        // values and text
        "abs", "coalesce", "hex", "ifnull", "iif", "instr", "length", "like", "lower", "ltrim", "nullif", "quote",
        "replace", "round", "rtrim", "sign", "substr", "trim", "upper",
        // numbers
        "acos", "asin", "atan", "atan2", "ceil", "ceiling", "cos", "degrees", "exp", "floor", "ln", "log", "log10",
        "log2", "mod", "pi", "pow", "radians", "sin", "sqrt", "tan",
        // times of our texts
        "date", "time",
        // JSON
        "json_array", "json_array_length", "json_extract", "json_group_array", "json_group_object", "json_object",
        "json_quote", "json_type", "json_valid", "->", "->>",
    ]

    /// The storage class of a CAST's type; nil for a type that is not known.
    static func castType(_ word: String) -> String? {
        switch word {
        case "signed", "unsigned", "int", "integer", "bigint": "INTEGER"
        case "char", "varchar", "nchar", "date", "datetime", "time", "timestamp", "json", "text": "TEXT"
        case "decimal", "double", "float", "real", "numeric": "REAL"
        case "binary", "varbinary": "BLOB"
        default: nil
        }
    }
}
