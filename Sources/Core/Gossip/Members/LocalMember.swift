internal import ClusterModel

/// What this process says of itself, and how it answers what others say of it.
struct LocalMember {
    private(set) var claim: MemberClaim
    private(set) var record: VersionedRecord
    /// A living process that had this member's name first. While it lives this one keeps silent.
    private(set) var displacedBy: MemberClaim?
    /// Processes of this member's name at its address, which were taken for former lives of it and outbid.
    private var outbid: [BootID] = []
    /// Whether one of them was heard of before this process had joined: then this one came later.
    private var hasOutbidOnJoining = false
    /// Processes of this member's name that were seen alive elsewhere after this one had joined (two sides of a
    /// partition): their records are not outbid, or the two would outbid each other for ever.
    private var rivals: [BootID] = []
    private static let maximumRivals = 8
    /// By how much another life is outbid: nothing that it said before it ended comes near, so who answers that lives.
    static let lead: UInt64 = 1024

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
        /// No process can have counted so far.
        case incredible
    }

    /// Judges a claim about this member (SWIM, section 4.2): a rumour of death, or the former life of a restarted
    /// process, is overridden with a higher incarnation at once.
    ///
    /// Two copies of one node (a virtual machine that was restored elsewhere while the first went on) have one address
    /// too. The one that starts takes the other for its former life, and outbids it by `lead`. If that one answers with
    /// still more, it lives, and the name is its.
    ///
    /// - Parameters:
    ///   - joined: whether this process has been taken in by the cluster before. A newcomer gives way to a living
    ///     process of its name at another address; one that is established does not, and neither outbids the other.
    ///   - isFresh: whether that was a moment ago. Whoever says far more than one that has just outbid somebody has
    ///     been outbid too, or counts from what was: it lives, even if it was not the one that was told of.
    ///   - lateness: what is said with a higher incarnation.
    mutating func judge(
        _ heard: MemberClaim,
        joined: Bool,
        isFresh: Bool = false,
        lateness: Lateness = .none
    ) -> Verdict {
        guard !hasLeft else { return .nothing }
        guard heard.incarnation.isCredible(after: claim.incarnation) else { return .incredible }
        if heard.bootID != claim.bootID, heard.address != claim.address, heard.liveness.isPresent {
            if joined, !isDisplaced {
                Self.note(heard.bootID, in: &rivals)
                return .conflict
            }
            let isNews = displacedBy?.bootID != heard.bootID
            displacedBy = heard
            return isNews ? .conflict : .nothing
        }
        if heard.bootID == claim.bootID, heard.liveness == .alive, heard.incarnation <= claim.incarnation {
            // Our own words: whoever holds them has taken this process in, unless they come from before a copy of it was
            // heard.
            if let holder = displacedBy, holder.address == claim.address, MemberClaim.isOverridden(claim, by: holder) {
                return .nothing
            }
            displacedBy = nil
            return .nothing
        }
        rivals.removeAll { $0 == heard.bootID }
        let wasDisplaced = isDisplaced
        let isOther = heard.bootID != claim.bootID
        if let holder = displacedBy {
            guard MemberClaim.isOverridden(holder, by: heard) else { return .nothing }
            // The holder, or a further copy, with which this one has nothing to settle.
            if isOther, heard.liveness.isPresent, holder.address == claim.address {
                displacedBy = heard
                return .nothing
            }
            displacedBy = nil
        }
        let isOverridden = MemberClaim.isOverridden(claim, by: heard)
        // One that joins outbids whoever was there even if its own claim would hold: so it is the one that is answered.
        let isFirst = isOther && heard.liveness.isPresent && !joined && !outbid.contains(heard.bootID)
        guard isOverridden || wasDisplaced || isFirst else { return .nothing }
        let greatest = max(claim.incarnation, heard.incarnation)
        if isOther {
            // Less than half of the lead is what a former life may have added by refuting.
            let isFarBeyond = heard.incarnation >= claim.incarnation.advanced(by: Self.lead / 2)
            let isAnswer = outbid.contains(heard.bootID) || isFresh && hasOutbidOnJoining && isFarBeyond
            if isOverridden, heard.liveness.isPresent, isAnswer {
                displacedBy = heard
                return .conflict
            }
            Self.note(heard.bootID, in: &outbid)
            if !joined { hasOutbidOnJoining = true }
            claim.incarnation = greatest.advanced(by: Self.lead)
        } else {
            claim.incarnation = greatest.next
        }
        claim.lateness = lateness
        return wasDisplaced ? .reclaimed : .refuted
    }

    /// Looks at a record that goes by this member's name: one of a former life, or of somebody who lies, with a version
    /// that would win over ours is outbid. One with a version that nobody can have does not win.
    ///
    /// - Returns: whether the version was raised, so that the record must be spread again.
    mutating func judge(_ heard: RecordStamp) -> Bool {
        let own = record.stamp.version
        guard heard.bootID == claim.bootID ? heard.version > own : heard.version >= own,
            heard.version.isCredible(after: own), !isDisplaced, !rivals.contains(heard.bootID), !hasLeft
        else { return false }
        record.stamp.version = heard.version.next
        return true
    }

    /// Looks at a whole record that goes by this member's name: another one under the present stamp is a lie.
    mutating func judge(_ heard: VersionedRecord) -> Bool {
        guard heard.stamp == record.stamp, heard.bytes != record.bytes, !isDisplaced, !hasLeft else {
            return judge(heard.stamp)
        }
        record.stamp.version = record.stamp.version.next
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

    private static func note(_ bootID: BootID, in list: inout [BootID]) {
        guard !list.contains(bootID) else { return }
        if list.count >= maximumRivals { list.removeFirst() }
        list.append(bootID)
    }
}
