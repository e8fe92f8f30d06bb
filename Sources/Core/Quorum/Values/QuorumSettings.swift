package import Raft

/// The numbers of a quorum's life.
package struct QuorumSettings: Hashable, Sendable {
    package var raft: RaftSettings
    /// So many there should be: odd.
    package var voters: Int
    /// A voter that has been dead for so long gives its place to a learner.
    package var replaceAfterMilliseconds = 600_000
    /// How long a request waits for a leader that answers.
    package var requestMilliseconds = 5_000

    package init(raft: RaftSettings = .lan, voters: Int = 3) {
        self.raft = raft
        self.voters = voters
    }

    /// The leader looks at its members this often.
    var policyMilliseconds: Int { raft.heartbeatMilliseconds }
    /// Each tells the others how it stands this often.
    var pulseMilliseconds: Int { 1_000 }
    /// What was not answered in the founding is said again after so long.
    var foundingMilliseconds: Int { 300 }
    /// What people have done on the servers has to stand for so long.
    var byHandMilliseconds: Int { 2_000 }
    /// After a seat that could not be handed over.
    var handoverPauseMilliseconds: Int { 2 * raft.voteHoldMilliseconds }
}
