internal import MySQLWire
internal import QueryRouting

// Queries on virtual tables alone that their own SQL does not know.
extension ProxySession {
    /// Has mysqld carry a refused query out, with the rows of the virtual tables put in.
    ///
    /// - Returns: false if it cannot; the command is still to be answered then.
    func relay(insteadOf statement: VirtualStatement, _ error: SQLError, _ command: InterceptedCommand) -> Bool {
        guard phase == .relaying, command.code == Command.query, case .select(let text) = statement,
            // Not the text of a prepared statement that EXECUTE names.
            let sent = StatementText.bytes(ofQuery: command.content, capabilities: capabilities),
            sent.elementsEqual(text.utf8),
            let mixed = shared.virtualTables.serverStatement(insteadOf: statement, refusedWith: error, in: context)
        else { return false }
        relayMixed(mixed, command)
        return true
    }
}
