package import ClusterModel

/// Who waits for which service to be another than before, and until when.
package struct ServiceQueue<ID: Hashable> {
    private var deadlines = WaitQueue<ID>()
    private var services: [ID: ServiceText] = [:]
    private var waiting: [ServiceText: Set<ID>] = [:]

    package init() {}

    package var count: Int { deadlines.count }
    package var ids: some Collection<ID> { deadlines.ids }

    package func ids(of service: ServiceText) -> some Collection<ID> { waiting[service] ?? [] }

    /// Begins a wait.
    ///
    /// - Parameter deadline: in nanoseconds of the owner's clock.
    package mutating func insert(_ id: ID, service: ServiceText, deadline: UInt64) {
        remove(id)
        deadlines.insert(id, deadline: deadline)
        services[id] = service
        waiting[service, default: []].insert(id)
    }

    /// Ends a wait.
    ///
    /// - Returns: whether there was one.
    @discardableResult
    package mutating func remove(_ id: ID) -> Bool {
        deadlines.remove(id)
        guard let service = services.removeValue(forKey: id) else { return false }
        waiting[service]?.remove(id)
        if waiting[service]?.isEmpty ?? false { waiting[service] = nil }
        return true
    }

    /// Those whose deadline has come, which has no further meaning for them: they are still to be removed.
    package mutating func expired(now: UInt64) -> [ID] { deadlines.removeExpired(now: now) }

    /// The earliest deadline of a wait; nil if nobody waits.
    package mutating func nextDeadline() -> UInt64? { deadlines.nextDeadline() }
}
