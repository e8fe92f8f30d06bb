/// An expression as the statement spells it, before names and types are known.
indirect enum Expression {
    case literal(Literal)
    /// Counted from 0.
    case parameter(Int)
    /// `@x`, `@@y`: as typed.
    case variable(String)
    case column(ColumnName)
    case unary(UnaryOperator, Expression)
    case binary(BinaryOperator, Expression, Expression)
    /// A list, so that a long chain is no deep tree.
    case logical(LogicalOperator, [Expression])
    case compare(Comparison, Expression, Expression)
    case between(Expression, low: Expression, high: Expression, isNegated: Bool)
    case inList(Expression, [Expression], isNegated: Bool)
    case inQuery(Expression, Query, isNegated: Bool)
    case like(Expression, pattern: Expression, escape: Expression?, isNegated: Bool)
    case truth(Expression, TruthTest, isNegated: Bool)
    case choice(operand: Expression?, branches: [Branch], otherwise: Expression?)
    case cast(Expression, CastType)
    case collated(Expression, TextCollation)
    /// `x + INTERVAL n unit`.
    case shifted(Expression, Interval, isNegated: Bool)
    case call(FunctionCall)
    case subquery(Query)
    case exists(Query)
}

enum Literal: Hashable {
    case null
    case flag(Bool)
    case integer(Int64)
    /// As typed: digits with a point, or more digits than a BIGINT has.
    case decimal(String)
    case double(String)
    case text(String)
    /// `x'41'`.
    case bytes([UInt8])
    case temporal(TemporalKind, String)
}

enum TemporalKind: Hashable {
    case date
    case time
    case dateTime
}

enum TextCollation: Hashable {
    case caseInsensitive
    case binary
}

/// A column's name of one to three parts.
struct ColumnName {
    var parts: [String]

    var displayed: String { parts.joined(separator: ".") }
}

enum UnaryOperator {
    case negative
    case not
}

enum BinaryOperator: String {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case wholeDivide = "DIV"
    case remainder = "%"
    case concatenate = "||"
}

enum LogicalOperator: String {
    case and = "AND"
    case or = "OR"
}

enum Comparison: String {
    case equal = "="
    case notEqual = "<>"
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case nullSafeEqual = "<=>"
}

enum TruthTest {
    case null
    case isTrue
    case isFalse
}

struct Branch {
    var condition: Expression
    var value: Expression
}

/// The target of CAST and CONVERT.
enum CastType: Hashable {
    case signed
    case unsigned
    /// Nil for any length.
    case text(length: Int?)
    case bytes
    case double
    case date
    case time(fraction: Int)
    case dateTime(fraction: Int)
}

/// `INTERVAL amount unit`.
struct Interval {
    var amount: Expression
    var unit: TimeUnit
}

struct FunctionCall {
    /// In lower case.
    var name: String
    /// As typed, for messages.
    var spelling: String
    var arguments: [Expression] = []
    var isDistinct = false
    /// `COUNT(*)`.
    var hasStar = false
    /// Of GROUP_CONCAT.
    var order: [OrderTerm] = []
    var separator: String?
}
