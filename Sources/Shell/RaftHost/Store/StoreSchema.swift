internal import MySQLWire

/// The tables of a store, and how a file that is none is told.
enum StoreSchema {
    private static let format: Int64 = 1
    /// "PFQ1".
    private static let applicationID: Int64 = 0x5046_5131

    /// - Throws: `StoreFailure` for another program's file, a later version's, and one that is damaged.
    static func prepare(_ database: StoreDatabase) throws(StoreFailure) {
        let format = try integer(database, "PRAGMA user_version")
        let owner = try integer(database, "PRAGMA application_id")
        let isNew = try integer(database, "SELECT count(*) FROM sqlite_schema") == 0 && owner == 0 && format == 0
        guard isNew || owner == applicationID else { throw .corrupt("it is another program's") }
        guard format <= self.format else { throw .newerFormat(format) }
        if isNew {
            try database.transaction { () throws(StoreFailure) in
                try database.execute(
                    "PRAGMA application_id = \(applicationID); PRAGMA user_version = \(self.format); \(tables)"
                )
            }
        }
        let damage = try database.value("PRAGMA quick_check(1)")
        guard damage == .text("ok") else { throw .corrupt("\(damage.map { "\($0)" } ?? "no answer")") }
    }

    private static func integer(_ database: StoreDatabase, _ sql: String) throws(StoreFailure) -> Int64 {
        guard case .integer(let number) = try database.value(sql) else { throw .corrupt("\(sql) is no number") }
        return number
    }

    private static let tables = """
        CREATE TABLE peer (
            one INTEGER PRIMARY KEY CHECK (one = 1), identity BLOB NOT NULL, founders BLOB NOT NULL,
            term INTEGER NOT NULL, vote BLOB NOT NULL, committed INTEGER NOT NULL,
            base_term INTEGER NOT NULL, base_place INTEGER NOT NULL,
            last_term INTEGER NOT NULL, last_place INTEGER NOT NULL,
            generation INTEGER NOT NULL, checksum INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE promise (
            one INTEGER PRIMARY KEY CHECK (one = 1), promise BLOB NOT NULL, checksum INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE snapshot (
            one INTEGER PRIMARY KEY CHECK (one = 1), term INTEGER NOT NULL, place INTEGER NOT NULL,
            configuration BLOB NOT NULL, state BLOB NOT NULL, checksum INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE log (
            place INTEGER PRIMARY KEY, term INTEGER NOT NULL, content BLOB NOT NULL, checksum INTEGER NOT NULL
        ) STRICT;
        """
}
