/// What a sidecar knows of its own mysqld.
package enum ServerCondition: Hashable, Sendable {
    /// No probe has ended yet.
    case unknown
    case up(ServerObservation)
    /// - Parameters:
    ///   - reason: one line for people, without secrets.
    ///   - last: what was seen before it went down.
    case down(reason: String, last: ServerObservation?)
    /// The server answers, and does not let the sidecar look at it: a wrong password, no free connection.
    ///
    /// - Parameters:
    ///   - reason: one line for people, without secrets.
    ///   - last: what was seen before.
    ///   - holds: `last` is young enough to go by.
    case unseen(reason: String, last: ServerObservation?, holds: Bool)

    /// How long what was seen last holds when the server answers and cannot be looked at.
    package static let graceMilliseconds = 300_000

    /// What is seen now, or was seen last.
    package var observation: ServerObservation? {
        switch self {
        case .unknown: nil
        case .up(let observation): observation
        case .down(_, let last), .unseen(_, let last, _): last
        }
    }

    /// What is seen now; nil for what was seen once.
    package var current: ServerObservation? {
        if case .up(let observation) = self { observation } else { nil }
    }

    /// What the member's role is read from; nil once what was seen last is too old to go by.
    package var roleBasis: ServerObservation? {
        if case .unseen(_, _, holds: false) = self { nil } else { observation }
    }
}
