import ClusterModel
package import MySQLWire
package import QueryRouting
import SQLDialect
import SQLite

/// Answers statements on the virtual tables from a private SQLite database in memory.
///
/// One engine belongs to one thread: it is not Sendable, and every call on it ends within its limits. Rows are brought up
/// to date when a statement is about to read them.
package final class VirtualTableEngine: VirtualQuerying {
    let catalog: TableCatalog
    let classifier: StatementClassifier
    private let sources: VirtualTableSources
    let limits: ExecutionLimits
    let connection: SQLiteConnection
    private let environment = FunctionEnvironment(random: { Double.random(in: 0..<1) })
    private let filler: TableFiller
    private let createdAt: WallTime
    private let compatibilityFiller: CompatibilityFiller
    private let compatibilityVariables: CompatibilityVariables
    private var cache: StatementCache
    private let volatileFunctions: Set<String>
    package private(set) var lastAnswerGeneration: UInt64?
    /// Of the last session's server, read once.
    private var version = (text: "", value: ServerVersion(""))

    /// - Parameter views: the compatibility views that are on.
    /// - Throws: `SQLError` 1105 if SQLite cannot be set up.
    package convenience init(
        sources: VirtualTableSources,
        limits: ExecutionLimits = ExecutionLimits(),
        views: Set<CompatibilityView> = []
    ) throws(SQLError) {
        do throws(SQLiteFailure) {
            try self.init(catalog: .standard.adding(views), sources: sources, limits: limits)
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
        let aggregates = AggregateFunctions.all
        let createdAt = sources.now().wall
        let connection = try SQLiteConnection(
            guardian: SQLiteGuard(
                schemas: catalog.attachedSchemas.union([VirtualSchema.name]),
                functions: Dialect.nativeFunctions.union(functions.map(\.name)).union(aggregates.map(\.name)),
                nanoseconds: { sources.now().monotonic.nanoseconds }
            )
        )
        let guardian = connection.guardian
        environment.isOverLimit = { guardian.isOverLimit() }
        try Self.setUp(connection, catalog, functions + CompatibilityFiller.functions(environment), aggregates)
        try InformationSchemaRows(catalog: catalog, createdAt: createdAt).install(on: connection)
        self.createdAt = createdAt
        self.volatileFunctions = Set(functions.lazy.filter { !$0.isDeterministic }.map(\.name))
        self.catalog = catalog
        self.classifier = StatementClassifier(schema: catalog.schema)
        self.sources = sources
        self.limits = limits
        self.connection = connection
        self.filler = try TableFiller(connection: connection, catalog: catalog, sources: sources)
        self.compatibilityFiller = CompatibilityFiller(connection: connection, catalog: catalog)
        self.compatibilityVariables = CompatibilityVariables(names: catalog.schema.compatibility, view: sources.view)
        self.cache = StatementCache(capacity: limits.cachedStatements)
    }

    private static func setUp(
        _ connection: SQLiteConnection,
        _ catalog: TableCatalog,
        _ functions: [SQLFunction],
        _ aggregates: [SQLAggregate]
    ) throws(SQLiteFailure) {
        // What is sorted or recursed over stays in memory: a disk would hold the event loop up.
        try connection.registerCollation()
        try connection.execute("PRAGMA temp_store = MEMORY")
        try connection.execute("ATTACH ':memory:' AS \(VirtualSchema.name)")
        for table in catalog.tables {
            try connection.execute(table.sql)
        }
        for schema in catalog.attachedSchemas { try connection.execute("ATTACH ':memory:' AS \(schema)") }
        for table in catalog.compatibility { try connection.execute(table.definition.sql) }
        for function in functions { try connection.register(function) }
        for aggregate in aggregates { try connection.register(aggregate) }
        connection.setLimits()
    }

    // MARK: VirtualQuerying

    package func within<Value>(
        _ allowance: StatementAllowance,
        _ body: () throws(SQLError) -> Value
    ) -> AllowedOutcome<Value> {
        let guardian = connection.guardian
        guardian.startMeasuring(bounds(allowance))
        defer { guardian.stopMeasuring() }
        let result: Result<Value, SQLError>
        do throws(SQLError) {
            result = .success(try body())
        } catch {
            result = .failure(error)
        }
        return guardian.interruption == .allowance ? .usedUp : .ended(result)
    }

    package var generation: UInt64 { sources.view.generation }

    package var marker: StatementMarker { catalog.schema.compatibility.marker }

    package func route(_ statement: [UInt8], in context: SessionContext) -> Route {
        classifier.route(statement, in: context)
    }

    package func describe(
        _ statement: VirtualStatement,
        in context: SessionContext
    ) throws(SQLError) -> StatementDescription {
        try measured { () throws(SQLError) in
            switch statement {
            case .call(let call): return StatementDescription(parameterCount: call.parameterCount)
            case .select(let text):
                let values = try variables(text, context)
                let translation = try compile(text, parameters: [], variables: values, in: context).translation
                return StatementDescription(parameterCount: translation.parameterCount, columns: translation.columns)
            default:
                guard case .resultSet(let result) = try run(statement, parameters: [], in: context) else {
                    return StatementDescription()
                }
                return StatementDescription(columns: result.columns)
            }
        }
    }

    package func variables(of statement: VirtualStatement, in context: SessionContext) -> [String] {
        guard context.authority == .server, let text = statement.expressionText else { return [] }
        let names = StatementVariables.names(in: text, mode: LexicalMode(context))
        return compatibilityVariables.asked(
            names.filter { StatementVariables.diagnosticCount(of: $0, in: context) == nil }
        )
    }

    package func run(
        _ statement: VirtualStatement,
        parameters: [SQLValue],
        in context: SessionContext
    ) throws(SQLError) -> VirtualAnswer {
        try measured { () throws(SQLError) in
            lastAnswerGeneration = nil
            switch statement {
            case .select(let text): return .resultSet(try select(text, parameters, in: context))
            case .noOperation: return .ok
            case .filtered(let listing, let condition):
                try leaveLong(condition)
                guard case .resultSet(let result) = try run(listing, parameters: [], in: context) else { return .ok }
                return .resultSet(try filter(result, condition, in: context))
            case .showCompatibilityVariables(let pattern):
                return .resultSet(try compatibilityVariables.listing(like: pattern))
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
    }

    package func readsClientSessions(_ statement: VirtualStatement, in context: SessionContext) -> Bool {
        guard case .select(let text) = statement, (try? leaveLong(text)) != nil, Self.mayNameSessions(text) else {
            return false
        }
        let compiled = try? measured { () throws(SQLError) in
            try compile(text, parameters: [], variables: try variables(text, context), in: context)
        }
        return compiled?.columnsRead.contains { $0.table == "CONNECTIONS" } ?? false
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
        let values = try variables(text, context)
        let compiled = try compile(text, parameters: parameters, variables: values, in: context)
        do throws(SQLiteFailure) {
            try connection.guardian.unmeasured { () throws(SQLiteFailure) in
                try filler.refresh(
                    for: compatibilityFiller.sources(of: compiled.columnsRead),
                    context,
                    now: now.monotonic
                )
                try compatibilityFiller.refresh(for: compiled.columnsRead)
            }
            // Variables stand behind the parameters.
            let missing = max(0, compiled.translation.parameterCount - parameters.count)
            let given = parameters.prefix(compiled.translation.parameterCount) + Array(repeating: .null, count: missing)
            try compiled.statement.bind(
                (given + values.map(\.value)).prefix(compiled.statement.parameterCount).map { $0 }
            )
        } catch {
            throw SQLError(errno: 1105, sqlState: "HY000", message: "virtual tables: \(error.message)")
        }
        let rows = try rows(of: compiled, version: serverVersion(in: context))
        if compiled.followsView, parameters.isEmpty, values.isEmpty { lastAnswerGeneration = filler.generation }
        return ResultSet(columns: compiled.translation.columns, rows: rows)
    }

    private func serverVersion(in context: SessionContext) -> ServerVersion {
        if version.text != context.serverVersion {
            version = (context.serverVersion, ServerVersion(context.serverVersion))
        }
        return version.value
    }

    /// The variables that a statement names, with their values.
    private func variables(
        _ text: String,
        _ context: SessionContext
    ) throws(SQLError) -> [(name: String, value: SQLValue)] {
        try leaveLong(text)
        return try StatementVariables.names(in: text, mode: LexicalMode(context)).map { name throws(SQLError) in
            if let value = compatibilityVariables.value(of: name, in: context) { return (name, value) }
            return (name, try StatementVariables.value(of: name, in: context))
        }
    }

    /// - Parameter parameters: empty while they are not known; they count as texts then.
    private func compile(
        _ text: String,
        parameters: [SQLValue],
        variables: [(name: String, value: SQLValue)],
        in context: SessionContext
    ) throws(SQLError) -> CompiledStatement {
        let mode = StatementMode(
            lexical: LexicalMode(context),
            pipesConcatenate: StatementVariables.pipesConcatenate(in: context),
            serverVersion: serverVersion(in: context)
        )
        let kinds = parameters.map { InputKind($0) }
        let variableKinds = variables.map { InputKind($0.value) }
        let key = StatementCache.Key(text: text, mode: mode, inputs: kinds + variableKinds)
        if let known = cache.statement(for: key) { return known }

        let guardian = connection.guardian
        let isBrief = guardian.bounds?.isBrief ?? false
        let parsed = try StatementTranslator.parse(text, mode: mode)
        let unknown = Array(repeating: InputKind.unknown, count: max(0, parsed.parameterCount - kinds.count))
        let translation: Translation
        do throws(SQLError) {
            translation = try StatementTranslator.translate(
                parsed,
                inputs: StatementInputs(
                    parameters: Array(kinds.prefix(parsed.parameterCount)) + unknown,
                    variables: variableKinds,
                    variableNames: variables.map(\.name)
                ),
                mode: mode,
                catalog: catalog,
                maximumBytes: isBrief ? ExecutionLimits.Brief.expandedBytes : limits.expandedBytes,
                isOverLimit: { guardian.isOverLimit() }
            )
        } catch {
            if isBrief, error == StatementSize.tooLarge { guardian.useUp() }
            if let interruption = guardian.interruption {
                throw ExecutionErrors.interrupted(interruption, mode.serverVersion)
            }
            throw error
        }
        guardian.columnsRead = []
        guardian.functionsCalled = []
        guardian.mode = .client
        defer { guardian.mode = .owner }
        let compiled: CompiledStatement
        do throws(SQLiteFailure) {
            compiled = CompiledStatement(
                statement: try connection.prepare(translation.sql),
                translation: translation,
                columnsRead: guardian.columnsRead,
                callsVolatile: !volatileFunctions.isDisjoint(with: guardian.functionsCalled)
            )
        } catch {
            throw ExecutionErrors.error(error, interruption: guardian.interruption, version: mode.serverVersion)
        }
        cache.insert(compiled, for: key)
        return compiled
    }

    private func rows(of compiled: CompiledStatement, version: ServerVersion) throws(SQLError) -> [[SQLValue]] {
        defer { compiled.statement.reset() }
        let types = compiled.translation.types
        var rows: [[SQLValue]] = []
        var bytes = 0
        let isBrief = connection.guardian.bounds?.isBrief ?? false
        while try step(compiled, version) {
            bytes += Self.bytesOfRow + Self.bytesOfValue * types.count
            for column in types.indices { bytes += compiled.statement.byteCount(at: column) }
            if isBrief, !fitsBriefly(rows: rows.count, columns: types.count, bytes: bytes) {
                throw ExecutionErrors.interrupted(.allowance, version)
            }
            guard rows.count < limits.rows, bytes <= limits.resultBytes else {
                throw SQLError(
                    errno: 1104,
                    sqlState: "42000",
                    message: "The SELECT would give more than \(limits.rows) rows or \(limits.resultBytes) bytes; "
                        + "check your WHERE"
                )
            }
            var row: [SQLValue] = []
            row.reserveCapacity(types.count)
            for (column, type) in types.enumerated() {
                row.append(try ResultValue.convert(compiled.statement.value(at: column), to: type))
            }
            rows.append(row)
        }
        return rows
    }

    private func fitsBriefly(rows: Int, columns: Int, bytes: Int) -> Bool {
        if rows * columns >= ExecutionLimits.Brief.values || bytes > ExecutionLimits.Brief.resultBytes {
            connection.guardian.useUp()
        }
        return !connection.guardian.isOverLimit()
    }

    /// What the array of a row takes, and each value in it beside its text.
    private static let bytesOfRow = 40
    private static let bytesOfValue = 24

    private func step(_ compiled: CompiledStatement, _ version: ServerVersion) throws(SQLError) -> Bool {
        do throws(SQLiteFailure) {
            return try compiled.statement.step()
        } catch {
            throw ExecutionErrors.error(error, interruption: connection.guardian.interruption, version: version)
        }
    }
}
