import ClusterModel
import MySQLWire
import QueryRouting
import SQLDialect
import SQLite

/// Keeps the tables' rows up to date, each table only when a statement is about to read it and its source has changed.
final class TableFiller {
    private let connection: SQLiteConnection
    private let catalog: TableCatalog
    private let sources: VirtualTableSources

    /// The view that the tables are filled from, and its generation.
    private var view: ClusterView?
    private(set) var generation: UInt64?
    /// The generation that each table was filled in.
    private var filled: [String: UInt64] = [:]
    private var membersFilledFrom: [ClusterView.Member]?
    private var linksFilledFrom: [LinkSource]?
    /// What stands in the other tables, row by row, but for EVENTS.
    private var rowsFilled: [String: [[SQLValue]]] = [:]
    private var lastEventID: UInt64 = 0

    private var statements: [String: SQLiteStatement] = [:]
    /// By table, what writes a row at its place.
    private var replacements: [String: String] = [:]

    /// LAST_HEARD_MS of each member, in the order of the view's members.
    private final class Ages {
        var values: [SQLValue] = []
    }

    private let ages = Ages()

    init(
        connection: SQLiteConnection,
        catalog: TableCatalog,
        sources: VirtualTableSources
    ) throws(SQLiteFailure) {
        self.connection = connection
        self.catalog = catalog
        self.sources = sources
        // Clients cannot call it.
        try connection.register(
            SQLFunction("member_age", 1...1, isDeterministic: false) { [ages] arguments in
                // The rows were put into the empty table in the view's order, so they are numbered from 1.
                guard let row = arguments[0].integer, row > 0, row <= ages.values.count else { return .null }
                return ages.values[Int(row) - 1]
            }
        )
    }

    /// Brings what a statement reads up to date.
    ///
    /// - Parameter context: who reads, with the rows of CONNECTIONS if it reads that.
    func refresh(
        for reads: Set<SQLiteGuard.ColumnRead>,
        _ context: SessionContext = SessionContext(),
        now: MonotonicTime
    ) throws(SQLiteFailure) {
        // The generation is read first: a view that changes in between is then taken again next time.
        let newest = sources.view.generation
        if newest != generation || view == nil {
            view = sources.view.current
            generation = newest
        }
        guard let view else { return }

        let tables = Set(reads.map(\.table))
        let runsOn = Set(reads.filter { $0.table == "PRIMARY_MEMBER" && !Self.followsView($0) }.map(\.table))
        let stale = catalog.tables.map(\.name).filter { table in
            tables.contains(table) && (Self.isLive(table) || runsOn.contains(table) || filled[table] != newest)
        }
        let needsAges = reads.contains(SQLiteGuard.ColumnRead(table: "MEMBERS", column: "LAST_HEARD_MS"))
        guard !stale.isEmpty || needsAges else { return }

        connection.guardian.mode = .owner
        try inTransaction { () throws(SQLiteFailure) in
            for table in stale {
                try fill(table, from: view, context, now: now)
                filled[table] = newest
            }
            if needsAges { try refreshAges(view, now: now) }
        }
    }

    /// Whether the column has another value only when the view is another.
    static func followsView(_ read: SQLiteGuard.ColumnRead) -> Bool {
        switch read.table {
        case "MEMBERS": read.column != "LAST_HEARD_MS"
        case "PRIMARY_MEMBER": read.column != "LEASE_REMAINING_MS"
        case "CLUSTER", "EVENTS", "REPLICATION": true
        default: false
        }
    }

    /// Whether the table's rows change without the view: they are asked for anew each time.
    private static func isLive(_ table: String) -> Bool {
        table == "STATUS" || table == "SETTINGS" || table == "CONNECTIONS" || table == "VOTERS" || table == "SERVICES"
    }

    private func fill(
        _ table: String,
        from view: ClusterView,
        _ context: SessionContext,
        now: MonotonicTime
    ) throws(SQLiteFailure) {
        switch table {
        case "MEMBERS":
            try fillMembers(from: view, now: now)
        case "PRIMARY_MEMBER": try update(table, to: TableRows.primaryMember(view, sources.quorum))
        case "CLUSTER": try update(table, to: TableRows.cluster(view))
        case "VOTERS": try update(table, to: TableRows.voters(view, sources.quorum))
        case "SERVICES": try update(table, to: TableRows.services(sources.quorum?.services() ?? []))
        case "REPLICATION": try fillReplication(from: view)
        case "CONNECTIONS": try update(table, to: TableRows.connections(context.clientSessions))
        case "EVENTS": try appendEvents(view.events)
        case "STATUS": try update(table, to: TableRows.status(sources.status()))
        case "SETTINGS":
            let settings = sources.settings().filter { context.isOperator || !$0.isForOperators }
            try update(table, to: TableRows.settings(settings))
        default: break
        }
    }

    /// Of a large cluster few members have changed since the last look: only their rows are written.
    private func fillMembers(from view: ClusterView, now: MonotonicTime) throws(SQLiteFailure) {
        guard view.members != membersFilledFrom else { return }
        let known = membersFilledFrom ?? []
        // Until all is written: what is half done counts for nothing.
        membersFilledFrom = nil
        if known.count == view.members.count, zip(known, view.members).allSatisfy({ $0.id == $1.id }) {
            for (index, member) in view.members.enumerated() where !Self.isSameRow(known[index], member) {
                // The rows were put into the empty table in the view's order.
                let row = TableRows.member(member, of: view, now: now)
                try write(row, at: index, of: "MEMBERS")
            }
        } else {
            try replace("MEMBERS", with: view.members.map { TableRows.member($0, of: view, now: now) })
        }
        membersFilledFrom = view.members
    }

