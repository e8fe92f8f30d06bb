package import ClusterModel

/// What someone says of a member: "alive", "suspect", "dead" or "left" in one incarnation (SWIM, section 4.2).
///
/// A claim is complete: it names the process (`bootID`) and its address, so that any claim can introduce a member.
package struct MemberClaim: Hashable, Sendable {
    package var id: MemberID
    package var bootID: BootID
    /// What that process reads and writes; they stay the same as long as it runs.
    package var versions: ProtocolVersions
    package var incarnation: Incarnation
    package var liveness: Liveness
    /// Where the member receives gossip, UDP and TCP.
    package var address: HostPort
    /// How late its answers may come, as it said with this incarnation.
    var lateness = Lateness.none
    /// For a suspicion: who raised it. Confirmations count distinct accusers (Lifeguard, section IV.B).
    package var accuser: MemberID?

    package init(
        id: MemberID,
        bootID: BootID,
        versions: ProtocolVersions = .supported,
        incarnation: Incarnation,
        liveness: Liveness,
        address: HostPort,
        accuser: MemberID? = nil
    ) {
        self.id = id
        self.bootID = bootID
        self.versions = versions
        self.incarnation = incarnation
        self.liveness = liveness
        self.address = address
        self.accuser = accuser
    }

    /// The same claim with another verdict.
    func saying(_ liveness: Liveness, accuser: MemberID? = nil) -> Self {
        var claim = self
        claim.liveness = liveness
        claim.accuser = accuser
        return claim
    }

    /// What a member's own packet says of it: this process lives, in this incarnation.
    func saying(by header: PacketHeader) -> Self {
        var claim = saying(.alive)
        claim.bootID = header.bootID
        claim.versions = header.versions
        claim.incarnation = header.incarnation
        claim.lateness = header.lateness
        return claim
    }

    /// The order of claims about one member: the greater one holds.
    ///
    /// The incarnation decides; within one, bad news overrides good news; two processes with equal claims are told
    /// apart by their boot id, so that all members choose the same one. Being a total order, the greatest of a set of
    /// claims does not depend on the order or the number of times in which they are heard.
    static func isOverridden(_ known: Self, by heard: Self) -> Bool {
        (known.incarnation, known.liveness.rawValue, known.bootID)
            < (heard.incarnation, heard.liveness.rawValue, heard.bootID)
    }
}
