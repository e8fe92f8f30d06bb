import MySQLWire
import QueryRouting

/// Turns a query in MySQL's dialect into SQLite's, token by token.
///
/// It does not parse expressions; SQLite does. What has no counterpart is refused with error 1235 rather than
/// answered in another sense. Each column without an alias gets one, so that SQLite names it as MySQL would.
struct StatementTranslator {
    private let statement: TokenizedStatement
    private let schema: VirtualSchema
    private let tokens: [SQLToken]
    /// For each opening parenthesis the index of its closing one.
    private let closings: [Int: Int]

    private var output: [UInt8] = []
    private var result = Translation()
    private var frames = [Frame()]
    private var index = 0
    /// How many parentheses to close behind the token of this index.
    private var closingsOwed: [Int: Int] = [:]
    private var hasItems = false

    /// What an open parenthesis, or the statement itself, holds.
    private struct Frame {
        enum Kind {
            case query
            case expression
            case arguments
            case cast
            case convert
            case groupConcat
            case over
        }
        var kind = Kind.query
        var clause = Translation.Clause.fieldList
        /// Index of the first token of the column that is being read; nil outside a list of columns.
        var itemStart: Int?
    }

    /// - Throws: `SQLError` 1235 for what has no counterpart, 1193 for an unknown system variable, 1064 for tokens that
    ///   make no statement.
    static func translate(_ text: String, mode: LexicalMode, schema: VirtualSchema) throws(SQLError) -> Translation {
        let statement = SQLTokenizer.tokenize(Array(text.utf8), mode: mode)
        guard statement.defect == nil else { throw .syntax(near: "", line: 1) }
        var translator = StatementTranslator(statement, schema)
        try translator.run()
        return translator.result
    }

    private init(_ statement: TokenizedStatement, _ schema: VirtualSchema) {
        self.statement = statement
        self.schema = schema
        self.tokens = statement.tokens
        var closings: [Int: Int] = [:]
        var open: [Int] = []
        for (index, token) in statement.tokens.enumerated() where token.kind == .symbol {
            if statement.isSymbol(token, "(") {
                open.append(index)
            } else if statement.isSymbol(token, ")"), let start = open.popLast() {
                closings[start] = index
            }
        }
        self.closings = closings
    }

    private mutating func run() throws(SQLError) {
        while index < tokens.count {
            let start = index
            try translateToken()
            let owed = (start..<max(index, start + 1)).reduce(0) { $0 + (closingsOwed[$1] ?? 0) }
            for _ in 0..<owed { emit(")") }
        }
        finishItem(before: tokens.count)
        result.sql = String(decoding: output, as: UTF8.self)
        result.tables = TableReferences(statement).tables
    }

    // MARK: Reading

    private func word(at index: Int) -> String {
        tokens.indices.contains(index) ? statement.word(tokens[index]) : ""
    }

    private func isSymbol(_ symbol: String, at index: Int) -> Bool {
        tokens.indices.contains(index) && statement.isSymbol(tokens[index], symbol)
    }

    private func kind(at index: Int) -> SQLToken.Kind? {
        tokens.indices.contains(index) ? tokens[index].kind : nil
    }

    private var frame: Frame {
        get { frames.last ?? Frame() }
        set { frames[frames.count - 1] = newValue }
    }

    // MARK: Writing

    private mutating func emit(_ text: String) {
        if !output.isEmpty { output.append(UInt8(ascii: " ")) }
        result.origins.append(
            Translation.Origin(offset: output.count, token: min(index, tokens.count), clause: frame.clause)
        )
        output.append(contentsOf: text.utf8)
    }

    private mutating func emitName(_ name: String) {
        emit(Self.quoted(name, "\""))
    }

    private static func quoted(_ text: String, _ quote: Character) -> String {
        var result = String(quote)
        for character in text {
            if character == quote { result.append(quote) }
            // SQLite's text ends at a NUL; no name of ours holds one.
            if character != "\0" { result.append(character) }
        }
        result.append(quote)
        return result
    }

