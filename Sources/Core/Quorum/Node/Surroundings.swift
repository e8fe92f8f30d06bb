internal import ClusterModel
internal import Raft

/// What a member knows of the others at the moment of an event.
struct Surroundings: Sendable {
    let own: MemberID
    let settings: QuorumSettings
    /// Of this process; drawn at its start.
    let life: UInt64
    var now: BootTime
    var wallTime = WallTime(microsecondsSince1970: 0)
    /// How often the store has been written, durably.
    var generation: UInt64
    /// Whom gossip knows, this member among them.
    var members: [MemberID: QuorumMember] = [:]
    /// There is nobody of whom nobody here has heard.
    var isComplete = false
    /// Nil before anybody has looked.
    var observed: ObservedPrimary?
    var observedSince: BootTime
    /// Whom messages reach.
    var connected: Set<MemberID> = []

    init(own: MemberID, settings: QuorumSettings, life: UInt64, generation: UInt64, now: BootTime) {
        self.own = own
        self.settings = settings
        self.life = life
        self.generation = generation
        self.now = now
        observedSince = now
    }

    /// It lives, and is reached: it can be told something now.
    func reaches(_ member: MemberID) -> Bool {
        member == own || connected.contains(member) && members[member]?.isAlive == true
    }

    mutating func observe(_ primary: ObservedPrimary) {
        if primary != observed { observedSince = now }
        observed = primary
    }
}
