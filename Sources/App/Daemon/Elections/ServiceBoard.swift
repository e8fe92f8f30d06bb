internal import Clocks
internal import ClusterModel
internal import MySQLSession
internal import Quorum
internal import Synchronization
internal import VirtualTables

/// The services as this node has applied what the quorum decides: for the check of fences on clients' event loops, for the
/// table SERVICES, and for whoever waits for a leader.
final class ServiceBoard: ServiceReading {
    private let states = Mutex<[ServiceText: ServiceState]>([:])

    func standing(of service: ServiceText) -> ServiceStanding {
        guard let state = states.withLock({ $0[service] }) else { return ServiceStanding() }
        return ServiceStanding(state)
    }

    /// - Parameter services: nil for one that is forgotten.
    /// - Returns: those that have another leader, or none any more.
    func take(_ services: [ServiceText: ServiceState?]) -> [ServiceText] {
        states.withLock { states in
            services.compactMap { name, new in
                let old = states.removeValue(forKey: name)
                if let new { states[name] = new }
                return old.map(ServiceStanding.init)?.term == new.map(ServiceStanding.init)?.term ? nil : name
            }
        }
    }

    /// In the order of their names.
    var rows: [ServiceRow] {
        let now = Clocks.boot
        return states.withLock { $0 }.sorted { $0.key < $1.key }.map { name, state in
            let leader = state.service.leader
            return ServiceRow(
                name: name.text,
                leader: leader?.id.text,
                term: state.service.term,
                leaseMilliseconds: leader?.terms.leaseMilliseconds ?? 0,
                remainingMilliseconds: state.leaseEnds.map { max(0, $0.milliseconds(since: now)) },
                acquiredAt: leader?.since,
                observers: state.observers ?? 0
            )
        }
    }
}

extension ServiceStanding {
    fileprivate init(_ state: ServiceState) {
        self.init(lastTerm: state.service.term, leader: state.service.leader?.id)
    }
}
