package import ClusterModel
internal import Quorum
internal import Raft

/// What must hold at every moment of true time, whatever happens.
package struct QuorumInvariants {
    /// The first one that did not hold, and where.
    package private(set) var broken: String?
    private var quorum: QuorumID?
    private var primaries: [Epoch: MemberID] = [:]
    private var leaders: [ServiceReign: ServiceText] = [:]
    private var promised: [ServiceText: (id: ServiceText, until: MonotonicTime)] = [:]
    private var resigned: [[ServiceText]: MonotonicTime] = [:]
    package private(set) var statistics = Statistics()
    /// Members that could not see each other have founded more than one.
    package var mayBeSeveral = false

    /// A request may be carried out so much later.
    private static let lateMilliseconds = 20_000

    /// Within a millisecond.
    private static let maximumWakeUps = 50

    package struct Statistics: Equatable {
        package var openings = 0
        package var epochs = 0
        package var elections = 0
        package var answers = 0
        package var refusals = 0
    }

    private struct ServiceReign: Hashable {
        var service: ServiceText
        var term: ServiceTerm
    }

    package init() {}

    private mutating func fail(_ why: String) {
        if broken == nil { broken = why }
    }

    /// Never two open gates; one primary an epoch. Only what a process has just done changes that.
    mutating func look(at world: QuorumWorld, after process: QuorumProcess) {
        if process.isGateOpen(at: world.now) {
            statistics.openings += 1
            let open = world.processes.filter { $0.isGateOpen(at: world.now) }.map(\.number)
            if open.count > 1 { fail("open gates at \(open)") }
        }
        guard let primary = process.node?.decisions?.primary, let member = primary.member else { return }
        if let other = primaries[primary.epoch], other != member { fail("two primaries in epoch \(primary.epoch)") }
        if primaries.updateValue(member, forKey: primary.epoch) == nil { statistics.epochs += 1 }
    }

    /// One quorum.
    mutating func look(at world: QuorumWorld) {
        for process in world.processes {
            guard let status = process.node?.status(now: process.local(world.now)), status.leader == process.id,
                status.hasQuorum, let id = status.quorum
            else { continue }
            if let quorum, quorum != id, !mayBeSeveral { fail("a second quorum, led by \(process.number)") }
            quorum = id
        }
    }

    /// Nobody is told that it leads while another was promised to.
    mutating func answered(
        _ request: QuorumRequest,
        _ answer: QuorumAnswer,
        at now: MonotonicTime,
        fastestClock: Double
    ) {
        if case .refused = answer { statistics.refusals += 1 } else { statistics.answers += 1 }
        switch (request, answer) {
        case (.elect(let service, let id, _), .leads(let term, let remaining)):
            let reign = ServiceReign(service: service, term: term)
            if let other = leaders[reign], other != id {
                fail("\(other.text) and \(id.text) lead \(service.text) in \(term)")
            }
            if leaders.updateValue(id, forKey: reign) == nil { statistics.elections += 1 }
            // Who gives up at the same time may lose what it wins, and hear of it when another has it already.
            if let gaveUp = resigned[[service, id]], now.milliseconds(since: gaveUp) < Self.lateMilliseconds { return }
            if let before = promised[service], before.id != id, now < before.until {
                fail("\(id.text) leads \(service.text), which was promised to \(before.id.text)")
            }
            let until = now.adding(milliseconds: Int(Double(remaining) / fastestClock))
            promised[service] = (id, until)
        case (.resign(let service, let id), .done):
            if promised[service]?.id == id { promised[service] = nil }
        default: break
        }
    }

    /// It gave up, so that what was promised counts no more, whether or not it was heard.
    package mutating func gaveUp(_ service: ServiceText, _ id: ServiceText, at now: MonotonicTime) {
        resigned[[service, id]] = now
        if promised[service]?.id == id { promised[service] = nil }
    }

    /// Whoever wants to be woken at once, and again at once, never sleeps.
    mutating func woken(_ times: Int, _ number: Int) {
        if times > Self.maximumWakeUps { fail("\(number) wants to be woken for ever") }
    }

    mutating func noted(_ notice: QuorumNotice, by number: Int) {
        switch notice {
        case .violation(let member, let violation):
            fail("\(number) hears a violation of \(member?.low ?? 0): \(violation)")
        case .outOfQuorum(.storeFailed), .outOfQuorum(.unreadableDecision): fail("\(number) is out: \(notice)")
        default: break
        }
    }
}
