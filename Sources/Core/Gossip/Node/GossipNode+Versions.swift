internal import ClusterModel

/// Which version of the protocol is spoken, and with whom not at all.
///
/// - Each claim carries the versions of its member's process, and so everyone knows everyone's.
/// - Packets are written in the highest version that this member and all that it takes for present have in common; so
///   during a rolling upgrade the old version is spoken until the last old member is gone.
/// - An answer is written in the version of the question, which the asker can read whether it is known here or not.
/// - A member that shares no version with all that are present is not taken in.
extension GossipNode {
    private var commonVersions: ProtocolVersions { members.census.common(with: settings.protocolVersions) }

    /// The version that the cluster speaks, as far as it is known here.
    package var clusterVersion: UInt8 { commonVersions.highest }

    /// For one who need not be present: the cluster's version, or the nearest that it can read.
    func version(for slot: MemberSlot) -> UInt8 {
        let common = commonVersions.highest
        guard let shared = settings.protocolVersions.common(with: members.versions(at: slot)) else { return common }
        return min(max(common, shared.lowest), shared.highest)
    }

    /// What the processes speak that run at a seed's or at a dead member's address is not known, since others may run
    /// there now: when all are asked, each try takes the next version.
    mutating func takeTrialVersion() -> UInt8 {
        defer { trials &+= 1 }
        let own = settings.protocolVersions
        let count = UInt64(own.highest - own.lowest) + 1
        return own.lowest + UInt8(truncatingIfNeeded: trials % count)
    }

    /// When they are asked one after the other: drawn at random, lest one always gets the same version.
    func trialVersion(using random: inout some RandomNumberGenerator) -> UInt8 {
        let own = settings.protocolVersions
        // Nothing is drawn where there is no choice, so that runs of one version stay what they were.
        return own.lowest == own.highest ? own.lowest : UInt8.random(in: own.lowest...own.highest, using: &random)
    }

    /// Whether all that are present can go on speaking one version when this process is among them.
    func isCompatible(_ claim: MemberClaim, at slot: MemberSlot?) -> Bool {
        guard claim.liveness.isPresent else { return true }
        var former: ProtocolVersions?
        if let slot, members.liveness(at: slot).isPresent {
            if members.bootID(at: slot) == claim.bootID { return true }
            former = members.versions(at: slot)
        }
        let common = members.census.common(with: settings.protocolVersions, except: former)
        return common.common(with: claim.versions) != nil
    }

    /// Somebody's versions do not meet those of this cluster.
    ///
    /// - Parameter host: where it is; nil if that is not known.
    mutating func refuse(_ versions: ProtocolVersions, of host: String?, now: MonotonicTime) {
        counters.unsupportedVersion += 1
        let key = host ?? ""
        let pause = settings.conflictReportIntervalMilliseconds
        if let last = timers.versionNotices[key], now.milliseconds(since: last) < pause { return }
        // Many hosts at once would be somebody's game; to forget costs only another line of log.
        if timers.versionNotices.count >= Self.maximumVersionNotices { timers.versionNotices.removeAll() }
        timers.versionNotices[key] = now
        actions.append(.notice(.versionRefused(host: host, theirs: versions, ours: commonVersions)))
    }

    private static var maximumVersionNotices: Int { 64 }

    mutating func noteClusterVersion() {
        let version = clusterVersion
        defer { counters.protocolVersion = Int(version) }
        guard counters.protocolVersion != 0, counters.protocolVersion != Int(version) else { return }
        actions.append(.notice(.versionChanged(from: counters.protocolVersion, to: Int(version))))
    }
}
