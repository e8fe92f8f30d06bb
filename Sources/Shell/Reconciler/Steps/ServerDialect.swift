internal import MySQLClient

/// What fencing says to each kind of server.
///
/// Order and bounds are of what was tried on MariaDB 10.11 and MySQL 9: `read_only` waits for statements that write, for table
/// locks and for commits that wait for an acknowledgement, and other writers queue behind it, so it is given little time,
/// and what stands in its way is ended before the next try.
struct ServerDialect {
    enum Kind {
        case mariaDB
        case mySQL
    }

    let kind: Kind
    /// MariaDB from 12.0.1: `read_only` takes NO_LOCK_NO_ADMIN, which waits for nobody and spares no administrator.
    let hasNoLock: Bool

    /// - Parameter version: as `VERSION()` has it.
    init(version: String) {
        kind = version.contains("MariaDB") ? .mariaDB : .mySQL
        let numbers = version.split(whereSeparator: { !$0.isNumber }).prefix(3).compactMap { Int($0) }
        hasNoLock = kind == .mariaDB && [12, 0, 1].lexicographicallyPrecedes(numbers, by: <=)
    }

    // MARK: What is asked

    /// One row of `ServerSettings`.
    var settingsQuery: String {
        // Of a server without semi-synchronous replication nothing comes for those names.
        """
        SELECT VARIABLE_NAME, VARIABLE_VALUE FROM \(variables) WHERE VARIABLE_NAME IN ('read_only', 'super_read_only', \
        'event_scheduler', 'rpl_semi_sync_master_enabled', 'rpl_semi_sync_source_enabled')
        """
    }

    private var variables: String {
        switch kind {
        case .mariaDB: "information_schema.GLOBAL_VARIABLES"
        case .mySQL: "performance_schema.global_variables"
        }
    }

    // MARK: What is done

    var eventsOff: String { "SET GLOBAL event_scheduler = OFF" }
    var eventsOn: String { "SET GLOBAL event_scheduler = ON" }

    /// Each is tried where the one before was refused as a value that the server does not know.
    ///
    /// - Parameter milliseconds: how long it may wait.
    func readOnly(waiting milliseconds: Int) -> [String] {
        switch kind {
        case .mariaDB:
            (hasNoLock ? ["NO_LOCK_NO_ADMIN", "ON"] : ["ON"]).map {
                "SET STATEMENT max_statement_time = \(milliseconds / 1000).\(milliseconds % 1000 / 100) FOR "
                    + "SET GLOBAL read_only = \($0)"
            }
        // Its deadline ends it: the server's own bounds are in whole seconds.
        case .mySQL: ["SET GLOBAL super_read_only = ON"]
        }
    }

    /// Also of administrators on MySQL.
    var writable: String { "SET GLOBAL read_only = OFF" }

    func semiSync(_ variable: String, isOn: Bool) -> String { "SET GLOBAL \(variable) = \(isOn ? "ON" : "OFF")" }

    /// The sessions that stand in the way, by their ids: not the sidecar's own, nor replication's, nor those that wait for an
    /// acknowledgement or commit, which KILL would have commit.
    var obstacles: String {
        """
        SELECT ID FROM information_schema.PROCESSLIST WHERE USER NOT IN \
        (SUBSTRING_INDEX(USER(), '@', 1), 'system user', 'event_scheduler') \
        AND COMMAND NOT IN ('Binlog Dump', 'Binlog Dump GTID', 'Daemon', 'Slave_IO', 'Slave_SQL', 'Slave_worker') \
        AND COALESCE(STATE, '') NOT IN ('Commit', 'Waiting for semi-sync ACK from slave', \
        'Waiting for semi-sync ACK from replica')
        """
    }

    func kill(_ id: String) -> String { "KILL \(id)" }
}

/// What fencing changes, as the server has it.
struct ServerSettings: Equatable {
    /// To clients, on MySQL to administrators, too.
    var isReadOnly = false
    var hasEvents = false
    /// The variable that makes it a semi-synchronous source, if it is one.
    var semiSync: String?

    /// - Returns: nil if `read_only` is not among the rows.
    init?(_ result: QueryResult, _ kind: ServerDialect.Kind) {
        var values: [String: String] = [:]
        for row in result.rows where row.count == 2 {
            if let name = row[0], let value = row[1] { values[name.lowercased()] = value.uppercased() }
        }
        guard let readOnly = values["read_only"] else { return nil }
        // MariaDB from 12 names how much it is.
        isReadOnly = readOnly != "OFF" && readOnly != "0"
        if kind == .mySQL { isReadOnly = values["super_read_only"] == "ON" }
        hasEvents = values["event_scheduler"] == "ON"
        semiSync = ["rpl_semi_sync_source_enabled", "rpl_semi_sync_master_enabled"].first { values[$0] == "ON" }
    }
}
