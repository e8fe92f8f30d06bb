internal import ClusterModel
internal import Raft

/// What a leader does for those who ask it.
extension Participation {
    private static let maximumTries = 8

    /// Answers, now or when it is decided; nil is answered where this member does not lead.
    mutating func serve(_ request: QuorumRequest, for origin: Origin, _ around: Surroundings) {
        guard leads(around) else { return answer(origin, nil) }
        guard !work.isFull else { return answer(origin, .refused(.busy)) }
        serve(WorkUnderWay.Work(origin: origin, request: request), around)
    }

    private mutating func serve(_ work: WorkUnderWay.Work, _ around: Surroundings) {
        guard let request = work.request, let origin = work.origin else { return }
        switch request {
        case .elect(let name, let id, let terms):
            guard let found = elect(name, id, terms, around) else { return answer(origin, nil) }
            switch found {
            case .leads(let term, let remaining): answer(origin, .leads(term, remainingMilliseconds: remaining))
            case .led(let other, let term, let remaining):
                answer(origin, .led(by: other, term, remainingMilliseconds: remaining))
            case .locked(let remaining): answer(origin, .locked(remainingMilliseconds: remaining))
            case .propose(let decision): propose(decision, work)
            }
        case .force(let name, let id, let terms):
            let decision = leases?.force(name, id: id, terms, decisions, wallTime: around.wallTime, now: around.now)
            guard let decision else { return answer(origin, nil) }
            propose(decision, work)
        case .resign(let name, let id):
            guard let decision = leases?.resign(name, id: id, decisions) else { return answer(origin, .nothingToDo) }
            propose(decision, work)
        case .stepDown(let term): stepDown(from: term, for: origin, around)
        case .remove(let member): remove(member, work, around)
        }
    }

    private mutating func elect(
        _ name: ServiceText,
        _ id: ServiceText,
        _ terms: ServiceTerms,
        _ around: Surroundings
    ) -> ServiceLeases.Answer? {
        leases?.elect(name, id: id, terms, decisions, wallTime: around.wallTime, now: around.now)
    }

    mutating func propose(_ decision: Decision, _ work: WorkUnderWay.Work = WorkUnderWay.Work()) {
        inbox.append(.propose([Proposal(id: self.work.begin(work), command: decision.encoded)]))
    }

    // MARK: What became of it

    mutating func conclude(_ work: WorkUnderWay.Work, _ outcome: DecisionOutcome, _ around: Surroundings) {
        guard let origin = work.origin, let request = work.request else { return }
        switch (request, outcome) {
        case (_, .tooManyServices): answer(origin, .refused(.tooManyServices))
        case (.elect(let name, let id, let terms), _), (.force(let name, let id, let terms), .done):
            guard leads(around) else { return answer(origin, nil) }
            guard work.tries < Self.maximumTries else { return answer(origin, .refused(.busy)) }
            // By now it leads, or another does.
            var again = work
            again.tries += 1
            again.request = .elect(name, id: id, terms)
            serve(again, around)
        case (.force, .stale):
            var again = work
            again.tries += 1
            guard work.tries < Self.maximumTries else { return answer(origin, .refused(.busy)) }
            serve(again, around)
        case (.resign, .done), (.remove, _): answer(origin, .done)
        case (.resign, .stale): answer(origin, .nothingToDo)
        case (.stepDown, _): break
        }
    }

    mutating func refused(_ request: RequestID, _ refusal: Refusal) {
        guard let work = work.refused(request), let origin = work.origin else { return }
        switch refusal {
        case .busy, .tooLong: answer(origin, .refused(.busy))
        case .change(.lastVoter): answer(origin, .refused(.lastVoter))
        case .change(.unknownPeer), .change(.alreadySo): answer(origin, .nothingToDo)
        case .change(.tooManyPeers): answer(origin, .refused(.busy))
        case .notLeader, .handingOver, .change(.notLeader), .change(.handingOver), .change(.notYet), .change(.behind):
            answer(origin, nil)
        }
    }

    /// Nobody knows what becomes of it: whoever asked asks the next leader.
    mutating func putBack(_ work: WorkUnderWay.Work) {
        if let origin = work.origin { answer(origin, nil) }
    }

    // MARK: The seat and the members, by command

    private mutating func stepDown(from term: Term, for origin: Origin, _ around: Surroundings) {
        guard raft.standing.term == term else { return answer(origin, .done) }
        guard decisions.primary?.member != around.own else { return answer(origin, .refused(.primaryLeads)) }
        guard let next = bestSuccessor(around) else { return answer(origin, .refused(.nobodyElse)) }
        steppingDown.append(origin)
        handOver(to: next, around)
    }

    private mutating func remove(_ member: MemberID, _ work: WorkUnderWay.Work, _ around: Surroundings) {
        guard let origin = work.origin else { return }
        guard around.members[member]?.liveness.isPresent != true else { return answer(origin, .refused(.isAlive)) }
        guard let peer = raft.configuration.peers.filter({ $0.value.member == member }).keys.sorted().first else {
            return answer(origin, .nothingToDo)
        }
        inbox.append(.change(self.work.begin(work), .remove(peer)))
    }

    // MARK: Answers

    mutating func answer(_ origin: Origin, _ answer: QuorumAnswer?) {
        switch origin {
        case .other(let member, let number): actions.append(.send(.answer(number, answer), to: member))
        case .own(let number): ownAnswers.append((number, answer))
        }
    }
}
