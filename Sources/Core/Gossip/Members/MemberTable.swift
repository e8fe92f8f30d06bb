internal import ClusterModel

/// The other members, in an order that does not depend on hashing, so that a run can be repeated from its seed.
///
/// Made for many members: what changes often stands in columns (25 bytes a member with the index), what seldom does
/// in pages that are copied only when they are written, and what few have in maps of their own.
struct MemberTable: Sendable {
    /// All that is known of one member, put together.
    struct Member {
        var claim: MemberClaim
        /// When a packet of its own last came in; at first, when it was first heard of.
        var lastHeard: MonotonicTime
        var record: VersionedRecord?
    }

    /// What a member's process is and says.
    private struct Identity: Sendable {
        var id: MemberID
        var bootID: BootID
        var versions: ProtocolVersions
        var address: HostPort
        var record: VersionedRecord?
    }

    private struct Absence: Sendable {
        var since: MonotonicTime
        /// So long ago that others may have forgotten it: no difference between tables.
        var isOld = false
    }

    private static let pageSize = 32
    /// In `states`: nobody has the slot.
    private static let vacantState = UInt8.max

    private var pages: [[Identity]] = []
    private var states: [UInt8] = []
    private var incarnations: [Incarnation] = []
    private var heardAt: [MonotonicTime] = []
    private var index = SlotIndex()
    private var vacant: [MemberSlot] = []
    private var suspicions = SlotMap<Suspicion>()
    /// Those who died or left, and since when.
    private var gone = SlotMap<Absence>()
    private var conflictReports = SlotMap<MonotonicTime>()
    /// The process that went by the name before the present one, of those of whom there were several.
    private var formerBootIDs = SlotMap<BootID>()
    /// One that runs at the same address beside the present one.
    private var twins = SlotMap<BootID>()
    /// Of those who say that they are late.
    private var latenesses = SlotMap<Lateness>()
    /// Sums over the members, for comparing tables.
    private(set) var digest = TableDigest()

    /// Alive and suspect ones.
    private(set) var presentCount = 0
    /// Their versions.
    private(set) var census = VersionCensus()
    private(set) var count = 0

    /// Those with a suspicion.
    var suspects: [MemberSlot] { suspicions.slots }
    /// When the first of the suspicions ends.
    var nextSuspicionEnd: MonotonicTime? {
        var earliest: MonotonicTime?
        for suspicion in suspicions.values where earliest.map({ suspicion.deadline < $0 }) ?? true {
            earliest = suspicion.deadline
        }
        return earliest
    }
    /// Those who died or left.
    var absent: [MemberSlot] { gone.slots }
    /// How many slots there are, vacant ones included.
    var slotCount: Int { states.count }

    // MARK: Looking up

    func slot(of id: MemberID) -> MemberSlot? {
        guard let slot = index.find(id, identity: { self.id(at: $0) }), isTaken(slot) else { return nil }
        return slot
    }

    subscript(id: MemberID) -> Member? { slot(of: id).map { member(at: $0) } }

    /// The members' slots, vacant ones left out.
    var slots: some Sequence<MemberSlot> {
        states.indices.lazy.filter { states[$0] != Self.vacantState }.map { MemberSlot($0) }
    }

    func isTaken(_ slot: MemberSlot) -> Bool { states[slot.index] != Self.vacantState }

    func id(at slot: MemberSlot) -> MemberID {
        pages[slot.index / Self.pageSize][slot.index % Self.pageSize].id
    }

    func address(at slot: MemberSlot) -> HostPort { identity(slot).address }
    func bootID(at slot: MemberSlot) -> BootID { identity(slot).bootID }
    func versions(at slot: MemberSlot) -> ProtocolVersions { identity(slot).versions }
    func liveness(at slot: MemberSlot) -> Liveness { Liveness(rawValue: states[slot.index]) ?? .left }
    func incarnation(at slot: MemberSlot) -> Incarnation { incarnations[slot.index] }
    func record(at slot: MemberSlot) -> VersionedRecord? { identity(slot).record }
    func recordStamp(at slot: MemberSlot) -> RecordStamp? { identity(slot).record?.stamp }
    func lastHeard(at slot: MemberSlot) -> MonotonicTime { heardAt[slot.index] }
    func lateness(at slot: MemberSlot) -> Lateness { latenesses[slot] ?? .none }
    func suspicion(at slot: MemberSlot) -> Suspicion? { suspicions[slot] }
    func conflictReportedAt(_ slot: MemberSlot) -> MonotonicTime? { conflictReports[slot] }

    /// Since when it is dead or has left; nil for one that is present.
    func goneSince(_ slot: MemberSlot) -> MonotonicTime? { gone[slot]?.since }

