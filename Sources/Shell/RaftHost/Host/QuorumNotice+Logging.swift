internal import ClusterModel
internal import Logging
internal import Quorum

extension QuorumNotice {
    func log(to logger: Logger) {
        switch self {
        case .founded(let quorum, let founders):
            logger.notice(
                "a quorum was founded",
                metadata: ["quorum": "\(quorum)", "founders": "\(founders.count)"]
            )
        case .joined(let quorum):
            logger.notice("this node was taken into the quorum", metadata: ["quorum": "\(quorum)"])
        case .outOfQuorum(let outage):
            logger.error(
                "this node takes no part in the quorum; clients are served on",
                metadata: ["reason": "\(outage.words)"]
            )
        case .violation(let member, let violation):
            logger.error(
                "a member of the quorum says what cannot be",
                metadata: ["member": "\(member.map { "\($0)" } ?? "unknown")", "what": "\(violation)"]
            )
        case .foreignMember(let member, let quorum):
            logger.error(
                "a member belongs to another quorum, and is not listened to",
                metadata: ["member": "\(member)", "quorum": "\(quorum)"]
            )
        case .staleMember(let member):
            logger.error(
                "a member's store is an old copy, so it has no vote",
                metadata: ["member": "\(member)"]
            )
        }
    }
}

extension Outage {
    /// For people; what to do is in it.
    package var words: String {
        switch self {
        case .storeFailed(let reason): "\(reason) (the store is in the folder of election.data_dir)"
        case .staleStore:
            "its store is an old copy, put back after later writes; remove its folder to join again as a new voter"
        case .removed: "it was removed; remove its store's folder to join again as a new voter"
        case .unreadableDecision: "a later version has decided what this one cannot read"
        }
    }
}
