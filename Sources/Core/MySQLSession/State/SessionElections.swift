internal import ClusterModel
internal import MySQLWire
internal import QueryRouting

/// What a session has of elections.
struct SessionElections {
    var fence: Fence?
    /// It has asked for a reign that ends with the session.
    var hasReigns = false

    var isEmpty: Bool { fence == nil && !hasReigns }

    /// Whose term the session's statements are tied to.
    struct Fence {
        var service: ServiceText
        var term: ServiceTerm

        /// Why nothing may go to mysqld at this moment.
        func refusal(_ services: (any ServiceReading)?) -> SQLError? {
            let present = services?.standing(of: service).term ?? .zero
            guard present != term else { return nil }
            // Clients keep 512 bytes of a message.
            let name = String(service.text.prefix(64))
            let other = present == .zero ? "nobody leads it now" : "its term is \(present) now"
            return SQLError(
                errno: 1644,
                sqlState: "45000",
                message: "this session is fenced by term \(term) of the service '\(name)': \(other)"
            )
        }
    }
}

/// How an election's answer is written.
struct ElectionReply {
    var call: ElectionCall
    var rows: ResultSetWriter.RowFormat
}

/// A command that is answered when this node has applied more of what the quorum decides.
struct ServiceWait {
    var reply: ElectionReply
    var service: ServiceText
    var goal: Goal
    var conclusion: Conclusion

    enum Goal {
        case otherTerm(than: ServiceTerm)
        /// What the quorum has answered is to be found here by whoever asks next.
        case reached(ServiceTerm)
        case left(by: ServiceText)
    }

    enum Conclusion {
        case presentTerm
        case number(UInt64)
        case fence(ServiceTerm)
    }

    func isOver(_ standing: ServiceStanding) -> Bool {
        switch goal {
        case .otherTerm(let known): standing.term != known
        case .reached(let term): standing.lastTerm >= term
        case .left(let id): standing.leader != id
        }
    }

    /// How long what others know already may take to get here.
    static let secondsBehind = 1.0
}
