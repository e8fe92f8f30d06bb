internal import Failover
internal import Reconciler

/// Makes this node's mysqld read-only, and takes that back.
protocol ServerFence: Sendable {
    /// Whether it is as an earlier fence has left it.
    func isMarked() async -> Bool

    /// - Returns: whether it is read-only now, as it says itself. Within a few seconds, whatever mysqld does.
    func fence() async -> Bool

    /// Takes back what a fence has done, and nothing else.
    func open() async -> Fencing.Opening

    func stop() async
}

struct ReconcilingFence: ServerFence {
    let reconciler: Reconciler

    func isMarked() async -> Bool { await reconciler.isMarked() }
    func fence() async -> Bool { await reconciler.fence().isReadOnly }
    func open() async -> Fencing.Opening { await reconciler.open() }
    func stop() async { await reconciler.stop() }
}
