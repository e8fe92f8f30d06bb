internal import ClusterModel
internal import MySQLWire
internal import SQLite

/// The file as the store sees it: every failure is one of the store's.
final class StoreDatabase {
    private let file: SQLiteFile

    init(path: String) throws(StoreFailure) {
        file = try translating { () throws(SQLiteFailure) in try SQLiteFile(path: path) }
    }

    func execute(_ sql: String) throws(StoreFailure) {
        try translating { () throws(SQLiteFailure) in try file.execute(sql) }
    }

    /// The first column of the first row.
    func value(_ sql: String) throws(StoreFailure) -> SQLValue? {
        try translating { () throws(SQLiteFailure) in
            let statement = try file.prepare(sql)
            defer { statement.reset() }
            return try statement.step() ? statement.value(at: 0) : nil
        }
    }

    func statement(_ sql: String) throws(StoreFailure) -> StoreStatement {
        StoreStatement(try translating { () throws(SQLiteFailure) in try file.prepare(sql) })
    }

    /// All of it is durable when this returns, or none of it is there.
    func transaction(_ body: () throws(StoreFailure) -> Void) throws(StoreFailure) {
        try execute("BEGIN IMMEDIATE")
        do throws(StoreFailure) {
            try body()
            try execute("COMMIT")
        } catch {
            // SQLite may have done so itself.
            try? execute("ROLLBACK")
            throw error
        }
    }
}

struct StoreStatement {
    private let statement: SQLiteStatement

    fileprivate init(_ statement: SQLiteStatement) { self.statement = statement }

    func run(_ values: [SQLValue]) throws(StoreFailure) {
        try translating { () throws(SQLiteFailure) in try statement.run(values) }
    }

    /// Each row in turn.
    func rows(_ use: (StoreRow) throws(StoreFailure) -> Void) throws(StoreFailure) {
        defer { statement.reset() }
        while try translating({ () throws(SQLiteFailure) in try statement.step() }) {
            try use(StoreRow(statement: statement))
        }
    }
}

/// The present row of a statement.
struct StoreRow {
    fileprivate let statement: SQLiteStatement

    func integer(_ column: Int) throws(StoreFailure) -> Int64 {
        guard case .integer(let number) = statement.value(at: column) else { throw .corrupt("no number where one was") }
        return number
    }

    func bytes(_ column: Int) throws(StoreFailure) -> [UInt8] {
        guard case .blob(let bytes) = statement.value(at: column) else { throw .corrupt("no bytes where some were") }
        return bytes
    }

    func counter<Counter: MonotonicCounter>(
        _ column: Int,
        _ type: Counter.Type = Counter.self
    ) throws(StoreFailure) -> Counter {
        guard let number = UInt64(exactly: try integer(column)) else { throw .corrupt("a count below zero") }
        return Counter(rawValue: number)
    }
}

extension MonotonicCounter {
    /// Counters stay far below what SQLite's integers end with.
    var stored: SQLValue { .integer(Int64(clamping: rawValue)) }
}

extension StoreFailure {
    fileprivate init(_ failure: SQLiteFailure) {
        self =
            switch failure.kind {
            case .full: .full
            case .readOnly: .readOnly
            case .busy: .inUse
            case .corrupt: .corrupt(failure.message)
            case .interrupted, .tooBig, .noMemory, .other: .other(failure.message)
            }
    }
}

private func translating<Result>(_ body: () throws(SQLiteFailure) -> Result) throws(StoreFailure) -> Result {
    do {
        return try body()
    } catch {
        throw StoreFailure(error)
    }
}
