internal import ClusterModel
internal import Synchronization

/// The newest view, for whoever reads it: event loops among them, so nothing is built or freed while they wait.
final class ClusterViewStore: ClusterViewSource, ClusterHubListener {
    private let view: Mutex<ClusterView>
    private let generationCounter = Atomic<UInt64>(0)

    init(_ view: ClusterView) { self.view = Mutex(view) }

    var current: ClusterView { view.withLock { $0 } }

    var generation: UInt64 { generationCounter.load(ordering: .acquiring) }

    func viewChanged(_ change: ViewChange) {
        view.withLock { $0 = change.new }
        generationCounter.add(1, ordering: .releasing)
    }
}
