internal import ClusterModel

/// The leadership goes to another on purpose: Raft thesis, section 3.10, in the order that keeps one tenure at a time. The
/// tenure is closed, nothing of it is on its way, the other one has the whole log, and only then may it campaign.
extension RaftNode {
    mutating func transfer(to target: PeerID, now: BootTime) {
        guard var leadership, leadership.handover == nil, target != id, configuration.isVoter(target) else {
            return actions.append(.transferEnded(.refused))
        }
        leadership.handover = .closing(to: target)
        leadership.handoverEnds = now.adding(milliseconds: settings.voteHoldMilliseconds)
        self.leadership = leadership
        actions.append(.closeGate(hardState.term))
    }

    mutating func gateClosed(_ term: Term, now: BootTime) {
        guard term == hardState.term, case .closing(let target) = leadership?.handover else { return }
        leadership?.handover = .catchingUp(target)
        replicate(to: target, now: now)
        giveLeaveIfCaughtUp(now: now)
    }

    mutating func giveLeaveIfCaughtUp(now: BootTime) {
        guard var leadership, case .catchingUp(let target) = leadership.handover,
            leadership.progress[target]?.match == log.last.index
        else { return }
        leadership.handover = .given(target)
        leadership.handoverEnds = now.adding(milliseconds: settings.voteHoldMilliseconds)
        leadership.leaseEnds = nil
        self.leadership = leadership
        send(.campaignNow, to: target)
    }
}
