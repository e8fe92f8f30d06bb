import ClusterModel
import Raft
import Simulator

@testable import Quorum

/// Messages of any content that a member may write.
enum RandomPeerMessage {
    static let kinds = 0..<20

    static func make(_ kind: Int, using random: inout SimulatorRandom) -> PeerMessage {
        let quorum = QuorumID(high: random.next(), low: random.next())
        let peer = PeerID(using: &random)
        let number = RequestNumber(rawValue: random.next())
        switch kind {
        case 0:
            return .raft(
                raft(.heartbeat(counter(using: &random), commit: counter(using: &random)), &random)
            )
        case 1: return .raft(raft(.appended(through: counter(using: &random)), &random))
        case 2: return .founding(.offer(promise(using: &random)))
        case 3: return .founding(.promised(quorum))
        case 4: return .founding(.refused(quorum))
        case 5: return .founding(.founded(quorum))
        case 6: return .founding(.abandoned(quorum))
        case 7:
            return .pulse(
                Pulse(
                    quorum: quorum,
                    peer: peer,
                    life: random.next(),
                    generation: random.next(),
                    isCandidate: random.chance(0.5),
                    term: counter(using: &random),
                    commit: counter(using: &random)
                )
            )
        case 8: return .join(quorum, as: peer)
        case 9: return .removed(quorum, peer, counter(using: &random))
        case 10: return .staleStore(peer, generation: random.next())
        case 11: return .request(number, .elect(text(&random), id: text(&random), terms(&random)))
        case 12: return .request(number, .force(text(&random), id: text(&random), terms(&random)))
        case 13: return .request(number, .resign(text(&random), id: text(&random)))
        case 14: return .request(number, .stepDown(counter(using: &random)))
        case 15: return .request(number, .remove(MemberID(high: random.next(), low: random.next())))
        case 16: return .answer(number, nil)
        case 17:
            return .answer(number, .leads(counter(using: &random), remainingMilliseconds: count(&random)))
        case 18:
            return .answer(
                number,
                .led(by: text(&random), counter(using: &random), remainingMilliseconds: count(&random))
            )
        default:
            let answers: [QuorumAnswer] = [
                .locked(remainingMilliseconds: count(&random)), .done, .nothingToDo,
                .refused(.noQuorum(missing: count(&random))), .refused(.notInQuorum), .refused(.busy),
                .refused(.tooManyServices), .refused(.nobodyElse), .refused(.primaryLeads),
                .refused(.lastVoter),
                .refused(.isAlive),
            ]
            return .answer(number, answers[random.integer(in: 0...(answers.count - 1))])
        }
    }

    static func promise(using random: inout SimulatorRandom) -> Promise {
        var peers: [PeerID: Configuration.Peer] = [:]
        for _ in 0..<random.integer(in: 0...5) {
            let member = MemberID(high: random.next(), low: random.next())
            peers[PeerID(using: &random)] = .init(
                member: member,
                part: random.chance(0.8) ? .voter : .learner
            )
        }
        return Promise(
            quorum: QuorumID(high: random.next(), low: random.next()),
            proposer: MemberID(high: random.next(), low: random.next()),
            founders: Configuration(peers)
        )
    }

    /// Small ones, long ones, and the greatest.
    static func counter<Counter: MonotonicCounter>(using random: inout SimulatorRandom) -> Counter {
        switch random.integer(in: 0...3) {
        case 0: Counter(rawValue: UInt64(random.integer(in: 0...3)))
        case 1: Counter.greatestTold
        default: Counter(rawValue: random.next() >> UInt64(random.integer(in: 2...63)))
        }
    }

    private static func raft(_ body: RaftMessage.Body, _ random: inout SimulatorRandom) -> RaftMessage {
        RaftMessage(
            quorum: QuorumID(high: random.next(), low: random.next()),
            from: PeerID(using: &random),
            to: PeerID(using: &random),
            term: counter(using: &random),
            body
        )
    }

    private static func count(_ random: inout SimulatorRandom) -> Int {
        Int(random.next() >> UInt64(random.integer(in: 33...63)))
    }

    private static func text(_ random: inout SimulatorRandom) -> ServiceText {
        let letters = Array("abcdé→😀 .")
        return ServiceText(
            of: String(
                (0...random.integer(in: 0...40)).map { _ in
                    letters[random.integer(in: 0...(letters.count - 1))]
                }
            )
        )
    }

    private static func terms(_ random: inout SimulatorRandom) -> ServiceTerms {
        ServiceTerms(
            seconds: random.integer(in: 1...86_400),
            lockDelayMilliseconds: random.integer(in: 0...60_000),
            priority: Int32(truncatingIfNeeded: random.next())
        )
    }
}
