package import ClusterModel
package import MySQLClient

/// The statements that differ between MariaDB and MySQL, and how their results are read.
package protocol ProbeDialect: Sendable {
    static var flavor: ServerFlavor { get }
    /// One row with the columns server_id, read_only and gtid_position.
    static var identityStatement: String { get }
    /// One row for each replication source.
    static var replicationStatement: String { get }
    /// What an account without the right to see replication needs, for the log.
    static var replicationGrant: String { get }

    /// - Parameter record: a row of `replicationStatement`.
    static func replicationLink(_ record: ResultRecord) throws(ProbeDecodingError) -> ReplicationLink
}

/// A result that is not what the server's documentation promises.
package enum ProbeDecodingError: Error, Hashable, CustomStringConvertible {
    case missing(column: String)
    case notANumber(column: String)

    package var description: String {
        switch self {
        case .missing(let column): "mysqld's answer to a probe lacks \(column)"
        case .notANumber(let column): "mysqld's answer to a probe has no usable number as \(column)"
        }
    }
}

extension ResultRecord {
    func text(_ column: String) throws(ProbeDecodingError) -> String {
        guard let text = self[column] else { throw .missing(column: column) }
        return text
    }

    func number<Number: FixedWidthInteger>(_ column: String) throws(ProbeDecodingError) -> Number {
        guard let number = Number(try text(column)) else { throw .notANumber(column: column) }
        return number
    }
}

/// What `identityStatement` tells.
package struct ServerIdentity: Hashable, Sendable {
    package var serverID: UInt32
    package var isReadOnly: Bool
    /// Nil for what this version cannot read, or does not for its length.
    package var gtidPosition: GTIDSet?

    package init(_ record: ResultRecord, _ flavor: ServerFlavor) throws(ProbeDecodingError) {
        serverID = try record.number("server_id")
        // A number, or a word where it is an enumeration (MariaDB 12: OFF, ON, NO_LOCK, NO_LOCK_NO_ADMIN).
        let readOnly = try record.text("read_only")
        isReadOnly = readOnly != "0" && readOnly.uppercased() != "OFF"
        gtidPosition = record["gtid_position"].flatMap { try? GTIDSet($0, flavor) }
    }
}

extension ReplicationLink {
    /// The column names of one dialect.
    struct Columns: Sendable {
        let flavor: ServerFlavor
        let name, host, port, serverID, ioState, sqlState, secondsBehind, gtidReceived: String
        /// Nil where the server's own position is that.
        let gtidApplied: String?
    }

    init(_ record: ResultRecord, _ columns: Columns) throws(ProbeDecodingError) {
        let ioErrorNumber = record["Last_IO_Errno"].flatMap(UInt32.init) ?? 0
        let sqlErrorNumber = record["Last_SQL_Errno"].flatMap(UInt32.init) ?? 0
        let errors = [
            Self.error(sqlErrorNumber, record["Last_SQL_Error"]), Self.error(ioErrorNumber, record["Last_IO_Error"]),
        ]
        self.init(
            name: record[columns.name] ?? "",
            source: HostPort(
                // NULL while no source has been set.
                host: String((record[columns.host] ?? "").prefix(255)),
                port: try record[columns.port] == nil ? 0 : record.number(columns.port)
            ),
            sourceServerID: try record[columns.serverID] == nil ? 0 : record.number(columns.serverID),
            ioState: try record.text(columns.ioState),
            sqlState: try record.text(columns.sqlState),
            lagMilliseconds: record[columns.secondsBehind].flatMap(Int.init).map {
                max(0, $0).multipliedClamping(by: 1_000)
            },
            lastError: errors.filter { !$0.isEmpty }.joined(separator: "; ").singleLine(limit: 300),
            sqlErrorNumber: sqlErrorNumber,
            ioErrorNumber: ioErrorNumber,
            gtidReceived: Self.gtids(record[columns.gtidReceived], columns.flavor),
            gtidApplied: columns.gtidApplied.flatMap { Self.gtids(record[$0], columns.flavor) }
        )
    }

    private static func error(_ number: UInt32, _ text: String?) -> String {
        let text = text ?? ""
        return number == 0 ? text : "error \(number): \(text)"
    }

    /// Nil for none, too.
    private static func gtids(_ text: String?, _ flavor: ServerFlavor) -> GTIDSet? {
        guard let text, let set = try? GTIDSet(text, flavor), !set.isEmpty else { return nil }
        return set
    }
}

extension Int {
    fileprivate func multipliedClamping(by factor: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: factor)
        return overflow ? .max : product
    }
}
