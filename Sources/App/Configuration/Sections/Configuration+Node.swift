package import ClusterModel

extension Configuration {
    /// `cluster`
    package struct Cluster: Hashable, Sendable {
        /// 1 to 64 bytes; members of a cluster of another name are refused.
        package var name: String
    }

    /// `node`
    package struct Node: Hashable, Sendable {
        /// 1 to 64 of the characters A-Z a-z 0-9 . _ -
        package var name: String
        package var kind: NodeKind
        /// Empty for none.
        package var zone: String
        package var promotion: PromotionRule
        /// A replica further behind than this is LAGGING.
        package var lagThresholdMilliseconds: Int
    }
}

extension ConfigurationBuilder {
    func cluster() -> Configuration.Cluster { .init(name: value(Schema.cluster)) }

    mutating func node() -> Configuration.Node {
        .init(
            name: nodeName(),
            kind: value(Schema.Node.kind),
            zone: value(Schema.Node.zone) ?? "",
            promotion: value(Schema.Node.promotion),
            lagThresholdMilliseconds: value(Schema.Node.lagThreshold)
        )
    }

    private mutating func nodeName() -> String {
        if written[Schema.Node.name.path] != nil { return value(Schema.Node.name) }
        derived[Schema.Node.name.path] = hostName
        if !ValueType<String>.isNodeName(hostName) {
            let name = QuotedText.quoted(hostName)
            report(.error, Schema.Node.name, "missing, and the host's name \(name) is no node name; set node.name")
        }
        return hostName
    }
}
