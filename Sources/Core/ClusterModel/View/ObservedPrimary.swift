/// Who is primary by what the servers do, whatever a quorum has decided.
package enum ObservedPrimary: Hashable, Sendable {
    case one(MemberID)
    case none
    case several
}
