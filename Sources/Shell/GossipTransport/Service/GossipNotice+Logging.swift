internal import ClusterModel
internal import Gossip
internal import Logging

extension GossipNotice {
    /// One line for each change of state.
    ///
    /// - Parameter name: a member's name; nil if it is not known yet.
    func log(to logger: Logger, naming name: (MemberID) -> String?) {
        func named(_ member: MemberID) -> Logger.MetadataValue {
            name(member).map { "\($0) (\(member))" } ?? "\(member)"
        }
        switch self {
        case .joined(let member):
            logger.info("joined the cluster", metadata: ["through": named(member)])
        case .memberChanged(let member, let old, let new, let address):
            logger.info(
                "member changed",
                metadata: [
                    "member": named(member), "address": "\(address)", "from": "\(old.map { "\($0)" } ?? "unknown")",
                    "to": "\(new)",
                ]
            )
        case .memberForgotten(let member):
            logger.info("member forgotten", metadata: ["member": named(member)])
        case .refuted(let rumour, let incarnation):
            logger.notice("refuted", metadata: ["rumour": "\(rumour)", "incarnation": "\(incarnation)"])
        case .nameConflict(let member, let kept, let refused) where kept == refused:
            logger.error(
                """
                two processes use one node name and one gossip address, as copies of one machine do; the first keeps \
                the name, the other is FENCED
                """,
                metadata: ["member": named(member), "address": "\(kept)"]
            )
        case .nameConflict(let member, let kept, let refused):
            logger.error(
                "two processes use one node name",
                metadata: ["member": named(member), "kept": "\(kept)", "refused": "\(refused)"]
            )
        case .nameReclaimed:
            logger.notice("node name is free again and taken")
        case .stalled(let milliseconds):
            logger.warning("this process was paused", metadata: ["late_ms": "\(milliseconds)"])
        case .latenessTold(0):
            logger.notice("messages reach this process in time again; the other members are told")
        case .latenessTold(let milliseconds):
            logger.warning(
                "messages reach this process late; the other members are told to wait",
                metadata: ["late_ms": "\(milliseconds)"]
            )
        case .datagramsLost(let member):
            logger.warning("UDP is lost, TCP gets through", metadata: ["member": named(member)])
        case .recordTooLong(let bytes):
            logger.error("local record is too long to send", metadata: ["bytes": "\(bytes)"])
        case .foreignCluster(let source, let count):
            logger.warning(
                """
                refused gossip of another cluster: cluster.name differs there, or the seeds of one of the two lead to the \
                other by mistake
                """,
                metadata: ["count": "\(count)", "from": "\(source.map { "\($0)" } ?? "a stream")"]
            )
        case .versionRefused(let host, let theirs, let ours):
            logger.error(
                "refused a member: its gossip versions do not meet those of this cluster",
                metadata: ["host": "\(host ?? "unknown")", "theirs": "\(theirs)", "ours": "\(ours)"]
            )
        case .versionChanged(let old, let new):
            logger.notice("gossip version of the cluster", metadata: ["from": "\(old)", "to": "\(new)"])
        }
    }
}
