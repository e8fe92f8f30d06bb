package import ClusterModel
package import MySQLWire

/// What clients of mysqld's accounts hear while the gate to it is closed.
package enum GateRefusal {
    /// For a command that came too late: as a server says that it takes no writes any more.
    ///
    /// - Parameter primary: `host:port`; empty if there is none to name, or it is this node by all that is known here.
    package static func command(_ reason: GatePosition.Reason, primary: String) -> SQLError {
        let hint = primary.isEmpty ? "" : "; the primary is \(primary)"
        return SQLError(
            errno: 1836,
            sqlState: "HY000",
            message: "Running in read-only mode: \(reason.words)\(hint)"
        )
    }

    /// For a login. Who it is has not shown yet: no names and addresses.
    package static func login(_ reason: GatePosition.Reason, errno: UInt16) -> SQLError {
        SQLError(
            errno: errno,
            sqlState: "HY000",
            message:
                "mysqld of this node is closed to clients: \(reason.words); connect again later, or to another node"
        )
    }
}

extension GatePosition.Reason {
    /// For people.
    package var words: String {
        switch self {
        case .starting: "the quorum has not said yet whether it may be written to"
        case .leaseEnded: "its lease as primary has ended"
        case .handingOver: "the role of primary is being handed over"
        case .notPrimary: "it is writable and not the primary that the quorum has named"
        }
    }
}
