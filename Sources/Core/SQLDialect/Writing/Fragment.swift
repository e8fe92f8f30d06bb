/// A piece of the translated statement: an expression and its type.
struct Fragment {
    /// How tightly the text binds.
    enum Binding: Int {
        case loose
        case additive
        case multiplicative
        /// A name, a literal, a call or in parentheses.
        case tight
    }

    var sql: String
    var type: ValueType
    var binding = Binding.tight
    /// The digits behind a decimal's scale are still there: sums are rounded once, not at each step.
    var needsRounding = false
    /// How many digits a decimal has behind the point while it is computed with, if not those of its type.
    var digits: Int?
    /// What it was before it was checked, so that more steps can be put behind it.
    var unchecked: (sql: String, check: DecimalFunctions.Check)?
    /// The base column that it is.
    var origin: Scope.Origin?
    /// SQLite itself knows that the text compares without regard to case.
    var isColumn = false
    /// The text of a literal.
    var literalText: String?

    init(
        _ sql: String,
        _ type: ValueType,
        binding: Binding = .tight,
        needsRounding: Bool = false
    ) {
        self.sql = sql
        self.type = type
        self.binding = binding
        self.needsRounding = needsRounding
    }

    /// How many digits of the number in SQLite stand behind the point.
    var places: Int { type.kind == .decimal ? digits ?? type.decimals : 0 }

    /// As an operand of something that binds so tightly.
    func operand(_ wanted: Binding) -> String {
        binding.rawValue >= wanted.rawValue ? sql : "(\(sql))"
    }
}
