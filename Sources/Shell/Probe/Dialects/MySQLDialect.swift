package import ClusterModel
package import MySQLClient

/// MySQL 8.0.22 and later. https://dev.mysql.com/doc/refman/8.4/en/show-replica-status.html
package enum MySQLDialect: ProbeDialect {
    package static let flavor = ServerFlavor.mySQL

    // super_read_only implies read_only; both are read in case that ever changes.
    package static let identityStatement =
        "SELECT @@global.server_id AS server_id, (@@global.read_only OR @@global.super_read_only) AS read_only,"
        + " @@global.gtid_executed AS gtid_position"

    package static let replicationStatement = "SHOW REPLICA STATUS"

    package static let replicationGrant = "REPLICATION CLIENT (sql/setup/mysql.sql)"

    package static func replicationLink(_ record: ResultRecord) throws(ProbeDecodingError) -> ReplicationLink {
        try ReplicationLink(record, columns)
    }

    private static let columns = ReplicationLink.Columns(
        flavor: flavor,
        name: "Channel_Name",
        host: "Source_Host",
        port: "Source_Port",
        serverID: "Source_Server_Id",
        ioState: "Replica_IO_Running",
        sqlState: "Replica_SQL_Running",
        secondsBehind: "Seconds_Behind_Source",
        gtidReceived: "Retrieved_Gtid_Set",
        gtidApplied: nil
    )
}
