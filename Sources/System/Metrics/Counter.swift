public import Synchronization

/// A number that one thread at a time changes and any thread reads.
///
/// It lies within whoever counts by it: counting takes no lock, no look-up and no memory. Public although no other package
/// uses it: only then is `add`, from another target, the one instruction that it should be, without a call and a retain.
public struct Counter: ~Copyable, Sendable {
    @usableFromInline let value = Atomic<Int>(0)

    package init() {}

    @inlinable public var current: Int { value.load(ordering: .relaxed) }

    @inlinable public func add(_ amount: Int) {
        value.store(value.load(ordering: .relaxed) &+ amount, ordering: .relaxed)
    }
}
