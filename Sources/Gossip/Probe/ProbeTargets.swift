internal import ClusterModel

/// Whom to probe next: round robin over a shuffled list (SWIM, section 4.3), so that the time until a member's turn
/// is bounded by twice the number of members and not only small on average.
struct ProbeTargets {
    private var order: [MemberID] = []
    private var next = 0
    private var last: MemberID?

    var count: Int { order.count }

    /// Puts a new member at a random place of the round.
    mutating func insert(_ id: MemberID, using random: inout some RandomNumberGenerator) {
        let place = Int.random(in: 0...order.count, using: &random)
        order.insert(id, at: place)
        if place < next { next += 1 }
    }

    mutating func remove(_ id: MemberID) {
        guard let place = order.firstIndex(of: id) else { return }
        order.remove(at: place)
        if place < next { next -= 1 }
    }

    /// The next target; a new round is shuffled, and does not begin with the one that ended the last: of two members
    /// each is probed every second time.
    mutating func take(using random: inout some RandomNumberGenerator) -> MemberID? {
        if next >= order.count {
            order.shuffle(using: &random)
            next = 0
            if order.count > 1, order.first == last {
                order.swapAt(0, Int.random(in: 1..<order.count, using: &random))
            }
        }
        guard next < order.count else { return nil }
        let id = order[next]
        next += 1
        last = id
        return id
    }
}
