/// What a session has prepared, as a server alone would have it: with statements on virtual tables among its own.
struct PreparedModel {
    /// What is prepared.
    enum Kind: CaseIterable {
        case write
        case writeWithParameter
        case read
        case virtual
        case virtualWithParameter
        case refusedByServer
        case refusedUnknownColumn
        case refusedUnknownTable
        case refusedUpdate
        case refusedMixed

        /// What COM_STMT_PREPARE answers; nil if it succeeds.
        var error: Int? {
            switch self {
            case .write, .writeWithParameter, .read, .virtual, .virtualWithParameter: nil
            case .refusedByServer, .refusedUnknownTable: 1146
            case .refusedUnknownColumn: 1054
            case .refusedUpdate: 1288
            case .refusedMixed: 1295
            }
        }

        /// What PREPARE answers, by which no statement on virtual tables is prepared.
        var errorByName: Int? {
            switch self {
            case .virtual, .virtualWithParameter, .refusedUnknownColumn: 1235
            default: error
            }
        }

        var hasParameter: Bool { self == .writeWithParameter || self == .virtualWithParameter }

        func text(_ mark: String) -> String {
            switch self {
            case .write: "INSERT INTO app.marks (mark) VALUES ('\(mark)')"
            case .writeWithParameter: "INSERT INTO app.marks (mark) VALUES (CONCAT('\(mark)', ?))"
            case .read: "SELECT '\(mark)' UNION ALL SELECT 'second' UNION ALL SELECT 'third'"
            case .virtual: "SELECT member_name FROM cluster_schema.members UNION ALL SELECT '\(mark)'"
            case .virtualWithParameter: "SELECT member_name FROM cluster_schema.members WHERE member_name = ?"
            case .refusedByServer: "INSERT INTO app.nosuch VALUES ('\(mark)')"
            case .refusedUnknownColumn: "SELECT nosuch, '\(mark)' FROM cluster_schema.members"
            case .refusedUnknownTable: "SELECT '\(mark)' FROM cluster_schema.nosuch"
            case .refusedUpdate: "UPDATE cluster_schema.members SET role = '\(mark)'"
            case .refusedMixed: "SELECT '\(mark)' FROM app.marks, cluster_schema.members"
            }
        }
    }

    final class Statement {
        let kind: Kind
        let mark: String
        /// Nil until the server has told it.
        var id: [UInt8]?
        var isClosed = false
        var longData: String?
        /// Long data was sent to a parameter that it has not.
        var hasWrongLongData = false
        /// The rows that an open cursor has yet to give.
        var cursor: [[UInt8]]?

        init(_ kind: Kind, _ mark: String) {
            self.kind = kind
            self.mark = mark
        }

        /// The texts of the rows that it gives.
        func rows(_ parameter: String) -> [String] {
            switch kind {
            case .read: [mark, "second", "third"]
            case .virtual: ["db1", mark]
            case .virtualWithParameter: parameter == "db1" ? ["db1"] : []
            default: []
            }
        }
    }

    private(set) var statements: [Statement] = []
    /// What the id -1 means.
    private(set) var last: Statement?
    private(set) var named: [String: Statement] = [:]
    /// How often each mark is to have been written.
    private(set) var marks: [String: Int] = [:]

    mutating func prepare(_ statement: Statement) -> StatementReply {
        last = nil
        if let error = statement.kind.error { return .error(error) }
        statements.append(statement)
        last = statement
        return .prepared
    }

    mutating func execute(_ statement: Statement?, _ parameter: String, asksForCursor: Bool) -> StatementReply {
        guard let statement, !statement.isClosed else { return .error(1243) }
        if statement.hasWrongLongData { return .error(1210) }
        let value = statement.longData ?? parameter
        statement.longData = nil
        statement.cursor = nil
        if let mark = written(by: statement, value) {
            marks[mark, default: 0] += 1
            return .ok
        }
        let rows = statement.rows(value).map { [0, 0, UInt8($0.utf8.count)] + Array($0.utf8) }
        guard asksForCursor else { return .rows(rows) }
        statement.cursor = rows
        return .cursorOpened
    }

    private func written(by statement: Statement, _ parameter: String) -> String? {
        switch statement.kind {
        case .write: statement.mark
        case .writeWithParameter: statement.mark + parameter
        default: nil
        }
    }

    mutating func fetch(_ statement: Statement?, _ count: Int) -> StatementReply {
        guard let statement, !statement.isClosed else { return .error(1243) }
        guard let rows = statement.cursor else { return .error(1421) }
        let isAtEnd = rows.count < count
        statement.cursor = isAtEnd ? nil : Array(rows.dropFirst(count))
        return .fetched(Array(rows.prefix(count)), isAtEnd: isAtEnd)
    }

    mutating func reset(_ statement: Statement?) -> StatementReply {
        guard let statement, !statement.isClosed else { return .error(1243) }
        statement.longData = nil
        statement.hasWrongLongData = false
        statement.cursor = nil
        return .ok
    }

    mutating func sendLongData(_ text: String, to statement: Statement?) {
        guard let statement, !statement.isClosed else { return }
        guard statement.kind.hasParameter else {
            statement.hasWrongLongData = true
            return
        }
        statement.longData = (statement.longData ?? "") + text
    }

    mutating func close(_ statement: Statement?) {
        guard let statement, !statement.isClosed else { return }
        statement.isClosed = true
        if statement === last { last = nil }
    }

    // MARK: By name

    /// - Parameter key: what all spellings of one name have in common.
    mutating func prepare(_ statement: Statement, as key: String) -> StatementReply {
        named[key] = nil
        if let error = statement.kind.errorByName { return .error(error) }
        named[key] = statement
        return .ok
    }

    mutating func execute(as key: String) -> StatementReply {
        guard let statement = named[key] else { return .error(1243) }
        // Without USING.
        if statement.kind.hasParameter { return .error(1210) }
        if let mark = written(by: statement, "") {
            marks[mark, default: 0] += 1
            return .ok
        }
        return .rows(statement.rows("").map { Array($0.utf8) })
    }

    mutating func deallocate(_ key: String) -> StatementReply {
        named.removeValue(forKey: key) == nil ? .error(1243) : .ok
    }

    /// COM_RESET_CONNECTION, COM_CHANGE_USER.
    mutating func forget() {
        for statement in statements { statement.isClosed = true }
        last = nil
        named = [:]
    }
}
