internal import ClusterModel
internal import Raft

/// How members without a quorum found one, once and together.
///
/// The one with the least identity of those to be founders offers it to the others. Each promises to found no other one; when
/// all have, whoever made the offer founds it, and tells the others. Every step is durable before it is told. Since each
/// founder of a quorum has promised it, no two that share a member can come about: this is a commit in two phases, and
/// likewise it waits for whoever made the offer.
struct Founding: Sendable {
    private let own: MemberID
    let peer: PeerID
    private let settings: QuorumSettings
    private(set) var promise: Promise?
    /// Of an offer that this member made in this life; others it can only take back.
    private var isOffering = false
    private var promised: Set<MemberID> = []
    private var writing: StoredStage?
    private var nextTalk: BootTime
    /// What was refused is not offered again at once, for every offer is written.
    private var nextOffer: BootTime

    enum Action: Equatable {
        case save(StoredStage)
        case send(FoundingMessage, to: MemberID)
        case founded(Membership)
    }

    /// - Parameter promise: that the store holds.
    init(
        own: MemberID,
        promise: Promise?,
        settings: QuorumSettings,
        now: BootTime,
        using random: inout some RandomNumberGenerator
    ) {
        self.own = own
        self.settings = settings
        self.promise = promise
        peer = promise?.founders.peers.first { $0.value.member == own }?.key ?? PeerID(using: &random)
        nextTalk = now
        nextOffer = now
    }

    /// When `consider` may have something without any news.
    var nextTimer: BootTime { promise == nil || writing != nil ? BootTime(nanoseconds: .max) : nextTalk }

    /// Somebody can be reached who could not be.
    mutating func talkAtOnce(_ now: BootTime) { nextTalk = now }

    private var others: [MemberID] {
        promise?.founders.peers.values.map(\.member).filter { $0 != own }.sorted() ?? []
    }

    private var haveAllPromised: Bool { promised.isSuperset(of: others) }

    // MARK: What happens

    /// - Parameters:
    ///   - members: whom gossip knows, this one among them.
    ///   - isComplete: false while there should be members that nobody here has heard of.
    mutating func consider(
        _ members: [QuorumMember],
        isComplete: Bool,
        now: BootTime,
        using random: inout some RandomNumberGenerator
    ) -> [Action] {
        guard writing == nil else { return [] }
        guard let promise else {
            guard isComplete, now >= nextOffer, let founders = founders(among: members) else { return [] }
            nextOffer = pause(now, using: &random)
            let quorum = QuorumID(high: random.next(), low: random.next())
            isOffering = true
            promised = []
            return write(.promised(Promise(quorum: quorum, proposer: own, founders: founders)))
        }
        guard promise.proposer == own else {
            return talk(.promised(promise.quorum), to: others, now: now, using: &random)
        }
        guard isOffering, stillStands(promise, members) else { return abandon() }
        if haveAllPromised { return found() }
        return talk(.offer(promise), to: others.filter { !promised.contains($0) }, now: now, using: &random)
    }

    mutating func receive(_ message: FoundingMessage, from sender: MemberID) -> [Action] {
        guard writing == nil else { return [] }
        switch message {
        case .offer(let offer):
            guard offer.proposer == sender, offer.isWhole(voters: settings.voters), offer.includes(own, as: peer),
                promise == nil || promise == offer
            else {
                return [.send(.refused(offer.quorum), to: sender)]
            }
            return promise == nil ? write(.promised(offer)) : [.send(.promised(offer.quorum), to: sender)]
        case .promised(let quorum):
            guard let promise, promise.quorum == quorum else { return [.send(.abandoned(quorum), to: sender)] }
            guard isOffering, others.contains(sender) else { return [] }
            promised.insert(sender)
            return haveAllPromised ? found() : []
        case .refused(let quorum):
            return isOffering && promise?.quorum == quorum ? abandon() : []
        case .founded(let quorum):
            guard let promise, promise.quorum == quorum, promise.proposer != own, others.contains(sender) else {
                return []
            }
            return found()
        case .abandoned(let quorum):
            guard let promise, promise.quorum == quorum, promise.proposer == sender, sender != own else { return [] }
            return write(.nothing)
        }
    }

