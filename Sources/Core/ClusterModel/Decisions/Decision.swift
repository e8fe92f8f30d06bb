/// A line of the quorum's log: what its leader wants to be so. Each names the state that it was made for, so that one which
/// comes late, or twice, changes nothing.
package enum Decision: Equatable, Sendable {
    /// - epoch: the one after the present.
    /// - member: nil if nobody is to be primary.
    case namePrimary(MemberID?, epoch: Epoch, reason: PrimaryReason, at: WallTime)
    /// - after: the service's present term, or where there is no such service, the last one of any that was forgotten.
    case elect(ServiceText, id: ServiceText, ServiceTerms, after: ServiceTerm, at: WallTime)
    /// The leader of that term has other terms from now on.
    case adjust(ServiceText, ServiceTerm, ServiceTerms)
    /// Ends the reign of that term and no other's.
    case vacate(ServiceText, ServiceTerm, ElectedService.Vacancy)
    /// Forgets a service that nobody leads.
    case forget(ServiceText, ServiceTerm)
}

/// Why a member was named primary.
package enum PrimaryReason: UInt8, Hashable, Sendable, CaseIterable {
    /// It was the one when the quorum was founded.
    case bootstrap = 1
    /// By a command.
    case switchover = 2
    /// The one before was lost.
    case failover = 3
    /// A lost majority was given up.
    case recovery = 4
}

/// What became of a decision when its turn came.
package enum DecisionOutcome: Equatable, Sendable {
    case done
    /// The state it was made for is past.
    case stale
    /// There are as many services as there may be.
    case tooManyServices
}
