internal import ClusterModel
internal import MySQLSession
internal import MySQLWire
internal import NIOCore
internal import QueryRouting
internal import Sockets

// What sessions have asked of elections, and who of them waits for a service.
extension LoopContext {
    /// - Returns: nil where no quorum decides.
    func ask(
        _ demand: ElectionDemand,
        in session: UInt32
    ) -> (answer: EventLoopFuture<UInt64>, cancel: @Sendable () -> Void)? {
        guard let elections else { return nil }
        let promise = eventLoop.makePromise(of: UInt64.self)
        let task = promise.completeWithTask { try await elections.ask(demand, in: session) }
        return (promise.futureResult, { task.cancel() })
    }

    func beginWait(_ session: ProxySession, for service: ServiceText, seconds: Double) {
        counters.count(.waitingSessions)
        waits.services.insert(ObjectIdentifier(session), service: service, deadline: waitDeadline(in: seconds))
    }

    func leaveService(_ session: ProxySession) {
        if waits.services.remove(ObjectIdentifier(session)) { counters.add(-1, to: .waitingSessions) }
    }

    /// Whoever waits for one of them looks.
    func servicesChanged(_ services: [ServiceText]) {
        answerInTurn(services.flatMap { waits.services.ids(of: $0).compactMap { sessions[$0] } })
    }

    func endExpiredServiceWaits(now: UInt64) {
        for id in waits.services.expired(now: now) { sessions[id]?.endServiceWait() }
    }

    /// Answers everybody who waits, at once: the sidecar stops.
    func endServiceWaits() {
        for id in Array(waits.services.ids) { sessions[id]?.endServiceWait() }
    }
}
