package import ClusterModel
internal import MySQLWire

/// The topology as sessions tell it to clients: one for all of them.
package final class SessionTopology: Sendable {
    package let notice: TopologyNotice
    /// What a session compares with the version it told last.
    package let version: UInt64
    let change: SessionStateChange
    /// The same with `redirect_url`, for sessions that have not told this one yet.
    let changeWithRedirect: SessionStateChange

    package init(_ notice: TopologyNotice) {
        self.notice = notice
        version = notice.version.rawValue
        let variables = [
            (name: "cluster_schema.topology_version", value: notice.version.description),
            (name: "cluster_schema.primary", value: notice.primary),
        ]
        change = SessionStateChange(variables)
        changeWithRedirect = notice.redirectURL.map { SessionStateChange(variables + [("redirect_url", $0)]) } ?? change
    }
}
