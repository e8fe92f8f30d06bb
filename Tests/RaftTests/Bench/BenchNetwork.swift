import Raft

/// Messages between the peers of a bench: they take no time, unless they are held back by a rule.
struct BenchNetwork {
    /// From, to, and the kind of message by name; nil for any.
    struct Route: Hashable {
        var from: Int?
        var to: Int?
        var kind: String?

        func takes(from: Int, to: Int, kind: String) -> Bool {
            (self.from ?? from) == from && (self.to ?? to) == to && (self.kind ?? kind) == kind
        }
    }

    struct Parcel {
        var from: Int
        var to: Int
        var message: RaftMessage
    }

    /// To be delivered next, in order.
    private(set) var underWay: [Parcel] = []
    /// Kept back until they are released.
    private(set) var held: [Parcel] = []
    private var cuts: Set<Route> = []
    private var holds: Set<Route> = []

    mutating func send(_ parcel: Parcel) {
        guard !Self.isOn(cuts, parcel) else { return }
        if Self.isOn(holds, parcel) { held.append(parcel) } else { underWay.append(parcel) }
    }

    mutating func next() -> Parcel? { underWay.isEmpty ? nil : underWay.removeFirst() }

    mutating func cut(_ route: Route) { cuts.insert(route) }

    mutating func heal() { cuts = [] }

    mutating func hold(_ route: Route) { holds.insert(route) }

    /// What is held on the route goes on its way, and is not held any more.
    mutating func release(_ route: Route) {
        holds = holds.filter { route != Route() && $0 != route }
        underWay += held.filter { Self.isOn([route], $0) }
        held.removeAll { Self.isOn([route], $0) }
    }

    /// What is held on the route is lost; the rule stays.
    mutating func drop(_ route: Route) {
        held.removeAll { Self.isOn([route], $0) }
    }

    private static func isOn(_ routes: Set<Route>, _ parcel: Parcel) -> Bool {
        routes.contains { $0.takes(from: parcel.from, to: parcel.to, kind: parcel.message.body.name) }
    }
}
