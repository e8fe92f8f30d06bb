package import MySQLWire

/// How long a query in SQLite's dialect is when each name of a derived table's column, and of a common table expression,
/// stands for what it is defined as: SQLite compiles it in that form, before any limit of its own on time or memory
/// holds. A chain of a few dozen names, each of which uses the one before it twice, is longer than any memory.
///
/// It is found from the text as written, in which these names are `t7.c0` and `t7`.
package struct StatementSize {
    package static let tooLarge = SQLError(
        errno: 3170,
        sqlState: "HY000",
        message: "Memory capacity for statements on cluster_schema exceeded: "
            + "with what its WITH and derived tables stand for, the statement is too long"
    )

    /// In bytes.
    let maximum: Int
    /// How many more expressions are written.
    private var workLeft: Int
    /// Whether the command must end: what is written takes time before SQLite sees any of it.
    private let isOverLimit: () -> Bool
    private var workUntilLook = 0
    private static let workBetweenLooks = 32
    /// Of each column of a derived table, by the number of its alias.
    private var columns: [Int: [Int]] = [:]
    /// Of each common table expression, by the number of its name.
    private var commonTables: [Int: Int] = [:]

    init(maximum: Int, isOverLimit: @escaping () -> Bool) {
        self.maximum = maximum
        self.isOverLimit = isOverLimit
        workLeft = maximum / 2
    }

    /// Counts what is written: some statements make the same parts again and again, however short what they become is.
    ///
    /// - Throws: `SQLError` 3170, also when the command must end.
    mutating func spend(_ work: Int = 1) throws(SQLError) {
        workLeft -= work
        guard workLeft >= 0 else { throw Self.tooLarge }
        workUntilLook -= work
        guard workUntilLook < 0 else { return }
        workUntilLook = Self.workBetweenLooks
        if isOverLimit() { throw Self.tooLarge }
    }

    mutating func define(columns sizes: [Int], of alias: String) {
        if let number = Self.number(alias) { columns[number] = sizes }
    }

    mutating func define(commonTable alias: String, as sql: String) {
        if let number = Self.number(alias) { commonTables[number] = size(of: sql) }
    }

    /// - Throws: `SQLError` 3170 if it is longer than may be.
    func check(_ sql: String) throws(SQLError) {
        guard sql.utf8.count <= maximum, size(of: sql) <= maximum else { throw Self.tooLarge }
    }

    private static func number(_ alias: String) -> Int? { Int(alias.dropFirst()) }

    /// No more than one beyond the maximum.
    func size(of sql: String) -> Int {
        var sql = sql
        return sql.withUTF8 { size(of: $0) }
    }

    private func size(of sql: UnsafeBufferPointer<UInt8>) -> Int {
        var size = sql.count
        var index = 0
        var isInsideName = false
        while index < sql.count, size <= maximum {
            let byte = sql[index]
            index += 1
            defer { isInsideName = Self.isNamePart(byte) }
            guard byte == UInt8(ascii: "t"), !isInsideName, let table = Self.takeNumber(sql, &index) else { continue }
            let next = index < sql.count ? sql[index] : 0
            guard next == UInt8(ascii: ".") else {
                // Not where it is defined: `t5(c0, c1) AS (…)`.
                if next != UInt8(ascii: "(") { size += commonTables[table] ?? 0 }
                continue
            }
            var end = index + 2
            guard end <= sql.count, sql[index + 1] == UInt8(ascii: "c"), let column = Self.takeNumber(sql, &end) else {
                continue
            }
            index = end
            if let sizes = columns[table], sizes.indices.contains(column) { size += sizes[column] }
        }
        return min(size, maximum + 1)
    }

    private static func takeNumber(_ sql: UnsafeBufferPointer<UInt8>, _ index: inout Int) -> Int? {
        let start = index
        var number = 0
        while index < sql.count, index - start < 9, case let digit = sql[index] &- UInt8(ascii: "0"), digit < 10 {
            number = number * 10 + Int(digit)
            index += 1
        }
        return index > start ? number : nil
    }

    private static func isNamePart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
