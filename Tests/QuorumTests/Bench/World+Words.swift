import ClusterModel
import Quorum
import Raft
import Simulator

/// Short words for worlds.
extension QuorumWorld {
    /// Members that have all started, and founded a quorum if they could.
    static func founded(
        _ members: Int = 3,
        voters: Int = 3,
        primary: Int? = nil,
        seed: UInt64 = 1,
        prepare: (QuorumWorld) -> Void = { _ in }
    ) -> QuorumWorld {
        let world = waiting(members, voters: voters, seed: seed)
        prepare(world)
        if let primary { world.process(primary).server = .writable }
        world.startAll()
        world.run(withinMilliseconds: 15_000) { world in
            world.leader != nil && (primary == nil || world.openGates.map(\.number) == [primary])
        }
        return world
    }

    /// None of them has started.
    static func waiting(_ members: Int = 3, voters: Int = 3, seed: UInt64 = 1) -> QuorumWorld {
        var settings = QuorumSettings(voters: voters)
        settings.replaceAfterMilliseconds = 8_000
        return QuorumWorld(members: members, settings: settings, seed: seed)
    }

    var leader: QuorumProcess? { leaders.count == 1 ? leaders.first : nil }

    func status(_ number: Int) -> QuorumStatus? {
        let process = process(number)
        return process.node?.status(now: process.local(now))
    }

    /// Of the quorum's leader.
    var leading: QuorumStatus? { leader.flatMap { status($0.number) } }

    var voters: [Int] { numbers { $0.role != .learner } }

    var learners: [Int] { numbers { $0.role == .learner } }

    private func numbers(_ isMeant: (QuorumStatus.Voter) -> Bool) -> [Int] {
        leading?.voters.filter(isMeant).map { Int($0.member.low) } ?? []
    }

    /// Cuts all that goes between the ones and the others.
    func cut(_ ones: [Int], from others: [Int]) {
        for one in ones {
            for other in others { network.cuts.formUnion([[one, other], [other, one]]) }
        }
    }

    /// - Returns: nil if there is none in time.
    func answer(_ request: QuorumRequest, at number: Int, withinMilliseconds limit: Int = 6_000) -> QuorumAnswer? {
        let asked = ask(request, process(number))
        run(withinMilliseconds: limit) { $0.answers[asked] != nil }
        return answers[asked]
    }

    func notices(of number: Int) -> [QuorumNotice] { notices.filter { $0.number == number }.map(\.notice) }
}

extension MemberID {
    init(_ number: Int) { self.init(high: 1, low: UInt64(number)) }
}

extension ServiceText {
    init(of text: String) {
        guard let service = ServiceText(text) else { preconditionFailure("no name: \(text)") }
        self = service
    }
}

extension ServiceTerms {
    init(seconds: Int, lockDelayMilliseconds: Int = 0, priority: Int32 = 0) {
        guard
            let terms = ServiceTerms(
                leaseMilliseconds: seconds * 1_000,
                lockDelayMilliseconds: lockDelayMilliseconds,
                priority: priority
            )
        else { preconditionFailure("no terms: \(seconds) s") }
        self = terms
    }
}

extension QuorumRequest {
    static func elect(
        _ id: String,
        of service: String = "mail",
        seconds: Int = 10,
        lockDelayMilliseconds: Int = 0,
        priority: Int32 = 0
    ) -> Self {
        .elect(
            ServiceText(of: service),
            id: ServiceText(of: id),
            ServiceTerms(seconds: seconds, lockDelayMilliseconds: lockDelayMilliseconds, priority: priority)
        )
    }

    static func force(_ id: String, of service: String = "mail", seconds: Int = 10) -> Self {
        .force(ServiceText(of: service), id: ServiceText(of: id), ServiceTerms(seconds: seconds))
    }

    static func resign(_ id: String, of service: String = "mail") -> Self {
        .resign(ServiceText(of: service), id: ServiceText(of: id))
    }
}

extension QuorumAnswer {
    /// The term, if it says that `id` itself leads.
    var term: UInt64? { if case .leads(let term, _) = self { term.rawValue } else { nil } }

    /// Who else leads.
    var other: String? { if case .led(let other, _, _) = self { other.text } else { nil } }

    var isLocked: Bool { if case .locked = self { true } else { false } }

    var remaining: Int? {
        switch self {
        case .leads(_, let remaining), .led(_, _, let remaining), .locked(let remaining): remaining
        case .done, .nothingToDo, .refused: nil
        }
    }
}
