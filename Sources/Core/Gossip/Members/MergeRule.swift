internal import ClusterModel

/// Decides what a claim changes in what is known of another member (SWIM, section 4.2, with memberlist's changes).
///
/// - A claim holds over the known one if it is greater in the order of `MemberClaim.isOverridden`. Unlike the paper,
///   death is not final: a higher incarnation of the same or a restarted process brings the member back.
/// - A member that is present keeps its name: another process at *another* address that claims it is a conflict, and
///   is refused until the first one is dead or has left. At the same address it is the same node, restarted.
/// - In a full exchange "dead" is only taken as a suspicion of someone who is present here, so that a member that came
///   back meanwhile can still refute. So it is on any channel when the member was not under suspicion here before: it
///   has not been heard yet, as when a partition ends just after one side has given up the other.
/// - An incarnation too far beyond the known one (`MonotonicCounter.isCredible`) is believed of the member itself alone,
///   which may have had to outbid somebody. If it is the known one that lies so far ahead, told here before the member
///   itself was heard, the member's own word ends it: a lie lasts no longer than until the member that it is about speaks.
enum MergeRule {
    enum Channel {
        /// Piggybacked on a datagram, or this member's own verdict.
        case gossip
        /// Part of a full exchange.
        case exchange
    }

    enum Decision: Equatable {
        case ignore
        case adopt(MemberClaim)
        /// A further accuser of a suspect.
        case confirm(accuser: MemberID)
        /// Two processes claim one name; the known one stays.
        case conflict
        /// No member can have counted so far.
        case incredible
    }

    /// - Parameters:
    ///   - teller: who sent the claim; the accuser if a "dead" becomes a suspicion.
    ///   - hasHadItsSay: whether the member is under suspicion here for long enough that a refutation would have come;
    ///     true for this member's own verdict.
    static func decide(
        known: MemberClaim?,
        heard: MemberClaim,
        channel: Channel,
        teller: MemberID,
        hasHadItsSay: Bool
    ) -> Decision {
        guard let known else { return .adopt(heard) }

        if known.liveness.isPresent, heard.bootID != known.bootID, heard.address != known.address {
            return heard.liveness == .alive && heard.incarnation >= known.incarnation ? .conflict : .ignore
        }
        if teller == heard.id, heard.liveness == .alive {
            if !known.incarnation.isCredible(after: heard.incarnation) { return .adopt(heard) }
        } else {
            guard heard.incarnation.isCredible(after: known.incarnation) else { return .incredible }
        }

        var claim = heard
        if channel == .exchange || !hasHadItsSay, heard.liveness == .dead, known.liveness.isPresent {
            claim = heard.saying(.suspect, accuser: teller)
        }
        if MemberClaim.isOverridden(known, by: claim) { return .adopt(claim) }

        let isSameSuspicion =
            claim.liveness == .suspect && known.liveness == .suspect && claim.incarnation == known.incarnation
            && claim.bootID == known.bootID
        if isSameSuspicion, let accuser = claim.accuser { return .confirm(accuser: accuser) }
        return .ignore
    }
}
