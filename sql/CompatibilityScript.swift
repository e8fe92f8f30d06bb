/// The definition of one table of a compatibility view, as `sql/compat/<view>/` holds it.
package struct CompatibilityScript: Sendable {
    /// The folder's name, which `sql.compat` names it by.
    package let view: String
    /// The file's name without its suffix: the table's name in lower case.
    package let name: String
    /// A definition in the form of those in `sql/tables/`, and the statement that fills the table from them.
    package let sql: String

    package static let all: [CompatibilityScript] = [
        CompatibilityScript("aurora", "replica_host_status", PackageResources.replica_host_status_sql),
        CompatibilityScript("router", "schema_version", PackageResources.schema_version_sql),
        CompatibilityScript("router", "v2_ar_clusters", PackageResources.v2_ar_clusters_sql),
        CompatibilityScript("router", "v2_ar_members", PackageResources.v2_ar_members_sql),
        CompatibilityScript("router", "v2_clusters", PackageResources.v2_clusters_sql),
        CompatibilityScript("router", "v2_gr_clusters", PackageResources.v2_gr_clusters_sql),
        CompatibilityScript("router", "v2_instances", PackageResources.v2_instances_sql),
        CompatibilityScript("router", "v2_router_rest_accounts", PackageResources.v2_router_rest_accounts_sql),
        CompatibilityScript("router", "v2_routers", PackageResources.v2_routers_sql),
        CompatibilityScript("router", "v2_this_instance", PackageResources.v2_this_instance_sql),
        CompatibilityScript("isis2", "isis2is", PackageResources.isis2is_sql),
    ]

    private init(_ view: String, _ name: String, _ bytes: [UInt8]) {
        self.view = view
        self.name = name
        self.sql = String(decoding: bytes, as: UTF8.self)
    }
}