    /// Whether nothing but the age of the last packet differs, which is written when it is read.
    private static func isSameRow(_ left: ClusterView.Member, _ right: ClusterView.Member) -> Bool {
        left.state == right.state && left.role == right.role && left.stateSince == right.stateSince
            && left.epoch == right.epoch && left.incarnation == right.incarnation
            && left.lagMilliseconds == right.lagMilliseconds && left.problems == right.problems
            && left.record == right.record
    }

    /// The links' rows name their sources, which are other members: all are made anew, and those that differ written.
    private func fillReplication(from view: ClusterView) throws(SQLiteFailure) {
        let sources = view.members.map { LinkSource(record: $0.record, isCurrent: $0.current != nil) }
        guard sources != linksFilledFrom else { return }
        linksFilledFrom = nil
        try update("REPLICATION", to: TableRows.replication(view))
        linksFilledFrom = sources
    }

    /// What the rows of a member's links are made of.
    private struct LinkSource: Equatable {
        var record: MemberRecord
        var isCurrent: Bool
    }

    /// Writes those rows alone that are others than the last time.
    private func update(_ table: String, to rows: [[SQLValue]]) throws(SQLiteFailure) {
        let known = rowsFilled[table]
        // Until all is written: what is half done counts for nothing.
        rowsFilled[table] = nil
        guard let known else {
            try replace(table, with: rows)
            rowsFilled[table] = rows
            return
        }
        for (index, row) in rows.enumerated() where index >= known.count || known[index] != row {
            try write(row, at: index, of: table)
        }
        if rows.count < known.count {
            try prepared("DELETE FROM cluster_schema.\(table) WHERE rowid > ?").run([.integer(Int64(rows.count))])
        }
        rowsFilled[table] = rows
    }

    /// - Parameter index: the row's, of a table that was filled in order from its first row on.
    private func write(_ row: [SQLValue], at index: Int, of table: String) throws(SQLiteFailure) {
        let sql = replacements[table] ?? replacement(for: table)
        replacements[table] = sql
        try prepared(sql).run([.integer(Int64(index) + 1)] + row)
    }

    private func replacement(for table: String) -> String {
        let columns = catalog.definition(of: table)?.columns.map(\.name) ?? []
        let marks = (0...columns.count).map { _ in "?" }.joined(separator: ", ")
        return
            "INSERT OR REPLACE INTO cluster_schema.\(table) (rowid, \(columns.joined(separator: ", "))) VALUES (\(marks))"
    }

    private func replace(_ table: String, with rows: [[SQLValue]]) throws(SQLiteFailure) {
        try delete(from: table)
        for row in rows { try insert(row, into: table) }
    }

    /// Events are never changed: new ones come at the end, old ones go from the front.
    private func appendEvents(_ events: [ClusterEvent]) throws(SQLiteFailure) {
        if (events.last?.id ?? 0) < lastEventID {
            // Another history: numbers that were given before are given again.
            try delete(from: "EVENTS")
            lastEventID = 0
        }
        if let first = events.first {
            try prepared("DELETE FROM cluster_schema.EVENTS WHERE EVENT_ID < ?").run([
                .integer(Int64(clamping: first.id))
            ])
        }
        for event in events where event.id > lastEventID {
            try insert(TableRows.event(event), into: "EVENTS")
            lastEventID = event.id
        }
    }

    /// The one column of MEMBERS that changes while nothing happens.
    private func refreshAges(_ view: ClusterView, now: MonotonicTime) throws(SQLiteFailure) {
        ages.values = view.members.map { TableRows.lastHeardMilliseconds($0, localID: view.localID, now: now) }
        try prepared("UPDATE cluster_schema.MEMBERS SET LAST_HEARD_MS = member_age(rowid)").run([])
    }

    private func insert(_ row: [SQLValue], into table: String) throws(SQLiteFailure) {
        let marks = row.map { _ in "?" }.joined(separator: ", ")
        try prepared("INSERT INTO cluster_schema.\(table) VALUES (\(marks))").run(row)
    }

    private func delete(from table: String) throws(SQLiteFailure) {
        try prepared("DELETE FROM cluster_schema.\(table)").run([])
    }

    private func prepared(_ sql: String) throws(SQLiteFailure) -> SQLiteStatement {
        if let statement = statements[sql] { return statement }
        let statement = try connection.prepare(sql)
        statements[sql] = statement
        return statement
    }

    private func inTransaction(_ body: () throws(SQLiteFailure) -> Void) throws(SQLiteFailure) {
        try connection.execute("BEGIN")
        do throws(SQLiteFailure) {
            try body()
            try connection.execute("COMMIT")
        } catch {
            // What is half filled must be filled again.
            filled = [:]
            membersFilledFrom = nil
            linksFilledFrom = nil
            rowsFilled = [:]
            lastEventID = 0
            try? connection.execute("ROLLBACK")
            try? connection.execute("DELETE FROM cluster_schema.EVENTS")
            throw error
        }
    }
}
