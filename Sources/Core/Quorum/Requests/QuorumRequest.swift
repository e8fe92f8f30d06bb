package import ClusterModel
package import Raft

/// What may be asked of the quorum, on any member. Each can be asked twice and does its work once.
package enum QuorumRequest: Equatable, Sendable {
    /// Make `id` the service's leader if nobody leads it, or renew its lease.
    case elect(ServiceText, id: ServiceText, ServiceTerms)
    case force(ServiceText, id: ServiceText, ServiceTerms)
    /// End the lease that `id` has.
    case resign(ServiceText, id: ServiceText)
    /// The quorum's leader of that term gives its place to another.
    case stepDown(Term)
    /// Whoever is gone for good.
    case remove(MemberID)
}

package enum QuorumAnswer: Equatable, Sendable {
    /// It is the leader now.
    case leads(ServiceTerm, remainingMilliseconds: Int)
    /// Somebody else is.
    case led(by: ServiceText, ServiceTerm, remainingMilliseconds: Int)
    /// Nobody leads, and nobody can be elected so soon.
    case locked(remainingMilliseconds: Int)
    case done
    /// There was nothing to do: `id` did not lead, the member is not in the quorum.
    case nothingToDo
    case refused(QuorumRefusal)
}

extension QuorumAnswer {
    /// As it is true now, if it was true no longer ago than that: never more time than there is.
    ///
    /// - Returns: nil if it is true no longer.
    func aged(milliseconds: Int) -> Self? {
        switch self {
        case .leads(let term, let remaining):
            remaining > milliseconds ? .leads(term, remainingMilliseconds: remaining - max(0, milliseconds)) : nil
        case .led, .locked, .done, .nothingToDo, .refused: self
        }
    }
}

package enum QuorumRefusal: Equatable, Sendable {
    /// No leader answered in time; so many voters are missing for a majority, as far as this member can tell.
    case noQuorum(missing: Int)
    /// This member takes no part.
    case notInQuorum
    /// Too many requests wait.
    case busy
    case tooManyServices
    /// There is no other voter that could lead, or it did not take over.
    case nobodyElse
    /// The primary leads: who moves it moves the lead with it.
    case primaryLeads
    /// The last voter stays.
    case lastVoter
    /// The member is alive: it is to be stopped first.
    case isAlive
}