    /// A quorum that there is takes this member in.
    mutating func join(_ quorum: QuorumID, as peer: PeerID) -> [Action] {
        guard writing == nil, promise == nil, peer == self.peer else { return [] }
        return write(.belongs(Membership(peer: peer, quorum: quorum, founders: Configuration())))
    }

    /// What was to be saved is durable.
    mutating func saved() -> [Action] {
        guard let written = writing else { return [] }
        writing = nil
        switch written {
        case .nothing:
            promise = nil
            return []
        case .promised(let promise):
            self.promise = promise
            if isOffering {
                return haveAllPromised ? found() : others.map { .send(.offer(promise), to: $0) }
            }
            return [.send(.promised(promise.quorum), to: promise.proposer)]
        case .belongs(let membership):
            return others.map { .send(.founded(membership.quorum), to: $0) } + [.founded(membership)]
        }
    }

    // MARK: Steps

    private mutating func write(_ stage: StoredStage) -> [Action] {
        writing = stage
        return [.save(stage)]
    }

    private mutating func found() -> [Action] {
        guard let promise else { return [] }
        return write(.belongs(Membership(peer: peer, quorum: promise.quorum, founders: promise.founders)))
    }

    private mutating func abandon() -> [Action] {
        guard let promise else { return [] }
        let told = others.map { Action.send(.abandoned(promise.quorum), to: $0) }
        isOffering = false
        return told + write(.nothing)
    }

    private mutating func talk(
        _ message: FoundingMessage,
        to members: [MemberID],
        now: BootTime,
        using random: inout some RandomNumberGenerator
    ) -> [Action] {
        guard now >= nextTalk else { return [] }
        nextTalk = pause(now, using: &random)
        return members.map { .send(message, to: $0) }
    }

    /// Never the same, so that two who get in each other's way do not do so for ever.
    private func pause(_ now: BootTime, using random: inout some RandomNumberGenerator) -> BootTime {
        let least = settings.foundingMilliseconds
        return now.adding(milliseconds: Int.random(in: least...2 * least, using: &random))
    }

    /// - Returns: nil if it is not for this member to make an offer now.
    private func founders(among members: [QuorumMember]) -> Configuration? {
        guard case .offers(let chosen) = outlook(members), chosen.map(\.id).min() == own else { return nil }
        let peers = chosen.compactMap { member in
            member.freshPeer.map { ($0, Configuration.Peer(member: member.id, part: .voter)) }
        }
        let configuration = Configuration(Dictionary(peers) { first, _ in first })
        return configuration.voters.count == settings.voters && configuration.peers[peer]?.member == own
            ? configuration : nil
    }

    private func stillStands(_ promise: Promise, _ members: [QuorumMember]) -> Bool {
        promise.founders.peers.allSatisfy { peer, founder in
            founder.member == own || members.contains { $0.id == founder.member && $0.freshPeer == peer }
                || promised.contains(founder.member)
        }
    }

    // MARK: What is seen

    enum Outlook: Equatable {
        case offers(to: [QuorumMember])
        /// So many members more have to be there.
        case tooFew(missing: Int)
        /// Somebody belongs to a quorum already: it is that one's to take this member in.
        case exists(at: MemberID)
        /// Somebody wants another number of voters.
        case disagrees(MemberID)
    }

    func outlook(_ members: [QuorumMember]) -> Outlook {
        for member in members where member.id != own {
            if case .belongs = member.words?.stage { return .exists(at: member.id) }
        }
        let candidates = members.filter { $0.freshPeer != nil }
        if let other = candidates.first(where: { $0.words?.voters != settings.voters }) { return .disagrees(other.id) }
        guard let chosen = VoterChoice.best(settings.voters, of: candidates) else {
            return .tooFew(missing: settings.voters - candidates.count)
        }
        return .offers(to: chosen)
    }
}
