internal import CSQLite

/// Watches over a connection: what a statement may do (while it is compiled) and for how long (while it runs).
///
/// It is set once for the connection's life; to set another authorizer would make SQLite compile every cached
/// statement anew.
///
/// Invariant: `watch` hands C a pointer to this object without a count; the connection owns the object, and each
/// statement owns the connection, so it outlives every callback.
package final class SQLiteGuard {
    package enum Mode {
        /// Our own statements: everything goes.
        case owner
        /// A client's statement: reads of our tables and known functions, nothing else.
        case client
    }

    /// Why a running statement was ended.
    package enum Interruption {
        case time
        case memory
        /// Nobody waits for it any more.
        case cancelled
        /// It is more than an event loop does.
        case allowance
    }

    /// What a command may take.
    package struct Bounds {
        let nanoseconds: UInt64
        /// Of memory, for what it sorts, groups and recurses over, and for what it is while it is compiled.
        let bytes: Int64
        /// Instructions of SQLite's.
        let steps: Int
        /// Beyond any of these it is carried out elsewhere.
        package let isBrief: Bool
        let isCancelled: () -> Bool

        package init(
            nanoseconds: UInt64,
            bytes: Int64,
            steps: Int = .max,
            isBrief: Bool = false,
            isCancelled: @escaping () -> Bool = { false }
        ) {
            self.nanoseconds = nanoseconds
            self.bytes = bytes
            self.steps = steps
            self.isBrief = isBrief
            self.isCancelled = isCancelled
        }
    }

    /// A column that a statement reads; the column is empty where only rows are counted.
    package struct ColumnRead: Hashable {
        package let table: String
        package let column: String

        package init(table: String, column: String) {
            self.table = table
            self.column = column
        }
    }

    package var mode = Mode.owner
    /// What the statements compiled since it was last emptied read.
    package var columnsRead: Set<ColumnRead> = []
    /// The functions that they call, in lower case.
    package var functionsCalled: Set<String> = []
    package private(set) var interruption: Interruption?

    private let schemas: Set<String>
    private let functions: Set<String>
    private let nanoseconds: () -> UInt64
    package private(set) var bounds: Bounds?
    private var deadline: UInt64 = 0
    private var memoryLimit: Int64 = .max
    private var stepsLeft = 0
    private var readsUntilLook = 0
    /// Each of them may make a value of the greatest length.
    private static let stepsBetweenLooks: Int32 = 64

    /// - Parameters:
    ///   - schemas: those whose tables a client may read.
    ///   - functions: names, in lower case, of the functions that a client may call.
    ///   - nanoseconds: a clock that never goes back.
    package init(schemas: Set<String>, functions: Set<String>, nanoseconds: @escaping () -> UInt64) {
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
            Self.stepsBetweenLooks,
            { context in
                guard let context else { return 1 }
                return Unmanaged<SQLiteGuard>.fromOpaque(context).takeUnretainedValue().isOverLimitAfterSteps() ? 1 : 0
            },
            context
        )
    }

    // MARK: While a command is carried out

    /// Begins to measure a command.
    package func startMeasuring(_ bounds: Bounds) {
        self.bounds = bounds
        interruption = nil
        deadline = nanoseconds() &+ bounds.nanoseconds
        stepsLeft = bounds.steps
        // The count is of the whole process: another statement that runs at the same time adds to it, so the limit is
        // a rough one.
        memoryLimit = sqlite3_memory_used() + bounds.bytes
    }

    package func stopMeasuring() {
        bounds = nil
    }

    /// Does what is not the command's to pay for: the tables' rows are everybody's.
    package func unmeasured(_ body: () throws(SQLiteFailure) -> Void) throws(SQLiteFailure) {
        guard let bounds else { return try body() }
        let (start, memory) = (nanoseconds(), sqlite3_memory_used())
        self.bounds = nil
        defer {
            self.bounds = bounds
            deadline &+= nanoseconds() &- start
            memoryLimit += max(0, sqlite3_memory_used() - memory)
        }
        try body()
    }

    /// Whether the command must end; also asked where SQLite itself does not ask.
    package func isOverLimit() -> Bool {
        guard let bounds else { return false }
        if interruption != nil { return true }
        if bounds.isCancelled() {
            interruption = .cancelled
        } else if nanoseconds() > deadline {
            interruption = bounds.isBrief ? .allowance : .time
        } else if sqlite3_memory_used() > memoryLimit {
            interruption = bounds.isBrief ? .allowance : .memory
        } else if stepsLeft < 0 {
            interruption = .allowance
        }
        return interruption != nil
    }

    /// What the command wants is more than a brief allowance holds.
    package func useUp() {
        interruption = .allowance
    }

    private func isOverLimitAfterSteps() -> Bool {
        guard bounds != nil else { return false }
        stepsLeft -= Int(Self.stepsBetweenLooks)
        return isOverLimit()
    }

    // MARK: While a statement is compiled

    private func authorize(
        _ action: Int32,
        _ first: UnsafePointer<CChar>?,
        _ second: UnsafePointer<CChar>?,
        _ third: UnsafePointer<CChar>?
    ) -> Int32 {
        if mode == .owner { return SQLITE_OK }
        // SQLite has no other place at which a statement can be ended that is being compiled.
        readsUntilLook -= 1
        if readsUntilLook < 0 {
            readsUntilLook = 100
            if isOverLimit() { return SQLITE_DENY }
        }
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