    func claim(at slot: MemberSlot) -> MemberClaim {
        let identity = identity(slot)
        let liveness = liveness(at: slot)
        var claim = MemberClaim(
            id: identity.id,
            bootID: identity.bootID,
            versions: identity.versions,
            incarnation: incarnations[slot.index],
            liveness: liveness,
            address: identity.address,
            accuser: liveness == .suspect ? suspicions[slot]?.firstAccuser : nil
        )
        claim.lateness = lateness(at: slot)
        return claim
    }

    func member(at slot: MemberSlot) -> Member {
        Member(claim: claim(at: slot), lastHeard: heardAt[slot.index], record: identity(slot).record)
    }

    // MARK: Changing

    /// Adds or replaces a member's state, and starts or ends its suspicion.
    ///
    /// - Parameter since: when it died or left, if it has.
    @discardableResult
    mutating func set(
        _ claim: MemberClaim,
        since: MonotonicTime,
        heard: MonotonicTime,
        suspicion: Suspicion?
    ) -> MemberSlot {
        let slot: MemberSlot
        let wasAbsent: Bool
        if let known = self.slot(of: claim.id) {
            slot = known
            subtract(slot)
            wasAbsent = !liveness(at: slot).isPresent
            if !wasAbsent {
                presentCount -= 1
                census.remove(versions(at: slot))
            }
            // Pages are written only when there is something to write.
            if bootID(at: slot) != claim.bootID || address(at: slot) != claim.address {
                modify(slot) {
                    $0.bootID = claim.bootID
                    $0.versions = claim.versions
                    $0.address = claim.address
                }
            }
        } else {
            slot = add(claim, heard: heard)
            wasAbsent = false
        }
        if claim.liveness.isPresent {
            presentCount += 1
            // Not the claim's own: a process keeps the versions that it was first told of with.
            census.add(versions(at: slot))
            gone[slot] = nil
        } else if !wasAbsent || liveness(at: slot) != claim.liveness {
            gone[slot] = Absence(since: since)
        }
        suspicions[slot] = suspicion
        states[slot.index] = claim.liveness.rawValue
        incarnations[slot.index] = claim.incarnation
        latenesses[slot] = claim.lateness == .none ? nil : claim.lateness
        sum(slot)
        return slot
    }

    mutating func remove(_ slot: MemberSlot) {
        guard isTaken(slot) else { return }
        let id = id(at: slot)
        withdraw(slot)
        index.remove(id) { [pages] in pages[$0.index / Self.pageSize][$0.index % Self.pageSize].id }
        modify(slot) { $0.record = nil }
        vacant.append(slot)
    }

    mutating func heard(_ slot: MemberSlot, at now: MonotonicTime) {
        heardAt[slot.index] = now
    }

    mutating func setRecord(_ record: VersionedRecord, at slot: MemberSlot) {
        subtract(slot)
        modify(slot) { $0.record = record }
        sum(slot)
    }

    /// A dead or departed member's age counts from the earliest time that anyone tells of.
    mutating func backdate(_ slot: MemberSlot, to since: MonotonicTime) {
        _ = gone.modify(slot) { $0.since = min($0.since, since) }
    }

    /// Takes one who died or left long ago out of the digest.
    mutating func markOld(_ slot: MemberSlot) {
        guard let absence = gone[slot], !absence.isOld else { return }
        subtract(slot)
        _ = gone.modify(slot) { $0.isOld = true }
    }

    func formerBootID(at slot: MemberSlot) -> BootID? { formerBootIDs[slot] }
    mutating func setFormerBootID(_ bootID: BootID, at slot: MemberSlot) { formerBootIDs[slot] = bootID }

    func hasTwin(_ slot: MemberSlot, _ bootID: BootID) -> Bool { twins[slot] == bootID }
    mutating func setTwin(_ bootID: BootID, at slot: MemberSlot) { twins[slot] = bootID }

    mutating func reportedConflict(_ slot: MemberSlot, at now: MonotonicTime) {
        conflictReports[slot] = now
    }

    /// - Returns: whether the accuser is new and counts.
    mutating func confirmSuspicion(of slot: MemberSlot, by accuser: MemberID) -> Bool {
        suspicions.modify(slot) { $0.confirm(by: accuser) } ?? false
    }

    mutating func restartSuspicions(now: MonotonicTime) {
        for slot in suspicions.slots { _ = suspicions.modify(slot) { $0.restart(now: now) } }
    }

