internal import ClusterModel
internal import Quorum
internal import Raft
internal import RaftHost

extension QuorumReport {
    /// - Parameter name: a member's, for people.
    init(_ status: QuorumStatus, name: (MemberID) -> String) {
        self.init(
            leader: status.leader,
            hasQuorum: status.hasQuorum,
            voters: status.voters.map { voter in
                Voter(
                    member: voter.member,
                    role: Voter.Role(voter.role),
                    term: voter.term.rawValue,
                    commitIndex: voter.commit.rawValue,
                    matchIndex: voter.match?.rawValue,
                    heardAt: voter.heardAt
                )
            },
            problem: status.problem(name)
        )
    }
}

extension QuorumReport.Voter.Role {
    fileprivate init(_ role: QuorumStatus.Voter.Role) {
        self =
            switch role {
            case .leader: .leader
            case .follower: .follower
            case .candidate: .candidate
            case .learner: .learner
            }
    }
}

extension QuorumStatus {
    /// Why this node takes no part, or what it waits for, for people.
    fileprivate func problem(_ name: (MemberID) -> String) -> String? {
        switch part {
        case .takesPart:
            foreign.isEmpty
                ? nil
                : "\(foreign.map(name).sorted().joined(separator: ", ")) of another quorum: "
                    + "stop it, and remove the folder of its store to let it join this one"
        case .founding: "the quorum is being founded"
        case .waitsForMembers(let missing):
            "the quorum is founded when \(missing) more \(missing == 1 ? "member is" : "members are") there"
        case .waitsForAdmission(let member): "\(name(member)) has a quorum that has not taken this node in yet"
        case .disagreesOnVoters(let member):
            "\(name(member)) has another number in election.voters, so that no quorum is founded"
        case .out(let outage): "this node takes no part in the quorum: \(outage.words)"
        }
    }
}
