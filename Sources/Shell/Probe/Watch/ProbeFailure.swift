internal import ClusterModel
internal import MySQLClient

/// Why a probe came back without an observation, in words for the person who has to do something about it.
enum ProbeFailure: Error, Hashable, CustomStringConvertible {
    case loginRefused(user: String, AdminError)
    /// The server answers, and does not let the account in now, for another reason than who it is.
    case notLetIn(ServerAddress, AdminError)
    case unreachable(ServerAddress, AdminError)
    /// The server accepted the connection or the statement, and no answer came.
    case noAnswer(ServerAddress, within: Duration)
    case connectionLost(AdminError)
    case statementFailed(AdminError)
    case unexpectedAnswer(ProbeDecodingError)

    /// Whether a server answers all the same, or nobody could be asked: then nothing follows for those who use it.
    var saysNothingOfServer: Bool {
        switch self {
        case .loginRefused, .notLetIn, .unexpectedAnswer: true
        case .unreachable(_, let error): error.isOwnShortage
        case .statementFailed(let error): !error.isServerUnavailable
        case .noAnswer, .connectionLost: false
        }
    }

    var description: String {
        switch self {
        case .loginRefused(let user, let error):
            "mysqld refuses the account '\(user)': \(error); check mysqld.user and mysqld.password_file,"
                + " or create the account as in sql/setup"
        case .notLetIn(let address, let error):
            "mysqld at \(address) answers and does not let the sidecar in: \(error)"
        case .unreachable(let address, let error): "cannot connect to mysqld at \(address): \(error)"
        case .noAnswer(let address, let limit): "mysqld at \(address) gave no answer within \(limit)"
        case .connectionLost(let error): "the connection to mysqld broke: \(error)"
        case .statementFailed(let error): "a statement of the probe failed: \(error)"
        case .unexpectedAnswer(let error): "\(error)"
        }
    }
}
