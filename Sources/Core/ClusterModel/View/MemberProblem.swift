/// Something about a member that a person should know of, and may have to mend.
package struct MemberProblem: Hashable, Sendable {
    package enum Code: Hashable, Sendable {
        case serverDown
        /// mysqld answers and does not let the sidecar look at it.
        case serverNotSeen
        /// The sidecar's account may not see everything.
        case notAllSeen
        /// - Parameter errors: the numbers of the threads' last errors.
        case replicationBroken(errors: [UInt32])
        case replicationStopped
        /// A server on the way to the head of its chain does not replicate.
        case sourceStopped(at: MemberID)
        /// It takes writes and is neither the primary nor a replica.
        ///
        /// - Parameter primary: nil while there is none.
        case writable(beside: MemberID?)

        /// Whether both are of the same matter, so that one follows upon the other.
        func isAkin(to other: Code) -> Bool { matter == other.matter }

        /// Whether it is why a member is in that state.
        func explains(_ state: MemberState) -> Bool {
            switch self {
            case .serverDown: state == .offline
            case .serverNotSeen: state == .suspect
            case .replicationBroken, .replicationStopped, .sourceStopped: state == .recovering
            case .notAllSeen, .writable: false
            }
        }

        private enum Matter { case server, sight, replication, writes }

        private var matter: Matter {
            switch self {
            case .serverDown, .serverNotSeen: .server
            case .notAllSeen: .sight
            case .replicationBroken, .replicationStopped, .sourceStopped: .replication
            case .writable: .writes
            }
        }
    }

    /// Problems of one code are the same one, however their words change.
    package var code: Code
    /// One line for people, without secrets.
    package var detail: String

    package init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }
}
