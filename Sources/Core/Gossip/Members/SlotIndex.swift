internal import ClusterModel

/// The place of one member in a `MemberTable`. It is given to another once that member has been forgotten.
struct MemberSlot: Hashable, Sendable {
    let number: UInt32

    init(_ index: Int) { number = UInt32(truncatingIfNeeded: index) }

    var index: Int { Int(number) }
}

/// Finds slots by their members' identities: open addressing with linear probing, 4 bytes a place, so that the index
/// of a large cluster is small. The identities themselves stand in the table.
struct SlotIndex: Sendable {
    private static let empty = UInt32.max
    private var places = [UInt32](repeating: Self.empty, count: 16)
    private var count = 0

    func find(_ id: MemberID, identity: (MemberSlot) -> MemberID) -> MemberSlot? {
        var place = home(of: id)
        while places[place] != Self.empty {
            let slot = MemberSlot(Int(places[place]))
            if identity(slot) == id { return slot }
            place = (place + 1) & (places.count - 1)
        }
        return nil
    }

    /// Adds a slot whose member is not in the index.
    mutating func insert(_ slot: MemberSlot, of id: MemberID, identity: (MemberSlot) -> MemberID) {
        if (count + 1) * 3 > places.count * 2 { grow(identity: identity) }
        put(slot, at: home(of: id))
        count += 1
    }

    /// Takes a member out and closes the gap (Knuth, The Art of Computer Programming, volume 3, algorithm 6.4 R).
    mutating func remove(_ id: MemberID, identity: (MemberSlot) -> MemberID) {
        let mask = places.count - 1
        var gap = home(of: id)
        while places[gap] != Self.empty, identity(MemberSlot(Int(places[gap]))) != id { gap = (gap + 1) & mask }
        guard places[gap] != Self.empty else { return }
        count -= 1
        var next = (gap + 1) & mask
        while places[next] != Self.empty {
            let wanted = home(of: identity(MemberSlot(Int(places[next]))))
            // Whoever is searched for from before the gap must not be behind it.
            if (next &- wanted) & mask >= (next &- gap) & mask {
                places[gap] = places[next]
                gap = next
            }
            next = (next + 1) & mask
        }
        places[gap] = Self.empty
    }

    private mutating func grow(identity: (MemberSlot) -> MemberID) {
        let old = places
        places = [UInt32](repeating: Self.empty, count: old.count * 2)
        for place in old where place != Self.empty {
            let slot = MemberSlot(Int(place))
            put(slot, at: home(of: identity(slot)))
        }
    }

    private mutating func put(_ slot: MemberSlot, at home: Int) {
        var place = home
        while places[place] != Self.empty { place = (place + 1) & (places.count - 1) }
        places[place] = slot.number
    }

    private func home(of id: MemberID) -> Int {
        let mixed = (id.high ^ id.low &* 0xff51_afd7_ed55_8ccd) &* 0x9e37_79b9_7f4a_7c15
        return Int(truncatingIfNeeded: mixed >> 32) & (places.count - 1)
    }
}
