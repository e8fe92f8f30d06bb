internal import MySQLWire
internal import QueryRouting

/// The statements on virtual tables that a session has prepared.
struct OwnStatements {
    struct Entry {
        var statement: VirtualStatement
        var description: StatementDescription
        /// As the client bound them last.
        var types: [StatementExecution.ParameterType] = []
        /// What COM_STMT_SEND_LONG_DATA sent, by the parameter's position.
        var longData: [Int: [UInt8]] = [:]
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
    private var lastID: UInt32?
    private var longDataBytes = 0

    var isEmpty: Bool { entries.isEmpty }

    /// - Throws: `SQLError` 1461 when there are too many.
    mutating func prepare(
        _ statement: VirtualStatement,
        _ description: StatementDescription
    ) throws(SQLError) -> UInt32 {
        guard entries.count < Self.maximumCount else { throw Self.tooMany }
        let id = nextID
        nextID = id == PreparedStatementID.lastOwn ? PreparedStatementID.firstOwn : id + 1
        entries[id] = Entry(statement: statement, description: description)
        lastID = id
        return id
    }

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

    /// Long data that is too much, or for no statement, is dropped: the command has no answer to say so in.
    mutating func append(_ data: [UInt8], toParameter index: Int, of id: UInt32) {
        guard let found = try? entry(id, command: "mysqld_stmt_send_long_data"),
            index < found.entry.description.parameterCount, longDataBytes + data.count <= Self.maximumLongDataBytes
        else { return }
        longDataBytes += data.count
        entries[found.id]?.longData[index, default: []].append(contentsOf: data)
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
    }

    mutating func closeAll() {
        self = OwnStatements()
    }
}
