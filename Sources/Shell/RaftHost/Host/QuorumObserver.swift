package import ClusterModel
package import Quorum

/// Who acts on what the quorum decides. Called on the quorum's event loop: it returns at once.
package protocol QuorumObserver: Sendable {
    /// This member's right to be written to; nil while it has none. It ends by itself at the time that it names.
    func rightChanged(_ right: PrimaryRight?)

    /// Nothing of the right is to be used any more; `done` when nothing of it is under way.
    func endRight(then done: @escaping @Sendable () -> Void)

    /// - Parameter words: what the others are to be told of this member.
    func quorumChanged(_ status: QuorumStatus, words: QuorumWords)

    /// They may be otherwise than before; nil for one that is forgotten. Where this member leads the quorum, all of them in
    /// regular times: how long a lease runs changes without a decision.
    func servicesChanged(_ services: [ServiceText: ServiceState?])

    func noticed(_ notice: QuorumNotice)
}
