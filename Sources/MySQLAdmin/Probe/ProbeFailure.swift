internal import ClusterModel

/// Why a probe came back without an observation, in words for the person who has to do something about it.
enum ProbeFailure: Error, Hashable, CustomStringConvertible {
    case loginRefused(user: String, AdminError)
    case unreachable(ServerAddress, AdminError)
    /// The server accepted the connection or the statement, and no answer came.
    case noAnswer(ServerAddress, within: Duration)
    case connectionLost(AdminError)
    case statementFailed(AdminError)
    case unexpectedAnswer(ProbeDecodingError)

    var description: String {
        switch self {
        case .loginRefused(let user, let error):
            "mysqld refuses the account '\(user)': \(error); check mysqld.user and mysqld.password_file,"
                + " or create the account as in sql/setup"
        case .unreachable(let address, let error): "cannot connect to mysqld at \(address): \(error)"
        case .noAnswer(let address, let limit): "mysqld at \(address) gave no answer within \(limit)"
        case .connectionLost(let error): "the connection to mysqld broke: \(error)"
        case .statementFailed(let error): "a statement of the probe failed: \(error)"
        case .unexpectedAnswer(let error): "\(error)"
        }
    }
}
