package import ClusterModel
package import MySQLClient

/// MariaDB 10.5 and later. https://mariadb.com/kb/en/show-replica-status/
package enum MariaDBDialect: ProbeDialect {
    package static let flavor = ServerFlavor.mariaDB

    package static let identityStatement =
        "SELECT @@global.server_id AS server_id, @@global.read_only AS read_only,"
        + " @@global.gtid_current_pos AS gtid_position"

    // The spelling with SLAVES is the one that every supported version knows.
    package static let replicationStatement = "SHOW ALL SLAVES STATUS"

    package static let replicationGrant = "SLAVE MONITOR (sql/setup/mariadb.sql)"

    package static func replicationLink(_ record: ResultRecord) throws(ProbeDecodingError) -> ReplicationLink {
        try ReplicationLink(record, columns)
    }

    private static let columns = ReplicationLink.Columns(
        flavor: flavor,
        name: "Connection_name",
        host: "Master_Host",
        port: "Master_Port",
        serverID: "Master_Server_Id",
        ioState: "Slave_IO_Running",
        sqlState: "Slave_SQL_Running",
        secondsBehind: "Seconds_Behind_Master",
        gtidReceived: "Gtid_IO_Pos",
        gtidApplied: "Gtid_Slave_Pos"
    )
}