    private mutating func emitText(_ text: String) {
        guard text.utf8.contains(0) else {
            return emit(Self.quoted(text, "'"))
        }
        let digits = Array("0123456789ABCDEF")
        let hexadecimal = String(text.utf8.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
        emit("CAST ( x'\(hexadecimal)' AS TEXT )")
    }

    // MARK: Tokens

    private mutating func translateToken() throws(SQLError) {
        let token = tokens[index]
        switch token.kind {
        case .word, .quotedName: try translateName()
        case .string: translateString()
        case .number:
            emit(statement.source(token))
            index += 1
        case .hexadecimalNumber:
            guard token.end - token.start <= 18 else { throw syntaxError() }
            emit(statement.source(token))
            index += 1
        case .hexadecimalString: try translateHexadecimalString()
        case .bitNumber, .bitString: try translateBits()
        case .systemVariable: try translateSystemVariable()
        case .userVariable: throw .unsupported("user variables in a statement on cluster_schema")
        case .parameter: translateParameter()
        case .symbol: try translateSymbol()
        }
    }

    private func syntaxError() -> SQLError {
        StatementErrors.syntax(in: statement, atToken: index)
    }

    // MARK: Literals

    private mutating func translateString() {
        let isAlias = isAlias(at: index)
        var text = statement.text(tokens[index]) ?? ""
        if isAlias {
            emitName(text)
            index += 1
            return
        }
        // Strings side by side are one.
        while kind(at: index + 1) == .string, !self.isAlias(at: index + 1) {
            index += 1
            text += statement.text(tokens[index]) ?? ""
        }
        let isEscape = word(at: index - 1) == "escape"
        emitText(text)
        // Without it, 'a' = UPPER('a') would be false.
        if !isEscape, word(at: index + 1) != "collate" { emit("COLLATE NOCASE") }
        index += 1
    }

    private mutating func translateParameter() {
        let isEscape = word(at: index - 1) == "escape"
        emit("?")
        if !isEscape, word(at: index + 1) != "collate" { emit("COLLATE NOCASE") }
        index += 1
    }

    /// `x'4142'` is text to MySQL wherever a number is not asked for.
    private mutating func translateHexadecimalString() throws(SQLError) {
        let token = tokens[index]
        let digits = statement.source(token).dropFirst(2).dropLast().utf8.compactMap { UInt8(ascii: $0) }
        guard digits.count.isMultiple(of: 2), digits.count == token.end - token.start - 3 else { throw syntaxError() }
        let bytes = stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
        emitText(String(decoding: bytes, as: UTF8.self))
        index += 1
    }

    private mutating func translateBits() throws(SQLError) {
        let digits = statement.source(tokens[index]).dropFirst(2).filter { $0 != "'" }
        guard let number = Int64(digits, radix: 2) else { throw syntaxError() }
        emit(String(number))
        index += 1
    }

    private mutating func translateSystemVariable() throws(SQLError) {
        let source = statement.source(tokens[index])
        if let name = SystemVariables.name(in: source), schema.compatibility.answers(variable: name) {
            emit("\"\(CompatibilityVariables.functionName)\" ( '\(name)' )")
            index += 1
            return
        }
        guard let name = SystemVariables.name(in: source), SystemVariables.isKnown(name) else {
            throw .unknownSystemVariable(SystemVariables.name(in: source) ?? String(source.dropFirst(2)))
        }
        emit("\"system_variable\" ( '\(name)' )")
        index += 1
    }

    // MARK: Symbols

    private mutating func translateSymbol() throws(SQLError) {
        let symbol = statement.source(tokens[index])
        switch symbol {
        case "(": try open()
        case ")": close()
        case ",": translateComma()
        case ";": break
        case "&&": emit("AND")
        case "||": emit("OR")
        case "<=>": emit("IS")
        // Of two integers SQLite gives the whole part; MySQL never does.
        case "/": emit("* 1.0 /")
        case "!": negate()
        case ":=", "^": throw .unsupported("the operator \(symbol) in a statement on cluster_schema")
        default: emit(symbol)
        }
        index += 1
    }

    private mutating func translateComma() {
        if frame.itemStart != nil {
            finishItem(before: index)
            emit(",")
            frame.itemStart = index + 1
        } else if frame.kind == .convert, let type = castType(at: index + 1) {
            emit("AS")
            emit(type)
            index = (closings.first { $0.value > index && $0.key < index }?.value ?? index + 2) - 1
        } else {
            emit(",")
        }
    }

    /// `!` binds more tightly than NOT, so that what it negates is put into parentheses.
    private mutating func negate() {
        var end = index + 1
        while isSymbol("!", at: end) || isSymbol("-", at: end) || isSymbol("+", at: end) { end += 1 }
        if kind(at: end) == .word || kind(at: end) == .quotedName {
            while isSymbol(".", at: end + 1) { end += 2 }
            if isSymbol("(", at: end + 1) { end += 1 }
        }
        end = closings[end] ?? end
        closingsOwed[end, default: 0] += 1
        emit("( NOT")
    }

    // MARK: Parentheses

    private mutating func open() throws(SQLError) {
        let isQuery = ["select", "with", "values"].contains(word(at: index + 1))
        if isQuery, isWholeQueryExpression() {
            // SQLite takes no parentheses around the parts of a UNION.
            emit("SELECT * FROM (")
        } else {
            emit("(")
        }
        let isWindow = word(at: index - 1) == "over" || (word(at: index - 1) == "as" && !isQuery)
        let kind: Frame.Kind = isQuery ? .query : isWindow ? .over : .expression
        frames.append(Frame(kind: kind, clause: isQuery ? .fieldList : frame.clause))
    }

    /// Whether the parenthesis here stands where a query would, and not around a derived table or an operand.
    private func isWholeQueryExpression() -> Bool {
        let before = word(at: index - 1)
        let isBehindSetOperator =
            ["union", "except", "intersect"].contains(before)
            || (["all", "distinct"].contains(before) && ["union", "except", "intersect"].contains(word(at: index - 2)))
        let isAtStart = index == 0 || isSymbol("(", at: index - 1)
        guard isBehindSetOperator || isAtStart else { return false }
        guard let end = closings[index] else { return false }
        return isBehindSetOperator || end + 1 >= tokens.count || isSymbol(")", at: end + 1)
            || isSymbol(";", at: end + 1)
            || ["union", "except", "intersect", "order", "limit"].contains(word(at: end + 1))
    }

    private mutating func close() {
        finishItem(before: index)
        if frames.count > 1 { frames.removeLast() }
        emit(")")
    }

    // MARK: Names and words

    private mutating func translateName() throws(SQLError) {
        let start = index
        var parts: [String] = []
        while parts.count < 3, let name = tokens.indices.contains(index) ? statement.name(tokens[index]) : nil {
            parts.append(name)
            index += 1
            guard isSymbol(".", at: index), kind(at: index + 1) == .word || kind(at: index + 1) == .quotedName else {
                break
            }
            index += 1
        }
        // Behind a point that the loop did not take stands a star or nothing.
        let isPlain = parts.count == 1 && !isSymbol(".", at: index) && !isSymbol(".", at: start - 1)
        if isPlain, tokens[start].kind == .word {
            index = start
            return try translateWord(parts[0].asciiLowercased)
        }
        if isSymbol("(", at: index), parts.count > 1 { throw .unknownFunction(parts.joined(separator: ".")) }
        if parts.count >= 2 || isSymbol(".", at: index), parts[0].asciiLowercased == VirtualSchema.informationSchema,
            parts.count >= 2, schema.informationSchemaTable(parts[1]) != nil
        {
            parts[0] = VirtualSchema.name
        }
        let end = index
        index = start
        emit(parts.map { Self.quoted($0, "\"") }.joined(separator: "."))
        index = end
    }

    private mutating func translateWord(_ word: String) throws(SQLError) {
        if isAlias(at: index) {
            emitName(statement.source(tokens[index]))
            index += 1
            return
        }
        if isSymbol("(", at: index + 1), !Self.isKeywordBeforeParenthesis(word) {
            return try translateFunction(word)
        }
        switch word {
        case "select": translateSelect()
        case "from": try translateFrom()
        case "as":
            if frame.kind == .cast {
                try translateCastType()
            } else {
                emit("AS")
                index += 1
            }
        case "using" where frame.kind == .convert:
            emit("AS TEXT")
            index += 2
        case "where", "having", "group", "order", "limit", "window", "on": translateClause(word)
        case "union", "except", "intersect": translateSetOperator(word)
        case "for", "lock": skipLocking(word)
        case "use", "force", "ignore": skipIndexHint()
        case "straight_join":
            emit("JOIN")
            index += 1
        case "collate": translateCollate()
        case "separator" where frame.kind == .groupConcat:
            emit(",")
            index += 1
        case "div":
            emit("/")
            index += 1
        case "mod":
            emit("%")
            index += 1
        case "with" where self.word(at: index + 1) == "rollup":
            throw .unsupported("WITH ROLLUP on cluster_schema")
        case "xor", "regexp", "rlike", "binary", "interval", "sounds", "match":
            throw .unsupported("\(word.uppercased()) in a statement on cluster_schema")
        case "date", "time", "timestamp":
            // `DATE '2026-01-01'` is the text.
            if kind(at: index + 1) != .string { emitName(statement.source(tokens[index])) }
            index += 1
        default:
            translateOtherWord(word)
        }
    }

    private mutating func translateOtherWord(_ word: String) {
        if Dialect.bareFunctions.contains(word) {
            emitName(Dialect.functionNames[word] ?? word)
            emit("( )")
        } else if Dialect.keywords.contains(word), !Dialect.keywordsBehindOver.contains(word) || isInWindow {
            emit(word.uppercased())
        } else if word.hasPrefix("_"), kind(at: index + 1) == .string || kind(at: index + 1) == .hexadecimalString {
            // A character set before a string: all of ours are utf8mb4.
        } else {
            emitName(statement.source(tokens[index]))
        }
        index += 1
    }

    /// Whether a word like ROWS or FIRST may be a keyword here.
    private var isInWindow: Bool { frame.kind == .over || frame.clause == .order }

    private static func isKeywordBeforeParenthesis(_ word: String) -> Bool {
        if word == "left" || word == "right" || word == "values" { return false }
        return Dialect.keywords.contains(word)
            || ["div", "mod", "xor", "interval", "using"].contains(word) && word != "mod"
    }

    private mutating func translateFunction(_ word: String) throws(SQLError) {
        var kind = Frame.Kind.arguments
        switch word {
        case "cast":
            kind = .cast
            emit("CAST (")
        case "convert":
            kind = .convert
            emit("CAST (")
        case "group_concat":
            kind = .groupConcat
            emit("\"group_concat\" (")
        case "extract", "row", "match", "interval":
            throw .unsupported("\(word.uppercased())() in a statement on cluster_schema")
        default:
            emitName(Dialect.functionNames[word] ?? word)
            emit("(")
        }
        frames.append(Frame(kind: kind, clause: frame.clause))
        index += 2
    }

    // MARK: Parts of a query

    private mutating func translateSelect() {
        emit("SELECT")
        index += 1
        frame.kind = .query
        frame.clause = .fieldList
        while Dialect.selectModifiers.contains(word(at: index))
            || ["distinct", "distinctrow"].contains(word(at: index))
        {
            if word(at: index).hasPrefix("distinct") { emit("DISTINCT") }
            index += 1
        }
        frame.itemStart = index
    }

    private mutating func translateFrom() throws(SQLError) {
        finishItem(before: index)
        if word(at: index + 1) == "dual" {
            index += 2
            return
        }
        guard frame.kind != .arguments else {
            throw .unsupported("FROM between arguments in a statement on cluster_schema")
        }
        frame.clause = .from
        emit("FROM")
        index += 1
    }

    private mutating func translateClause(_ word: String) {
        if word != "on" { finishItem(before: index) }
        switch word {
        case "where": frame.clause = .where
        case "having": frame.clause = .having
        case "group": frame.clause = .group
        case "order": frame.clause = .order
        case "limit": frame.clause = .limit
        case "on": frame.clause = .on
        default: break
        }
        emit(word.uppercased())
        index += 1
    }

    private mutating func translateSetOperator(_ word: String) {
        finishItem(before: index)
        emit(word.uppercased())
        index += 1
        if self.word(at: index) == "distinct" { index += 1 }
    }

    /// FOR UPDATE, FOR SHARE, LOCK IN SHARE MODE: there is nothing to lock.
    private mutating func skipLocking(_ word: String) {
        guard ["update", "share", "in"].contains(self.word(at: index + 1)) else {
            return translateOtherWord(word)
        }
        finishItem(before: index)
        while index < tokens.count, !isSymbol(")", at: index), !isSymbol(";", at: index),
            self.word(at: index) != "union"
        {
            index += 1
        }
    }

    private mutating func skipIndexHint() {
        guard frame.kind == .query, ["index", "key"].contains(word(at: index + 1)) else {
            return translateOtherWord(word(at: index))
        }
        while index < tokens.count, !isSymbol("(", at: index) { index += 1 }
        index = (closings[index] ?? index) + 1
    }

    /// Collations are either binary or without regard to case.
    private mutating func translateCollate() {
        let name = tokens.indices.contains(index + 1) ? (statement.name(tokens[index + 1]) ?? "") : ""
        emit("COLLATE \(name.hasSuffix("_bin") || name.asciiLowercased == "binary" ? "BINARY" : "NOCASE")")
        index += 2
    }

    private func castType(at index: Int) -> String? {
        let word = word(at: index)
        return word.isEmpty ? nil : Dialect.castType(word)
    }

    /// From AS to the closing parenthesis of CAST.
    private mutating func translateCastType() throws(SQLError) {
        guard let type = castType(at: index + 1) else { throw syntaxError() }
        emit("AS")
        emit(type)
        index += 2
        while index < tokens.count, !isSymbol(")", at: index) {
            index = (closings[index] ?? index) + 1
        }
    }

    // MARK: Columns and their names

    /// Ends the column that is being read: gives it an alias if it has none.
    private mutating func finishItem(before end: Int) {
        guard let start = frame.itemStart else { return }
        frame.itemStart = nil
        guard start < end else { return }
        let isOutermost = frames.count == 1 && !hasItems
        let isLastOfList = !isSymbol(",", at: end)

        var item = Translation.SelectItem()
        if isSymbol("*", at: end - 1), end - start == 1 || isSymbol(".", at: end - 2) {
            item.name = nil
        } else if isAlias(at: end - 1, inItemFrom: start) {
            item.name = statement.name(tokens[end - 1]) ?? statement.text(tokens[end - 1]) ?? ""
            item.qualifier = qualifier(start, end - (word(at: end - 2) == "as" ? 2 : 1))
        } else {
            let name = SelectItemName.name(of: statement, start..<end)
            item.name = name
            item.qualifier = qualifier(start, end)
            emit("AS")
            emitName(name)
        }
        if isOutermost {
            result.items.append(item)
            if isLastOfList { hasItems = true }
        }
    }

    /// `t` of the plain column `t.c` or `s.t.c`.
    private func qualifier(_ start: Int, _ end: Int) -> String? {
        let range = tokens[start..<max(start, end)]
        guard range.count >= 3, isSymbol(".", at: end - 2),
            range.allSatisfy({ $0.kind == .word || $0.kind == .quotedName || statement.isSymbol($0, ".") })
        else { return nil }
        return statement.name(tokens[end - 3])
    }

    /// Whether the token ends a column of the list that is being read, as its alias.
    private func isAlias(at index: Int) -> Bool {
        guard let start = frame.itemStart, index > start else { return false }
        let isAtEnd =
            index + 1 >= tokens.count || isSymbol(",", at: index + 1) || isSymbol(")", at: index + 1)
            || isSymbol(";", at: index + 1) || SelectItemName.wordsBehindList.contains(word(at: index + 1))
        return isAtEnd && isAlias(at: index, inItemFrom: start)
    }

    private func isAlias(at index: Int, inItemFrom start: Int) -> Bool {
        SelectItemName.isAlias(in: statement, at: index, itemStart: start)
    }
}

extension UInt8 {
    /// The value of a hexadecimal digit.
    fileprivate init?(ascii digit: UInt8) {
        guard let value = Character(UnicodeScalar(digit)).hexDigitValue else { return nil }
        self = UInt8(value)
    }
}
