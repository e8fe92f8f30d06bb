import QueryRouting

/// Where the parentheses of a statement lead, found once: looking ahead from each of many would take the square of their
/// number.
struct Parentheses {
    /// For each opening parenthesis the index of its closing one.
    private(set) var closings: [Int: Int] = [:]
    /// For each opening parenthesis the index of the first token behind it that opens none.
    private(set) var ends: [Int: Int] = [:]

    init(_ statement: TokenizedStatement) {
        var open: [Int] = []
        for (index, token) in statement.tokens.enumerated() where token.kind == .symbol {
            if statement.isSymbol(token, "(") {
                open.append(index)
            } else if statement.isSymbol(token, ")"), let start = open.popLast() {
                closings[start] = index
            }
        }
        var end = statement.tokens.count
        for index in statement.tokens.indices.reversed() {
            if statement.isSymbol(statement.tokens[index], "(") {
                ends[index] = end
            } else {
                end = index
            }
        }
    }
}
