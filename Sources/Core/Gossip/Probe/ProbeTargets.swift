/// Whom to probe next: round robin over a shuffled list (SWIM, section 4.3), so that the time until a member's turn
/// is bounded by twice the number of members and not only small on average.
struct ProbeTargets<Target: Equatable & Sendable>: Sendable {
    private var order: [Target] = []
    private var next = 0
    private var last: Target?

    init() {}

    /// All at once, in a random order.
    init(_ targets: [Target], using random: inout some RandomNumberGenerator) {
        order = targets
        order.shuffle(using: &random)
    }

    var count: Int { order.count }

    /// Puts a new member at a random place of the round.
    mutating func insert(_ target: Target, using random: inout some RandomNumberGenerator) {
        let place = Int.random(in: 0...order.count, using: &random)
        order.insert(target, at: place)
        if place < next { next += 1 }
    }

    mutating func remove(_ target: Target) {
        guard let place = order.firstIndex(of: target) else { return }
        order.remove(at: place)
        if place < next { next -= 1 }
    }

    /// The next target; a new round is shuffled, and does not begin with the one that ended the last: of two members
    /// each is probed every second time.
    mutating func take(using random: inout some RandomNumberGenerator) -> Target? {
        if next >= order.count {
            order.shuffle(using: &random)
            next = 0
            if order.count > 1, order.first == last {
                order.swapAt(0, Int.random(in: 1..<order.count, using: &random))
            }
        }
        guard next < order.count else { return nil }
        let target = order[next]
        next += 1
        last = target
        return target
    }
}
