internal import ClusterModel

/// What this process says of itself, and how it answers what others say of it.
struct LocalMember {
    private(set) var claim: MemberClaim
    private(set) var record: VersionedRecord
    /// A living process at another address that had this member's name first. While it lives this one keeps silent.
    private(set) var displacedBy: MemberClaim?
    /// Processes of this member's name that were seen alive elsewhere after this one had joined (two sides of a
    /// partition): their records are not outbid, or the two would outbid each other for ever.
    private var rivals: [BootID] = []
    private static let maximumRivals = 8

    init(
        id: MemberID,
        bootID: BootID,
        versions: ProtocolVersions = .supported,
        address: HostPort,
        record: [UInt8]
    ) {
        claim = MemberClaim(
            id: id,
            bootID: bootID,
            versions: versions,
            incarnation: Incarnation(rawValue: 1),
            liveness: .alive,
            address: address
        )
        self.record = VersionedRecord(
            stamp: RecordStamp(version: RecordVersion(rawValue: 1), bootID: bootID),
            bytes: record
        )
    }

    var id: MemberID { claim.id }
    var isDisplaced: Bool { displacedBy != nil }
    var hasLeft: Bool { claim.liveness == .left }

    enum Verdict: Equatable {
        case nothing
        /// The incarnation was raised; the new claim must be spread.
        case refuted
        /// The name has become free, and this process has taken it.
        case reclaimed
        /// Another process has the name and lives.
        case conflict
    }

    /// Judges a claim about this member (SWIM, section 4.2): a rumour of death, or the former life of a restarted
    /// process, is overridden with a higher incarnation at once.
    ///
    /// - Parameters:
    ///   - joined: whether this process has been taken in by the cluster before. A newcomer gives way to a living
    ///     process of its name at another address; one that is established does not, and neither outbids the other.
    ///   - lateness: what is said with a higher incarnation.
    mutating func judge(_ heard: MemberClaim, joined: Bool, lateness: Lateness = .none) -> Verdict {
        guard !hasLeft else { return .nothing }
        if heard.bootID != claim.bootID, heard.address != claim.address, heard.liveness.isPresent {
            if joined, !isDisplaced {
                noteRival(heard.bootID)
                return .conflict
            }
            let isNews = displacedBy?.bootID != heard.bootID
            displacedBy = heard
            return isNews ? .conflict : .nothing
        }
        if heard.bootID == claim.bootID, heard.liveness == .alive, heard.incarnation <= claim.incarnation {
            // Our own words: whoever holds them has taken this process in.
            displacedBy = nil
            return .nothing
        }
        rivals.removeAll { $0 == heard.bootID }
        let wasDisplaced = isDisplaced
        if let holder = displacedBy {
            guard heard.bootID == holder.bootID || MemberClaim.isOverridden(holder, by: heard) else { return .nothing }
            displacedBy = nil
        }
        guard MemberClaim.isOverridden(claim, by: heard) || wasDisplaced else { return .nothing }
        claim.incarnation = max(claim.incarnation, heard.incarnation).next
        claim.lateness = lateness
        return wasDisplaced ? .reclaimed : .refuted
    }

    /// Looks at a record that goes by this member's name: one of a former life with a version that would win over
    /// ours is outbid.
    ///
    /// - Returns: whether the version was raised, so that the record must be spread again.
    mutating func judge(_ heard: RecordStamp) -> Bool {
        guard heard.bootID != claim.bootID, heard.version >= record.stamp.version, !isDisplaced,
            !rivals.contains(heard.bootID), !hasLeft
        else { return false }
        record.stamp.version = heard.version.next
        return true
    }

    /// Says, in a new incarnation, how late this member's answers may come.
    mutating func raise(lateness: Lateness) {
        claim.incarnation = claim.incarnation.next
        claim.lateness = lateness
    }

    mutating func change(record bytes: [UInt8]) {
        record.bytes = bytes
        record.stamp.version = record.stamp.version.next
    }

    /// Says farewell.
    mutating func leave() {
        claim.incarnation = claim.incarnation.next
        claim.liveness = .left
    }

    private mutating func noteRival(_ bootID: BootID) {
        guard !rivals.contains(bootID) else { return }
        if rivals.count >= Self.maximumRivals { rivals.removeFirst() }
        rivals.append(bootID)
    }
}
