internal import Logging
internal import MySQLWire
internal import Proxy
internal import QueryRouting

/// The procedures of cluster_schema.
struct Procedures: ProcedureCalling {
    let reloads: ReloadRequests
    /// Nil where no quorum decides.
    let quorum: QuorumCalls?
    let logger: Logger

    func call(
        _ procedure: Procedure,
        _ arguments: [SQLValue],
        by caller: ProcedureCaller
    ) async throws(SQLError) -> [Diagnostic] {
        logger.notice(
            "procedure called",
            metadata: ["procedure": "\(procedure.name)", "user": "\(caller.user)", "host": "\(caller.host)"]
        )
        switch procedure {
        case .reload: return try await reload()
        case .stepDown:
            try await quorum(for: procedure).stepDown()
            return []
        case .removeMember:
            guard case .text(let name) = arguments.first else { return [] }
            try await quorum(for: procedure).remove(name)
            return []
        case .failover, .maintenance, .switchover:
            throw SQLError(
                errno: 1235,
                sqlState: "0A000",
                message:
                    "\(procedure.name) cannot be called in this version of Pilotfish, which moves no primary itself"
            )
        }
    }

    private func quorum(for procedure: Procedure) throws(SQLError) -> QuorumCalls {
        if let quorum { return quorum }
        throw .needsQuorum(procedure.name)
    }

    /// - Returns: a note for each setting that waits for the next start.
    private func reload() async throws(SQLError) -> [Diagnostic] {
        switch await reloads.reload() {
        case .success(let outcome):
            outcome.needsRestart.map {
                Diagnostic(level: .note, code: 1105, message: "\($0) has changed, and holds from the next start")
            }
        case .failure(let error):
            throw SQLError(errno: 1105, sqlState: "HY000", message: Self.message(error.reasons))
        }
    }

    /// Clients keep 512 bytes of a message.
    private static func message(_ reasons: [String]) -> String {
        let text = "configuration not reloaded: " + reasons.joined(separator: "; ")
        return text.utf8.count <= 500 ? text : String(text.prefix(300)) + " …"
    }
}
