/// What the quorum has decided: the state that its log leads to, the same wherever the log is as long.
package struct Decisions: Equatable, Sendable {
    package struct Primary: Hashable, Sendable {
        package var member: MemberID?
        package var epoch: Epoch
        package var reason: PrimaryReason
        package var since: WallTime
    }

    /// Nil until a first one was named, or that there is none.
    package private(set) var primary: Primary?
    package private(set) var services: [ServiceText: ElectedService] = [:]
    /// No service that comes anew begins at or below it: terms rise over a service's disappearance, too.
    package private(set) var lastForgottenTerm = ServiceTerm.zero

    package static let maximumServices = 20_000

    package init() {}

    init(primary: Primary?, services: [ServiceText: ElectedService], lastForgottenTerm: ServiceTerm) {
        self.primary = primary
        self.services = services
        self.lastForgottenTerm = lastForgottenTerm
    }

    package var epoch: Epoch { primary?.epoch ?? .zero }

    /// The term after which the next leader of the service comes.
    package func presentTerm(of service: ServiceText) -> ServiceTerm {
        services[service]?.term ?? lastForgottenTerm
    }

    package mutating func apply(_ decision: Decision) -> DecisionOutcome {
        switch decision {
        case .namePrimary(let member, let epoch, let reason, let time):
            guard epoch == self.epoch.next else { return .stale }
            primary = Primary(member: member, epoch: epoch, reason: reason, since: time)
        case .elect(let name, let id, let terms, let before, let time):
            guard presentTerm(of: name) == before else { return .stale }
            guard services[name] != nil || services.count < Self.maximumServices else { return .tooManyServices }
            let leader = ElectedService.Leader(id: id, terms: terms, since: time)
            services[name] = ElectedService(term: before.next, seat: .taken(leader))
        case .adjust(let name, let term, let terms):
            guard let service = services[name], service.term == term, var leader = service.leader else { return .stale }
            // Two may be under way: what the longer one has promised stands.
            let longest = max(leader.terms.leaseMilliseconds, terms.leaseMilliseconds)
            leader.terms = terms
            leader.terms.leaseMilliseconds = longest
            services[name]?.seat = .taken(leader)
        case .vacate(let name, let term, let vacancy):
            guard let service = services[name], service.term == term, let leader = service.leader else { return .stale }
            let delay = vacancy == .expired ? leader.terms.lockDelayMilliseconds : 0
            services[name]?.seat = .vacant(vacancy, lockDelayMilliseconds: delay)
        case .forget(let name, let term):
            guard let service = services[name], service.term == term, service.leader == nil else { return .stale }
            services[name] = nil
            lastForgottenTerm = max(lastForgottenTerm, term)
        }
        return .done
    }
}
