internal import ClusterModel
internal import MySQLSession
internal import MySQLWire
internal import QueryRouting

extension ProxySession {
    func ask(_ demand: ElectionDemand, _ ticket: UInt64) {
        guard let (answer, cancel) = shared.ask(demand, in: login.greetedID) else { return }
        errand.cancel = cancel
        whenDone(answer) { .elected($0.mapError(SQLError.init(describing:)), ticket: ticket) }
    }

    func endReigns() { shared.elections?.sessionEnded(login.greetedID) }

    /// A service that the session waits for may be another than before.
    func serviceChanged() {
        rest.isActive = true
        perform(.serviceChanged)
        settle()
    }

    /// The time is over, or the sidecar stops.
    func endServiceWait() {
        rest.isActive = true
        perform(.serviceWaitEnded)
        settle()
    }
}
