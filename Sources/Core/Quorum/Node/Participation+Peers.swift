internal import ClusterModel
internal import Raft

/// What other members say.
extension Participation {
    func pulse(_ around: Surroundings) -> Pulse {
        Pulse(
            quorum: membership.quorum,
            peer: membership.peer,
            life: around.life,
            generation: around.generation,
            isCandidate: raft.standing.role == .candidate,
            term: raft.standing.term,
            commit: raft.commitIndex
        )
    }

    mutating func receive(_ message: PeerMessage, from sender: MemberID, _ around: Surroundings) {
        switch message {
        case .raft(let message):
            // A store that is gone is still written to for a while.
            guard message.to == membership.peer, message.quorum == membership.quorum,
                peers.speaks(sender, for: message.from), isOf(sender, message.from)
            else { return }
            peers.hear(from: sender, now: around.now)
            // A primary gives the lead away when it leaves: it is not given back before it is here again.
            if case .campaignNow = message.body, sender == decisions.primary?.member {
                handoverPause = around.now.adding(milliseconds: around.settings.handoverPauseMilliseconds)
            }
            inbox.append(.message(message))
        case .pulse(let pulse): receive(pulse, from: sender, around)
        case .founding(let message): receive(message, from: sender)
        case .staleStore(let peer, let generation):
            if peer == membership.peer, generation > around.generation { leave(.staleStore) }
        case .removed(let quorum, let peer, let term):
            if quorum == membership.quorum, peer == membership.peer, term >= raft.standing.term { leave(.removed) }
        case .request(let number, let request): serve(request, for: .other(sender, number), around)
        case .join, .answer: break
        }
    }

    /// Nobody speaks for a peer of another member's.
    private func isOf(_ member: MemberID, _ peer: PeerID) -> Bool {
        raft.configuration.peers[peer].map { $0.member == member } ?? true
    }

    private mutating func receive(_ pulse: Pulse, from sender: MemberID, _ around: Surroundings) {
        guard pulse.quorum == membership.quorum else {
            if peers.noteForeign(sender) { actions.append(.notice(.foreignMember(sender, pulse.quorum))) }
            return
        }
        guard isOf(sender, pulse.peer), pulse.peer != membership.peer else { return }
        let before = peers.known[sender]
        if before?.pulse.life != pulse.life { handoverPause = around.now }
        if let generation = peers.hear(pulse, from: sender, now: around.now) {
            actions.append(.send(.staleStore(pulse.peer, generation: generation), to: sender))
            if before?.isStale != true { actions.append(.notice(.staleMember(sender))) }
        }
        // Whoever is in this quorum was in its configuration before its store began.
        if leads(around), raft.isConfigurationCommitted, raft.configuration.peers[pulse.peer] == nil {
            let gone = PeerMessage.removed(membership.quorum, pulse.peer, raft.standing.term)
            actions.append(.send(gone, to: sender))
        }
    }

    /// Those who are still about to found this quorum are told that it is founded, those who want another that it is not to be
    /// with this member.
    private mutating func receive(_ message: FoundingMessage, from sender: MemberID) {
        switch message {
        case .offer(let promise):
            let reply: FoundingMessage =
                promise.quorum == membership.quorum ? .founded(promise.quorum) : .refused(promise.quorum)
            actions.append(.send(.founding(reply), to: sender))
        case .promised(let quorum):
            let reply: FoundingMessage = quorum == membership.quorum ? .founded(quorum) : .abandoned(quorum)
            actions.append(.send(.founding(reply), to: sender))
        case .refused, .founded, .abandoned: break
        }
    }

    /// What was sent to the member may not have come.
    mutating func lost(_ member: MemberID) {
        for (peer, known) in raft.configuration.peers where known.member == member && peer != membership.peer {
            inbox.append(.connectionLost(peer))
        }
    }
}
