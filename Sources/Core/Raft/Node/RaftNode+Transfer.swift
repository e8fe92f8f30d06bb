internal import ClusterModel

/// The leadership goes to another on purpose: Raft thesis, section 3.10, in the order that keeps one tenure at a time. The
/// tenure is closed, nothing of it is on its way, the other one has the whole log, and only then may it campaign.
extension RaftNode {
    mutating func transfer(to target: PeerID, now: BootTime) {
        guard var leadership, leadership.handover == nil, target != id, configuration.isVoter(target) else {
            return actions.append(.transferEnded(.refused))
        }
        leadership.handovers += 1
        let closing = GateClosing(term: hardState.term, number: leadership.handovers)
        leadership.handover = .closing(closing, to: target)
        leadership.handoverEnds = now.adding(milliseconds: settings.voteHoldMilliseconds)
        self.leadership = leadership
        actions.append(.closeGate(closing))
    }

    mutating func gateClosed(_ closing: GateClosing, now: BootTime, using random: inout some RandomNumberGenerator) {
        guard case .closing(closing, let target) = leadership?.handover else { return }
        leadership?.handover = .catchingUp(target)
        replicate(to: target, now: now)
        giveLeaveIfCaughtUp(now: now, using: &random)
    }

    /// Leave may be heard of at any time and cannot be taken back, only left behind with the term: so this peer leads it no
    /// longer, and renews nobody's hold, whatever becomes of the other one.
    mutating func giveLeaveIfCaughtUp(now: BootTime, using random: inout some RandomNumberGenerator) {
        guard let leadership, case .catchingUp(let target) = leadership.handover,
            leadership.progress[target]?.match == log.last.index
        else { return }
        send(.campaignNow, to: target)
        endLeadership(.given)
        resetElectionDeadline(now: now, using: &random)
    }
}
