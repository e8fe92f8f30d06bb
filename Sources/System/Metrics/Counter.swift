package import Synchronization

/// A number that one thread at a time changes and any thread reads.
///
/// It lies within whoever counts by it: counting takes no lock, no look-up and no memory.
package struct Counter: ~Copyable, Sendable {
    @usableFromInline let value = Atomic<Int>(0)

    package init() {}

    @inlinable package var current: Int { value.load(ordering: .relaxed) }

    @inlinable package func add(_ amount: Int) {
        value.store(value.load(ordering: .relaxed) &+ amount, ordering: .relaxed)
    }
}
