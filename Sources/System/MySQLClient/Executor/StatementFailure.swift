/// Why a statement has no result, and whether it may have been carried out all the same.
package enum StatementFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// What mysqld answered.
    case refused(AdminError)
    /// mysqld has not seen it, and will not.
    case notSent(Cause)
    /// mysqld was sent it, and what came of it is unknown. It may still go on until mysqld lets a connection in, or after
    /// the executor was stopped.
    case outcomeUnknown(Cause)

    package enum Cause: Hashable, Sendable {
        case deadline(milliseconds: Int)
        /// The task that asked was cancelled.
        case cancelled
        /// The executor was stopped.
        case stopped
        case connection(AdminError)
    }

    package var description: String {
        switch self {
        case .refused(let error): "mysqld refused the statement: \(error)"
        case .notSent(let cause): "the statement was not sent to mysqld: \(cause.text)"
        case .outcomeUnknown(let cause):
            "the statement was sent to mysqld, and it is unknown whether it was carried out: \(cause.text)"
        }
    }
}

extension StatementFailure.Cause {
    fileprivate var text: String {
        switch self {
        case .deadline(let milliseconds): "its time of \(milliseconds) ms is over"
        case .cancelled: "it is no longer wanted"
        case .stopped: "the sidecar stops"
        case .connection(let error): "\(error)"
        }
    }
}
