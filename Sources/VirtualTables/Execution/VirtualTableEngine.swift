internal import CSQLite
import ClusterModel
package import MySQLWire
package import QueryRouting

/// Answers statements on the virtual tables from a private SQLite database in memory.
///
/// One engine belongs to one event loop: it is not Sendable, and every call on it ends within its time limit. Rows
/// are brought up to date when a statement is about to read them.
package final class VirtualTableEngine: VirtualQuerying {
    private let catalog: TableCatalog
    private let classifier: StatementClassifier
    private let sources: VirtualTableSources
    private let limits: ExecutionLimits
    private let connection: SQLiteConnection
    private let environment = FunctionEnvironment()
    private let filler: TableFiller
    private let createdAt: WallTime
    private var cache: StatementCache

    /// - Throws: `SQLError` 1105 if SQLite cannot be set up.
    package convenience init(
        sources: VirtualTableSources,
        limits: ExecutionLimits = ExecutionLimits()
    ) throws(SQLError) {
        do throws(SQLiteFailure) {
            try self.init(catalog: .standard, sources: sources, limits: limits)
        } catch {
            throw SQLError(errno: 1105, sqlState: "HY000", message: "virtual tables: \(error.message)")
        }
    }

    private init(
        catalog: TableCatalog,
        sources: VirtualTableSources,
        limits: ExecutionLimits
    ) throws(SQLiteFailure) {
        let functions = MySQLFunctions.all(environment)
        let createdAt = sources.now().wall
        let connection = try SQLiteConnection(
            guardian: SQLiteGuard(
                schemas: [VirtualSchema.name, VirtualSchema.informationSchema],
                functions: Dialect.nativeFunctions.union(functions.map(\.name)),
                nanoseconds: { sources.now().monotonic.nanoseconds }
            )
        )
        try Self.setUp(connection, catalog, functions, createdAt: createdAt)
        self.createdAt = createdAt
        self.catalog = catalog
        self.classifier = StatementClassifier(schema: catalog.schema)
        self.sources = sources
        self.limits = limits
        self.connection = connection
        self.filler = TableFiller(connection: connection, catalog: catalog, sources: sources)
        self.cache = StatementCache(capacity: limits.cachedStatements)
    }

    private static func setUp(
        _ connection: SQLiteConnection,
        _ catalog: TableCatalog,
        _ functions: [SQLiteFunction],
        createdAt: WallTime
    ) throws(SQLiteFailure) {
        // What is sorted or recursed over stays in memory: a disk would hold the event loop up.
        try connection.execute("PRAGMA temp_store = MEMORY")
        try connection.execute("ATTACH ':memory:' AS \(VirtualSchema.name)")
        for table in catalog.tables {
            try connection.execute(table.sql)
            let view = VirtualSchema.informationSchemaPrefix.uppercased() + table.name
            try connection.execute("CREATE VIEW \(VirtualSchema.name).\(view) AS SELECT * FROM \(table.name)")
        }
        try InformationSchemaRows(catalog: catalog, createdAt: createdAt).install(on: connection)
        for function in functions { try connection.register(function) }
        connection.setLimit(SQLITE_LIMIT_LENGTH, 1 << 20)
        connection.setLimit(SQLITE_LIMIT_SQL_LENGTH, 1 << 20)
        connection.setLimit(SQLITE_LIMIT_COLUMN, 256)
        connection.setLimit(SQLITE_LIMIT_EXPR_DEPTH, 200)
        connection.setLimit(SQLITE_LIMIT_COMPOUND_SELECT, 50)
        connection.setLimit(SQLITE_LIMIT_VDBE_OP, 250_000)
        connection.setLimit(SQLITE_LIMIT_ATTACHED, 0)
        connection.setLimit(SQLITE_LIMIT_TRIGGER_DEPTH, 0)
        connection.setLimit(SQLITE_LIMIT_WORKER_THREADS, 0)
    }

    // MARK: VirtualQuerying

    package func route(_ statement: [UInt8], in context: SessionContext) -> Route {
        classifier.route(statement, in: context)
    }

    package func describe(
        _ statement: VirtualStatement,
        in context: SessionContext
    ) throws(SQLError) -> StatementDescription {
        if case .call(let call) = statement { return StatementDescription(parameterCount: call.parameterCount) }
        guard case .select(let text) = statement else {
            guard case .resultSet(let result) = try run(statement, parameters: [], in: context) else {
                return StatementDescription()
            }
            return StatementDescription(columns: result.columns)
        }
        let compiled = try compile(StatementCache.Key(text: text, mode: LexicalMode(context)))
        var columns = compiled.columns
        for index in compiled.expressions { ExpressionTypes.describe(&columns[index], at: index, in: []) }
        return StatementDescription(parameterCount: compiled.statement.parameterCount, columns: columns)
    }

    package func run(
        _ statement: VirtualStatement,
        parameters: [SQLValue],
        in context: SessionContext
    ) throws(SQLError) -> VirtualAnswer {
        switch statement {
        case .select(let text): return .resultSet(try select(text, parameters, in: context))
        case .noOperation: return .ok
        case .filtered(let listing, let condition):
            guard case .resultSet(let result) = try run(listing, parameters: [], in: context) else { return .ok }
            return .resultSet(try filter(result, condition, in: context))
        default:
            let answers = SchemaAnswers(
                catalog: catalog,
                context: context,
                createdAt: createdAt,
                status: sources.status
            )
            return .resultSet(try answers.answer(statement))
        }
    }

    package func readsClientSessions(_ statement: VirtualStatement, in context: SessionContext) -> Bool {
        guard case .select(let text) = statement, Self.mayNameSessions(text),
            let compiled = try? compile(StatementCache.Key(text: text, mode: LexicalMode(context)))
        else { return false }
        return compiled.columnsRead.contains { $0.table == "CONNECTIONS" }
    }

    /// Saves a look into the cache for statements that cannot read CONNECTIONS.
    private static func mayNameSessions(_ text: String) -> Bool {
        let word = "connections".utf8
        let first = UInt8(ascii: "c")
        var rest = text.utf8[...]
        while let start = rest.firstIndex(where: { $0 | 0x20 == first }) {
            rest = rest[start...]
            if rest.count >= word.count, zip(rest, word).allSatisfy({ $0 | 0x20 == $1 }) { return true }
            rest = rest.dropFirst()
        }
        return false
    }

    package func fields(ofTable table: String, like pattern: String) throws(SQLError) -> [ColumnDefinition] {
        let name = catalog.schema.table(named: table) ?? catalog.schema.informationSchemaTable(table)
        guard let definition = name.flatMap({ catalog.definition(of: $0) }) else { throw .unknownTable(table) }
        let columns = catalog.columns(of: definition)
        guard !pattern.isEmpty else { return columns }
        guard let matcher = LikePattern(pattern) else { return [] }
        return columns.filter { matcher.matches($0.name) }
    }

    // MARK: SELECT

    func select(
        _ text: String,
        _ parameters: [SQLValue],
        in context: SessionContext
    ) throws(SQLError) -> ResultSet {
        let now = sources.now()
        environment.context = context
        environment.statementTime = now.wall
        let mode = LexicalMode(context)
        let compiled = try compile(StatementCache.Key(text: text, mode: mode))
        do throws(SQLiteFailure) {
            try filler.refresh(for: compiled.columnsRead, context.clientSessions, now: now.monotonic)
            try compiled.statement.bind(parameters)
        } catch {
            throw SQLError(errno: 1105, sqlState: "HY000", message: "virtual tables: \(error.message)")
        }
        let rows = try rows(of: compiled, text: text, mode: mode)
        var columns = compiled.columns
        for index in compiled.expressions { ExpressionTypes.describe(&columns[index], at: index, in: rows) }
        return ResultSet(columns: columns, rows: rows)
    }

    private func compile(_ key: StatementCache.Key) throws(SQLError) -> CompiledStatement {
        if let known = cache.statement(for: key) { return known }
        let translation = try StatementTranslator.translate(key.text, mode: key.mode, schema: catalog.schema)
        connection.guardian.columnsRead = []
        connection.guardian.mode = .client
        defer { connection.guardian.mode = .owner }
        let compiled: CompiledStatement
        do throws(SQLiteFailure) {
            compiled = CompiledStatement(
                statement: try connection.prepare(translation.sql),
                translation: translation,
                columnsRead: connection.guardian.columnsRead,
                catalog: catalog
            )
        } catch {
            throw StatementErrors.error(error, translation, text: key.text, mode: key.mode, interruption: nil)
        }
        cache.insert(compiled, for: key)
        return compiled
    }

    private func rows(of compiled: CompiledStatement, text: String, mode: LexicalMode) throws(SQLError) -> [[SQLValue]]
    {
        let guardian = connection.guardian
        guardian.startMeasuring(
            limitNanoseconds: UInt64(max(1, limits.timeMilliseconds)) * 1_000_000,
            bytes: Int64(limits.workingBytes)
        )
        defer {
            compiled.statement.reset()
            guardian.stopMeasuring()
        }
        var rows: [[SQLValue]] = []
        var bytes = 0
        while try step(compiled, text: text, mode: mode) {
            for column in compiled.columns.indices { bytes += compiled.statement.byteCount(at: column) }
            guard rows.count < limits.rows, bytes <= limits.resultBytes else {
                throw SQLError(
                    errno: 1104,
                    sqlState: "42000",
                    message: "The SELECT would give more than \(limits.rows) rows or \(limits.resultBytes) bytes; "
                        + "check your WHERE"
                )
            }
            rows.append(compiled.columns.indices.map { compiled.statement.value(at: $0) })
        }
        return rows
    }

    private func step(_ compiled: CompiledStatement, text: String, mode: LexicalMode) throws(SQLError) -> Bool {
        do throws(SQLiteFailure) {
            return try compiled.statement.step()
        } catch {
            throw StatementErrors.error(
                error,
                compiled.translation,
                text: text,
                mode: mode,
                interruption: connection.guardian.interruption
            )
        }
    }
}
