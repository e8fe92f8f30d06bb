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

    /// They have another leader than before, or none.
    func servicesChanged(_ services: [ServiceText])

    func noticed(_ notice: QuorumNotice)
}
