import ClusterModel
import MySQLWire
import QueryRouting
import SQLDialect
import SQLite

/// Fills the tables of the compatibility views from those of `cluster_schema`, each time that a statement reads them:
/// their rows tell ages.
final class CompatibilityFiller {
    private let connection: SQLiteConnection
    private let tables: [String: CompatibilityTable]
    private var statements: [String: Statements] = [:]

    private struct Statements {
        var clear: SQLiteStatement
        var fill: SQLiteStatement
    }

    init(connection: SQLiteConnection, catalog: TableCatalog) {
        self.connection = connection
        self.tables = Dictionary(
            catalog.compatibility.map { ($0.definition.name.uppercased(), $0) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// What must be up to date before a statement runs that reads this: with tables of ours, what they are made from.
    func sources(of reads: Set<SQLiteGuard.ColumnRead>) -> Set<SQLiteGuard.ColumnRead> {
        guard !tables.isEmpty, reads.contains(where: { tables[$0.table] != nil }) else { return reads }
        return reads.union([
            SQLiteGuard.ColumnRead(table: "CLUSTER", column: ""),
            SQLiteGuard.ColumnRead(table: "MEMBERS", column: "LAST_HEARD_MS"),
        ])
    }

    /// Call it when the sources are up to date.
    func refresh(for reads: Set<SQLiteGuard.ColumnRead>) throws(SQLiteFailure) {
        guard !tables.isEmpty else { return }
        for name in Set(reads.map(\.table)) {
            guard let table = tables[name], let filling = table.filling else { continue }
            connection.guardian.mode = .owner
            let known: Statements
            if let prepared = statements[name] { known = prepared } else { known = try prepare(table, filling) }
            statements[name] = known
            try known.clear.run([])
            try known.fill.run([])
        }
    }

    private func prepare(_ table: CompatibilityTable, _ filling: String) throws(SQLiteFailure) -> Statements {
        Statements(
            clear: try connection.prepare("DELETE FROM \(table.definition.qualifiedName)"),
            fill: try connection.prepare(filling)
        )
    }

    /// The functions that filling statements call, and clients cannot.
    static func functions(_ environment: FunctionEnvironment) -> [SQLFunction] {
        [
            SQLFunction("milliseconds_ago", 1...1, isDeterministic: false) { arguments in
                guard let age = arguments[0].integer else { return .null }
                let (time, isOverflowing) = environment.statementTime.microsecondsSince1970
                    .subtractingReportingOverflow(max(0, min(age, Int64.max / 1000)) * 1000)
                guard !isOverflowing else { return .null }
                return .text(CalendarTime.text(of: WallTime(microsecondsSince1970: time), fraction: 6))
            },
            SQLFunction("endpoint", 2...2) { arguments in
                guard let host = arguments[0].text, let port = arguments[1].integer else { return .null }
                return .text(HostPort(host: host, port: UInt16(clamping: port)).description)
            },
        ]
    }
}
