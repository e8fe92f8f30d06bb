internal import MySQLWire
internal import QueryRouting

// Queries on virtual tables alone that their own SQL does not know.
extension ProxySession {
    /// Has mysqld carry a refused query out, with the rows of the virtual tables put in.
    ///
    /// - Returns: false if it cannot; the command is still to be answered then.
    func relay(insteadOf statement: VirtualStatement, _ error: SQLError, _ command: InterceptedCommand) -> Bool {
        let context = clientContext
        guard phase == .relaying, command.code == Command.query, case .select = statement,
            let sent = StatementText.bytes(ofQuery: command.content, capabilities: capabilities),
            let mixed = shared.virtualTables.serverStatement(insteadOf: sent, refusedWith: error, in: context),
            // Not the text of a prepared statement that EXECUTE names.
            route(sent, in: context) == .virtual(statement)
        else { return false }
        relayMixed(mixed, command)
        return true
    }
}
