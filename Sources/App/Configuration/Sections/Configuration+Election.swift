package import Raft

extension Configuration {
    /// `election`
    package struct Election: Hashable, Sendable {
        /// How many there should be: odd.
        package var voters: Int
        /// Where the quorum's log is kept.
        package var dataDirectory: String
        /// Whether this node wants to lead.
        package var campaigns: Bool
        /// With the times of the profile, or of the keys that override them.
        package var raft: RaftSettings
        /// A voter that has been dead for so long gives its place to another member.
        package var replaceAfterMilliseconds: Int
    }
}

extension ConfigurationBuilder {
    /// - Returns: nil where no key of the section is given.
    mutating func election() -> Configuration.Election? {
        let raft = raft()
        guard Schema.Election.all.contains(where: { written[$0.path] != nil }) else { return nil }
        let voters = value(Schema.Election.voters)
        if voters % 2 == 0, !hasError(Schema.Election.voters.path) {
            let better = voters - 1
            report(
                .error,
                Schema.Election.voters,
                "must be odd: \(voters) voters bear no more losses than \(better), and need one more to agree; "
                    + (voters == 2 ? "make a third one with node.kind: witness" : "write \(better) or \(voters + 1)")
            )
        }
        return .init(
            voters: voters,
            dataDirectory: value(Schema.Election.dataDirectory),
            campaigns: value(Schema.Election.campaign),
            raft: raft,
            replaceAfterMilliseconds: value(Schema.Election.replaceAfter)
        )
    }

    private mutating func raft() -> RaftSettings {
        var settings = value(Schema.Election.profile).settings
        settings.heartbeatMilliseconds = time(Schema.Election.heartbeat, profile: settings.heartbeatMilliseconds)
        settings.voteHoldMilliseconds = time(Schema.Election.voteHold, profile: settings.voteHoldMilliseconds)
        settings.electionSpreadMilliseconds = time(Schema.Election.spread, profile: settings.electionSpreadMilliseconds)
        // One heartbeat may be lost and the next be late, and the lease must not have ended.
        let (beat, hold) = (settings.heartbeatMilliseconds, settings.voteHoldMilliseconds)
        guard 4 * beat > hold, !hasError(Schema.electionSection) else { return settings }
        if written[Schema.Election.voteHold.path] != nil {
            let message = "\(hold) is less than four times election.heartbeat_ms, \(beat); write \(4 * beat) or more"
            report(.error, Schema.Election.voteHold, message)
        } else {
            let message = "\(beat) is more than a fourth of election.vote_hold_ms, \(hold); write \(hold / 4) or less"
            report(.error, Schema.Election.heartbeat, message)
        }
        return settings
    }

    private mutating func time(_ setting: Setting<Int>, profile: Int) -> Int {
        if written[setting.path] != nil { return value(setting) }
        derived[setting.path] = String(profile)
        return profile
    }
}
