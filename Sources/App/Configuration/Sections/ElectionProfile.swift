package import Raft

/// What network the quorum's times are made for.
package enum ElectionProfile: String, Sendable, CaseIterable {
    case lan
    case wan

    /// The protocol's numbers for such a network; docs/quorum.md lists them.
    package var settings: RaftSettings {
        switch self {
        case .lan: .lan
        case .wan: .wan
        }
    }
}
