/// The definition of one virtual table, as `sql/tables/` holds it.
///
/// The files are embedded in the binary, so that a sidecar and its tables can never be of different versions.
package struct TableScript: Sendable {
    /// The file's name without its suffix: the table's name in lower case.
    package let name: String
    /// Comments and one CREATE TABLE statement, in SQLite's dialect with MySQL's column types.
    package let sql: String

    /// In the order in which SHOW TABLES would list them.
    package static let all: [TableScript] = [
        TableScript("cluster", PackageResources.cluster_sql),
        TableScript("connections", PackageResources.connections_sql),
        TableScript("events", PackageResources.events_sql),
        TableScript("failovers", PackageResources.failovers_sql),
        TableScript("members", PackageResources.members_sql),
        TableScript("primary_member", PackageResources.primary_member_sql),
        TableScript("replication", PackageResources.replication_sql),
        TableScript("services", PackageResources.services_sql),
        TableScript("settings", PackageResources.settings_sql),
        TableScript("status", PackageResources.status_sql),
        TableScript("voters", PackageResources.voters_sql),
    ]

    private init(_ name: String, _ bytes: [UInt8]) {
        self.name = name
        self.sql = String(decoding: bytes, as: UTF8.self)
    }
}
