/// Whether clients reach this node's mysqld.
///
/// The gate is looked at for each batch of bytes, in both directions, and against the clock at that very moment.
package enum GatePosition: Hashable, Sendable {
    /// Nothing decides about writing here, or mysqld takes no writes of clients: everyone is led to it.
    case free
    /// In office: open until that moment, unless it is moved on before.
    case until(BootTime)
    case closed(Reason)

    package enum Reason: Hashable, Sendable, CaseIterable {
        /// Nothing is known yet of this node's right to be written to.
        case starting
        /// The lease has ended: this node may be cut off, and another be named primary.
        case leaseEnded
        /// The role is being handed over.
        case handingOver
        /// mysqld takes writes, and another member, or none, is named primary.
        case notPrimary
    }

    package var isClosed: Bool { if case .closed = self { true } else { false } }

    package func isOpen(at now: BootTime) -> Bool {
        switch self {
        case .free: true
        case .until(let end): now < end
        case .closed: false
        }
    }
}
