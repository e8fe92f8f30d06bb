/// A kind of trouble that a cluster goes through.
package enum Scenario: String, CaseIterable, Sendable {
    case calm
    case loss
    case reorder
    case crash
    case restart
    case leave
    case pause
    case slow
    case partition
    case oneway
    case growth
    case replay
    /// Machines are copied while they run: two processes have one name and one address.
    case copies
    case churn
    /// Everything, with old and new members in one cluster.
    case upgrade

    /// The faults of which one is chosen at each turn.
    var faults: [Fault] {
        switch self {
        case .calm: [.change]
        case .loss: [.loss, .change]
        case .reorder: [.disorder, .change]
        case .crash: [.crash, .start, .change]
        case .restart: [.restart, .change]
        case .leave: [.leave, .start, .change]
        case .pause: [.pause, .resume, .change]
        case .slow: [.slow, .quicken, .change]
        case .partition: [.split, .mend, .change]
        case .oneway: [.cutPair, .splitOneWay, .mend, .change]
        case .growth: [.start, .change]
        case .replay: [.replay, .crash, .start, .restart, .leave, .change]
        case .copies: [.copy, .loss, .disorder, .change]
        case .churn, .upgrade: Fault.allCases.filter { $0 != .replay && $0 != .copy }
        }
    }

    /// Whether old packets come again.
    var replays: Bool { self == .replay }

    /// Whether anything happens for which a member may be taken for dead.
    var isHarmless: Bool {
        switch self {
        case .calm, .growth, .reorder: true
        case .loss, .crash, .restart, .leave, .pause, .slow, .partition, .oneway, .replay, .copies, .churn, .upgrade:
            false
        }
    }
}

/// One thing that happens.
enum Fault: CaseIterable {
    case change
    case loss
    case disorder
    case crash
    case start
    case restart
    case leave
    case pause
    case resume
    case slow
    case quicken
    case split
    case splitOneWay
    case cutPair
    case mend
    case replay
    case copy
}
