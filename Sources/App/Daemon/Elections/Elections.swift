internal import ClusterModel
internal import MySQLSession
internal import MySQLWire
internal import Proxy
internal import QueryRouting
internal import Quorum
internal import RaftHost

/// Has the quorum elect leaders for applications.
final class Elections: ElectionCalling {
    let board = ServiceBoard()
    private let quorum: QuorumService
    private let reigns: SessionReigns

    init(quorum: QuorumService) {
        self.quorum = quorum
        reigns = SessionReigns { await quorum.ask($0) }
    }

    var services: any ServiceReading { board }

    func ask(_ demand: ElectionDemand, in session: UInt32) async throws(SQLError) -> UInt64 {
        switch demand {
        case .elect(let service, let id, let terms, .lease):
            try Self.number(await quorum.ask(.elect(service, id: id, terms)))
        case .elect(let service, let id, let terms, .session):
            try Self.number(
                await reigns.begin(SessionReigns.Reign(service: service, id: id), terms, session: session)
            )
        case .resign(let service, let id): try Self.number(await quorum.ask(.resign(service, id: id)))
        case .force(let service, let id, let terms):
            try Self.number(await quorum.ask(.force(service, id: id, terms)))
        }
    }

    func sessionEnded(_ session: UInt32) { reigns.sessionEnded(session) }

    private static func number(_ answer: QuorumAnswer) throws(SQLError) -> UInt64 {
        switch answer {
        case .leads(let term, _): term.rawValue
        case .done: 1
        case .led, .locked, .nothingToDo: 0
        case .refused(let refusal): throw refusal.sqlError
        }
    }
}
