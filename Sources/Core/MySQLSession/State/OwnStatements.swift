internal import MySQLWire
internal import NIOCore
internal import QueryRouting

/// The statements on virtual tables that a session has prepared.
struct OwnStatements {
    struct Entry {
        var statement: VirtualStatement
        var description: StatementDescription
        /// The variables that mysqld is asked for when it is executed.
        var variables: [String]
        /// As the client bound them last.
        var types: [StatementExecution.ParameterType] = []
        /// What COM_STMT_SEND_LONG_DATA sent, by the parameter's position.
        var longData: [Int: [UInt8]] = [:]
        /// Why it cannot be executed before COM_STMT_RESET: long data could not be taken in.
        var longDataError: SQLError?
        fileprivate var cursor: OpenCursor?
    }

    fileprivate struct OpenCursor {
        var rows: Cursor
        var share: CursorMemory.Share
    }

    /// How many a session may have; as mysqld's `max_prepared_stmt_count`, which is for all sessions.
    static let maximumCount = 1024
    /// What a session may send as long data and not yet have executed, in bytes.
    static let maximumLongDataBytes = 1024 * 1024

    static let tooMany = SQLError(
        errno: 1461,
        sqlState: "42000",
        message: "Can't create more than \(maximumCount) prepared statements on cluster_schema in a session"
    )

    private var entries: [UInt32: Entry] = [:]
    private var nextID = PreparedStatementID.firstOwn
    /// What `PreparedStatementID.last` means; nil for nothing of the sidecar's.
    private var lastID: UInt32?
    private var longDataBytes = 0

    var isEmpty: Bool { entries.isEmpty }

    /// - Throws: `SQLError` 1461 when there are too many.
    mutating func prepare(
        _ statement: VirtualStatement,
        _ description: StatementDescription,
        variables: [String]
    ) throws(SQLError) -> UInt32 {
        guard entries.count < Self.maximumCount else { throw Self.tooMany }
        let id = nextID
        nextID = id == PreparedStatementID.lastOwn ? PreparedStatementID.firstOwn : id + 1
        entries[id] = Entry(statement: statement, description: description, variables: variables)
        lastID = id
        return id
    }

    /// COM_STMT_PREPARE: until it has succeeded, no statement is the last one.
    mutating func forgetLast() { lastID = nil }

    /// - Throws: `SQLError` 1243 for an id that was never given or is closed.
    func entry(_ id: UInt32, command: String) throws(SQLError) -> (id: UInt32, entry: Entry) {
        let id = id == PreparedStatementID.last ? lastID ?? id : id
        guard let entry = entries[id] else {
            throw SQLError(
                errno: 1243,
                sqlState: "HY000",
                message: "Unknown prepared statement handler (\(id)) given to \(command)"
            )
        }
        return (id, entry)
    }

    mutating func setTypes(_ types: [StatementExecution.ParameterType], of id: UInt32) {
        entries[id]?.types = types
    }

    /// What is wrong with it is told by the next execution: the command has no answer to say so in.
    mutating func append(_ data: [UInt8], toParameter index: Int, of id: UInt32) {
        guard let found = try? entry(id, command: "mysqld_stmt_send_long_data") else { return }
        guard index < found.entry.description.parameterCount else {
            entries[found.id]?.longDataError = Self.wrongParameter
            return
        }
        guard longDataBytes + data.count <= Self.maximumLongDataBytes else {
            entries[found.id]?.longDataError = Self.tooMuchLongData
            return
        }
        longDataBytes += data.count
        entries[found.id]?.longData[index, default: []].append(contentsOf: data)
    }

    private static let wrongParameter = SQLError(
        errno: 1210,
        sqlState: "HY000",
        message: "Incorrect arguments to mysqld_stmt_send_long_data"
    )

    private static let tooMuchLongData = SQLError(
        errno: 1105,
        sqlState: "HY000",
        message: "Parameters that are set through mysql_stmt_send_long_data() are longer than "
            + "\(maximumLongDataBytes) bytes"
    )

    /// COM_STMT_RESET.
    mutating func reset(_ id: UInt32) {
        clearLongData(of: id)
        closeCursor(of: id)
        entries[id]?.longDataError = nil
    }

    mutating func clearLongData(of id: UInt32) {
        guard let data = entries[id]?.longData, !data.isEmpty else { return }
        longDataBytes -= data.values.reduce(0) { $0 + $1.count }
        entries[id]?.longData = [:]
    }

    mutating func close(_ id: UInt32) {
        guard let found = try? entry(id, command: "mysqld_stmt_close") else { return }
        clearLongData(of: found.id)
        entries[found.id] = nil
        if lastID == found.id { lastID = nil }
    }

    // MARK: Cursors

    /// - Throws: `SQLError` 1041 when open cursors keep too much.
    mutating func openCursor(
        on result: ResultSet,
        as writer: ResultSetWriter,
        of id: UInt32,
        in memory: CursorMemory
    ) throws(SQLError) {
        let rows = Cursor(on: result, as: writer)
        let others = entries.values.reduce(0) { $0 + ($1.cursor?.share.byteCount ?? 0) }
        guard others + rows.byteCount <= CursorMemory.sessionLimit, let share = memory.take(rows.byteCount) else {
            throw Self.tooManyRows
        }
        entries[id]?.cursor = OpenCursor(rows: rows, share: share)
    }

    /// - Returns: as `Cursor.fetch`.
    /// - Throws: `SQLError` 1421 when none is open.
    mutating func fetch(_ count: UInt32, of id: UInt32) throws(SQLError) -> (rows: [ByteBuffer], isAtEnd: Bool) {
        guard let fetched = entries[id]?.cursor?.rows.fetch(count) else {
            let message = "The statement (\(id)) has no open cursor."
            throw SQLError(errno: 1421, sqlState: "HY000", message: message)
        }
        if fetched.isAtEnd { closeCursor(of: id) }
        return fetched
    }

    mutating func closeCursor(of id: UInt32) {
        entries[id]?.cursor = nil
    }

    private static let tooManyRows = SQLError(
        errno: 1041,
        sqlState: "HY000",
        message: "Out of memory: the rows that open cursors on cluster_schema have not fetched are too many"
    )

    /// Their ids are not given again: a client may still hold one.
    mutating func closeAll() {
        var next = OwnStatements()
        next.nextID = nextID
        self = next
    }
}
