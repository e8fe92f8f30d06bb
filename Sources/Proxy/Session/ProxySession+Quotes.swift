internal import MySQLWire
internal import QueryRouting

// What double quotes mean: MariaDB says so in the status of its answers, MySQL only if it is asked.
extension ProxySession {
    /// Goes on when it is known whether double quotes name identifiers, which is at once if that makes no difference.
    ///
    /// - Parameter then: not called if mysqld refuses to tell; its error is then the command's answer.
    func whenQuotesKnown(
        _ statement: [UInt8],
        in context: SessionContext,
        _ command: InterceptedCommand,
        _ then: @escaping () -> Void
    ) {
        guard phase == .relaying, statement.contains(UInt8(ascii: "\"")),
            login?.serverVersion.contains("MariaDB") == false, mayBeVirtual(statement, in: context)
        else { return then() }
        askServer("SELECT @@sql_mode", answering: command) { outcome in
            switch outcome {
            case .row(let values):
                if case .text(let mode)?? = values?.first {
                    self.hasAskedANSIQuotes = mode.split(separator: ",").contains("ANSI_QUOTES")
                }
                then()
            case .refused(let error):
                self.refuse(command, error)
            }
        }
    }

    /// Whether the sidecar would have to do with the statement under one of the two meanings.
    private func mayBeVirtual(_ statement: [UInt8], in context: SessionContext) -> Bool {
        [false, true].contains { hasANSIQuotes in
            var context = context
            context.hasANSIQuotes = hasANSIQuotes
            if case .server = shared.virtualTables.route(statement, in: context) { return false }
            return true
        }
    }
}
