internal import ClusterModel

/// One change at a time: Raft thesis, section 4.1, with what was missing there (nothing before an entry of the own term is
/// committed) and what the lease wants besides (it has been won under the present configuration).
extension RaftNode {
    mutating func change(_ change: MembershipChange, id request: RequestID, now: BootTime) {
        do throws(ChangeRefusal) {
            let changed = try checked(change, now: now)
            let entry = append(.configuration(changed))
            actions.append(.accepted(request, entry))
            configurationChanged(now: now)
        } catch {
            actions.append(.refused(request, .change(error)))
        }
    }

    private func checked(_ change: MembershipChange, now: BootTime) throws(ChangeRefusal) -> Configuration {
        guard let leadership else { throw .notLeader }
        guard leadership.handover == nil else { throw .handingOver }
        guard log.commit >= log.configurationIndex, hasCommittedInTerm, leadership.rounds.hasProvenConfiguration,
            let ends = leadership.leaseEnds, now < ends
        else { throw .notYet }
        let changed = try configuration.changed(by: change)
        if case .promote(let peer) = change, !hasCaughtUp(peer, now: now) { throw .behind }
        return changed
    }

    private mutating func configurationChanged(now: BootTime) {
        guard var leadership else { return }
        leadership.rounds.configurationChanged()
        let peers = configuration.peers.keys.filter { $0 != id }
        leadership.progress = leadership.progress.filter { peers.contains($0.key) }
        for peer in peers where leadership.progress[peer] == nil {
            leadership.progress[peer] = Progress(next: log.last.index, now: now)
        }
        self.leadership = leadership
        replicateToAll(now: now)
    }
}
