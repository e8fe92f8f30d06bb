/// What an application acts on when the topology changes: the little that is pushed to sessions and waited for.
package struct TopologyNotice: Hashable, Sendable {
    package var version: TopologyVersion
    /// The primary's SQL address as `host:port`; empty while there is none.
    package var primary: String
    /// Where clients that follow MariaDB's `redirect_url` are sent from this node; empty for nowhere, nil if the node
    /// is not to send anybody anywhere (`sql.redirect: off`).
    package var redirectURL: String?
    /// The primary is the node that tells it.
    package var isLocalPrimary: Bool

    package init(
        version: TopologyVersion,
        primary: String,
        redirectURL: String? = nil,
        isLocalPrimary: Bool = false
    ) {
        self.isLocalPrimary = isLocalPrimary
        self.version = version
        self.primary = primary
        self.redirectURL = redirectURL
    }

    /// Before anything is known.
    package static let none = TopologyNotice(version: .zero, primary: "")

    /// - Parameter redirects: whether clients of other nodes are sent to the primary.
    package init(_ view: ClusterView, redirects: Bool) {
        let primary = view.primary
        self.init(
            version: view.topologyVersion,
            primary: primary.map { $0.record.sqlAddress.description } ?? "",
            redirectURL: redirects ? Self.redirectURL(to: primary, from: view.localID) : nil,
            isLocalPrimary: primary?.id == view.localID
        )
    }

    /// `mariadb://host:port`, as MariaDB's connectors read it: no path, and no IPv6 literals, which they cannot read.
    private static func redirectURL(to primary: ClusterView.Member?, from localID: MemberID) -> String {
        guard let primary, primary.id != localID else { return "" }
        let address = primary.record.sqlAddress
        guard
            !address.host.utf8.contains(where: {
                [UInt8(ascii: ":"), UInt8(ascii: "/"), UInt8(ascii: "@")].contains($0)
            })
        else { return "" }
        return "mariadb://\(address.host):\(address.port)"
    }
}
