internal import CSQLite

/// Watches over a connection: what a statement may do (while it is compiled) and for how long (while it runs).
///
/// It is set once for the connection's life; to set another authorizer would make SQLite compile every cached
/// statement anew.
///
/// Invariant: `watch` hands C a pointer to this object without a count; the connection owns the object, and each
/// statement owns the connection, so it outlives every callback.
final class SQLiteGuard {
    enum Mode {
        /// Our own statements: everything goes.
        case owner
        /// A client's statement: reads of our tables and known functions, nothing else.
        case client
    }

    /// Why a running statement was ended.
    enum Interruption {
        case time
        case memory
    }

    /// A column that a statement reads; the column is empty where only rows are counted.
    struct ColumnRead: Hashable {
        let table: String
        let column: String
    }

    var mode = Mode.owner
    /// What the statements compiled since it was last emptied read.
    var columnsRead: Set<ColumnRead> = []
    /// The functions that they call, in lower case.
    var functionsCalled: Set<String> = []
    private(set) var interruption: Interruption?

    private let schemas: Set<String>
    private let functions: Set<String>
    private let nanoseconds: () -> UInt64
    private var deadline: UInt64?
    private var memoryLimit: Int64 = .max

    /// - Parameters:
    ///   - schemas: those whose tables a client may read.
    ///   - functions: names, in lower case, of the functions that a client may call.
    ///   - nanoseconds: a clock that never goes back.
    init(schemas: Set<String>, functions: Set<String>, nanoseconds: @escaping () -> UInt64) {
        self.schemas = schemas
        self.functions = functions
        self.nanoseconds = nanoseconds
    }

    func watch(_ handle: OpaquePointer) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_set_authorizer(
            handle,
            { context, action, first, second, third, _ in
                guard let context else { return SQLITE_DENY }
                let guardian = Unmanaged<SQLiteGuard>.fromOpaque(context).takeUnretainedValue()
                return guardian.authorize(action, first, second, third)
            },
            context
        )
        sqlite3_progress_handler(
            handle,
            1000,
            { context in
                guard let context else { return 1 }
                return Unmanaged<SQLiteGuard>.fromOpaque(context).takeUnretainedValue().isOverLimit() ? 1 : 0
            },
            context
        )
    }

    // MARK: While a statement runs

    /// Begins to measure a client's statement.
    ///
    /// - Parameter bytes: how much memory it may take for what it sorts, groups and recurses over.
    func startMeasuring(limitNanoseconds: UInt64, bytes: Int64) {
        interruption = nil
        deadline = nanoseconds() &+ limitNanoseconds
        // The count is of the whole process: another statement that runs at the same time adds to it, so the limit is
        // a rough one.
        memoryLimit = sqlite3_memory_used() + bytes
    }

    func stopMeasuring() {
        deadline = nil
    }

    /// Whether the time is over; rows may come so fast that SQLite never asks.
    func isOverLimit() -> Bool {
        guard let deadline else { return false }
        if nanoseconds() > deadline {
            interruption = .time
        } else if sqlite3_memory_used() > memoryLimit {
            interruption = .memory
        }
        return interruption != nil
    }

    // MARK: While a statement is compiled

    private func authorize(
        _ action: Int32,
        _ first: UnsafePointer<CChar>?,
        _ second: UnsafePointer<CChar>?,
        _ third: UnsafePointer<CChar>?
    ) -> Int32 {
        if mode == .owner { return SQLITE_OK }
        switch action {
        case SQLITE_SELECT, SQLITE_RECURSIVE:
            return SQLITE_OK
        case SQLITE_READ:
            return authorizeRead(first, second, third)
        case SQLITE_FUNCTION:
            guard let name = second.map({ String(cString: $0).lowercased() }), functions.contains(name) else {
                return SQLITE_DENY
            }
            functionsCalled.insert(name)
            return SQLITE_OK
        default:
            return SQLITE_DENY
        }
    }

    private func authorizeRead(
        _ first: UnsafePointer<CChar>?,
        _ second: UnsafePointer<CChar>?,
        _ third: UnsafePointer<CChar>?
    ) -> Int32 {
        guard let first, let second else { return SQLITE_DENY }
        let table = String(cString: first)
        let column = String(cString: second)
        let database = third.map { String(cString: $0) }
        // Where no column is read, SQLite names no database for a common table expression or an unqualified table.
        guard database.map(schemas.contains) ?? column.isEmpty, !Self.isInternal(table) else {
            return SQLITE_DENY
        }
        columnsRead.insert(ColumnRead(table: table.uppercased(), column: column.uppercased()))
        return SQLITE_OK
    }

    private static func isInternal(_ table: String) -> Bool {
        let name = table.lowercased()
        return name.hasPrefix("sqlite_") || name.hasPrefix("pragma_")
    }
}