    /// Those who died or left, and whose address somebody else has who is present.
    ///
    /// - Parameter own: this member's address, if it has not left itself.
    func absentAtTakenAddresses(with own: HostPort?) -> [MemberSlot] {
        guard !gone.isEmpty else { return [] }
        let addresses = Dictionary(gone.slots.map { (address(at: $0), [$0]) }, uniquingKeysWith: +)
        var taken = own.flatMap { addresses[$0] } ?? []
        for slot in slots where liveness(at: slot).isPresent { taken += addresses[address(at: slot)] ?? [] }
        return taken
    }

    func hasPresent(at address: HostPort) -> Bool {
        slots.contains { liveness(at: $0).isPresent && self.address(at: $0) == address }
    }

    /// Whether somebody died at the address, or left.
    func hasAbsent(at address: HostPort) -> Bool { gone.slots.contains { self.address(at: $0) == address } }

    // MARK: Choosing

    /// Up to `count` different members that satisfy `isWanted`, each as likely as any other.
    func sample(
        _ count: Int,
        using random: inout some RandomNumberGenerator,
        where isWanted: (MemberSlot) -> Bool
    ) -> [MemberSlot] {
        guard count > 0, !states.isEmpty else { return [] }
        if states.count > 16 * count {
            // Few of many: draw until enough are found; give up for the full pass when wanted ones are rare.
            var chosen: [MemberSlot] = []
            for _ in 0..<(8 * count) {
                guard chosen.count < count else { break }
                let slot = MemberSlot(Int.random(in: 0..<states.count, using: &random))
                guard isTaken(slot), !chosen.contains(slot), isWanted(slot) else { continue }
                chosen.append(slot)
            }
            if chosen.count == count { return chosen }
        }
        return Self.sample(count, of: slots.filter(isWanted), using: &random)
    }

    /// Up to `count` different ones of those that died.
    func sampleDead(_ count: Int, using random: inout some RandomNumberGenerator) -> [MemberSlot] {
        guard !gone.isEmpty else { return [] }
        return Self.sample(count, of: gone.slots.filter { liveness(at: $0) == .dead }, using: &random)
    }

    private static func sample(
        _ count: Int,
        of all: [MemberSlot],
        using random: inout some RandomNumberGenerator
    ) -> [MemberSlot] {
        var candidates = all
        for index in candidates.indices.prefix(count) {
            candidates.swapAt(index, Int.random(in: index..<candidates.count, using: &random))
        }
        return Array(candidates.prefix(count))
    }

    // MARK: Inside

    private func identity(_ slot: MemberSlot) -> Identity {
        pages[slot.index / Self.pageSize][slot.index % Self.pageSize]
    }

    private mutating func modify(_ slot: MemberSlot, _ change: (inout Identity) -> Void) {
        change(&pages[slot.index / Self.pageSize][slot.index % Self.pageSize])
    }

    private mutating func add(_ claim: MemberClaim, heard: MonotonicTime) -> MemberSlot {
        count += 1
        let identity = Identity(
            id: claim.id,
            bootID: claim.bootID,
            versions: claim.versions,
            address: claim.address,
            record: nil
        )
        let slot: MemberSlot
        if let free = vacant.popLast() {
            slot = free
            modify(slot) { $0 = identity }
            heardAt[slot.index] = heard
        } else {
            slot = MemberSlot(states.count)
            if slot.index % Self.pageSize == 0 { pages.append([]) }
            pages[slot.index / Self.pageSize].append(identity)
            states.append(Self.vacantState)
            incarnations.append(claim.incarnation)
            heardAt.append(heard)
        }
        index.insert(slot, of: claim.id) { [pages] in pages[$0.index / Self.pageSize][$0.index % Self.pageSize].id }
        return slot
    }

    /// Empties a slot, but leaves its identity where it is found: of a table that many share, nothing is copied but
    /// the columns.
    mutating func withdraw(_ slot: MemberSlot) {
        subtract(slot)
        if liveness(at: slot).isPresent {
            presentCount -= 1
            census.remove(versions(at: slot))
        }
        count -= 1
        states[slot.index] = Self.vacantState
        suspicions[slot] = nil
        gone[slot] = nil
        conflictReports[slot] = nil
        formerBootIDs[slot] = nil
        twins[slot] = nil
        latenesses[slot] = nil
    }

    private mutating func sum(_ slot: MemberSlot) {
        if gone[slot]?.isOld != true { digest.add(digestEntry(slot)) }
    }

    private mutating func subtract(_ slot: MemberSlot) {
        if gone[slot]?.isOld != true { digest.remove(digestEntry(slot)) }
    }

    private func digestEntry(_ slot: MemberSlot) -> TableDigest.Entry {
        let identity = identity(slot)
        return TableDigest.Entry(
            id: identity.id,
            bootID: identity.bootID,
            incarnation: incarnations[slot.index],
            liveness: liveness(at: slot),
            stamp: identity.record?.stamp
        )
    }
}
