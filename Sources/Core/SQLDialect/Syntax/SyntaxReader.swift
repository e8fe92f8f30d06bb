import MySQLWire
import QueryRouting

/// Reads a statement's tokens for the parser, which is this type's extensions, one file for each part of the grammar.
///
/// What it accepts is MySQL's SELECT, as MariaDB's and MySQL's manuals describe it. Depth is bounded twice: by the
/// nesting of the text, and by the height of the tree that an expression becomes.
struct SyntaxReader {
    /// How deeply parentheses, functions and queries may lie within each other.
    private static let maximumNesting = 100
    /// How high the tree of an expression may be.
    private static let maximumHeight = 300

    let statement: TokenizedStatement
    let tokens: [SQLToken]
    /// `||` joins texts (`sql_mode` PIPES_AS_CONCAT).
    let pipesConcatenate: Bool
    let isMariaDB: Bool
    var index = 0
    /// The height of what was read of the part at hand (`part`).
    var height = 0
    var parameterCount = 0
    private var nesting = 0
    private let parentheses: Parentheses

    init(_ statement: TokenizedStatement, pipesConcatenate: Bool, isMariaDB: Bool) {
        self.statement = statement
        self.tokens = statement.tokens
        self.pipesConcatenate = pipesConcatenate
        self.isMariaDB = isMariaDB
        self.parentheses = Parentheses(statement)
    }

    // MARK: Looking

    var isAtEnd: Bool { index >= tokens.count }

    /// The unquoted word so far ahead, in lower case; empty if there is none.
    func word(_ offset: Int = 0) -> String {
        tokens.indices.contains(index + offset) ? statement.word(tokens[index + offset]) : ""
    }

    func isSymbol(_ symbol: String, _ offset: Int = 0) -> Bool {
        tokens.indices.contains(index + offset) && statement.isSymbol(tokens[index + offset], symbol)
    }

    func kind(_ offset: Int = 0) -> SQLToken.Kind? {
        tokens.indices.contains(index + offset) ? tokens[index + offset].kind : nil
    }

    func isWord(_ word: String, _ offset: Int = 0) -> Bool {
        tokens.indices.contains(index + offset) && statement.isWord(tokens[index + offset], word)
    }

    /// Whether a query begins here, perhaps behind parentheses.
    func isQueryAhead() -> Bool {
        let offset = (parentheses.ends[index] ?? index) - index
        return ["select", "with"].contains(word(offset)) || (word(offset) == "values" && offset == 0)
    }

    /// How far ahead the parenthesis that opens there is closed; nil for any other token.
    func closing(_ offset: Int = 0) -> Int? {
        parentheses.closings[index + offset].map { $0 - index }
    }

    /// Whether a query goes on there, so that parentheses before it hold a part of it.
    func isQueryContinued(_ offset: Int) -> Bool {
        ["union", "except", "intersect", "order", "limit"].contains(word(offset))
    }

    // MARK: Taking

    mutating func take(_ word: String) -> Bool {
        guard isWord(word) else { return false }
        index += 1
        return true
    }

    mutating func takeSymbol(_ symbol: String) -> Bool {
        guard isSymbol(symbol) else { return false }
        index += 1
        return true
    }

    mutating func take(anyOf words: [String]) -> String? {
        let word = word()
        guard words.contains(word) else { return nil }
        index += 1
        return word
    }

    mutating func expect(_ word: String) throws(SQLError) {
        guard take(word) else { throw syntaxError() }
    }

    mutating func expectSymbol(_ symbol: String) throws(SQLError) {
        guard takeSymbol(symbol) else { throw syntaxError() }
    }

    /// A name: quoted, or a word that the grammar does not need for itself.
    mutating func takeName() -> String? {
        guard tokens.indices.contains(index), let name = statement.name(tokens[index]) else { return nil }
        if tokens[index].kind == .word, ReservedWords.all.contains(name.asciiLowercased) { return nil }
        index += 1
        return name
    }

    mutating func expectName() throws(SQLError) -> String {
        guard let name = takeName() else { throw syntaxError() }
        return name
    }

    /// Behind a point every word is a name.
    mutating func expectNameBehindPoint() throws(SQLError) -> String {
        guard tokens.indices.contains(index), let name = statement.name(tokens[index]) else { throw syntaxError() }
        index += 1
        return name
    }

    mutating func takeText() -> String? {
        guard tokens.indices.contains(index), let text = statement.text(tokens[index]) else { return nil }
        index += 1
        return text
    }

    /// Digits without sign or point.
    mutating func takeNumber() -> Int? {
        guard kind() == .number, let number = Int(statement.source(tokens[index])) else { return nil }
        index += 1
        return number
    }

    /// `(n)`.
    mutating func takeLength() throws(SQLError) -> Int? {
        guard takeSymbol("(") else { return nil }
        guard let number = takeNumber() else { throw syntaxError() }
        try expectSymbol(")")
        return number
    }

    // MARK: Errors and bounds

    /// Error 1064 that quotes the statement from here on.
    func syntaxError() -> SQLError {
        StatementErrors.syntax(in: statement, atToken: index)
    }

    static let tooDeep = SQLError(
        errno: 1436,
        sqlState: "HY000",
        message: "Thread stack overrun: the statement on cluster_schema is nested too deeply"
    )

    /// Reads a part of the statement that may hold itself.
    mutating func nested<Result>(
        _ body: (inout SyntaxReader) throws(SQLError) -> Result
    ) throws(SQLError) -> Result {
        guard nesting < Self.maximumNesting else { throw Self.tooDeep }
        nesting += 1
        let result = try part(body)
        nesting -= 1
        return result
    }

    /// Reads a part of a tree that stands beside those before it: the highest of them counts.
    mutating func part<Result>(
        _ body: (inout SyntaxReader) throws(SQLError) -> Result
    ) throws(SQLError) -> Result {
        let other = height
        height = 0
        let result = try body(&self)
        height = max(height, other)
        return result
    }

    /// Notes that there is one more storey on top of the parts.
    mutating func raise() throws(SQLError) {
        height += 1
        guard height <= Self.maximumHeight else { throw Self.tooDeep }
    }
}
