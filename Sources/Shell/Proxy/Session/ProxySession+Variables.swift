internal import MySQLWire
internal import QueryRouting

// Variables of mysqld in statements on virtual tables: `@x`, `@@sql_mode`.
extension ProxySession {
    /// Asks mysqld for the variables that the statement names, if it names any, and goes on with their values in the
    /// context. What mysqld refuses, such as a system variable that it does not know, is the command's answer.
    ///
    /// - Parameter body: called at once if nothing must be asked; not called if mysqld refuses.
    func withVariables(
        of statement: VirtualStatement,
        in context: SessionContext,
        _ command: InterceptedCommand,
        _ body: @escaping (SessionContext) -> Void
    ) {
        let names = phase == .relaying ? shared.virtualTables.variables(of: statement, in: context) : []
        guard !names.isEmpty else { return body(context) }
        askServer("SELECT " + names.joined(separator: ", "), answering: command) { outcome in
            switch outcome {
            case .row(let values):
                var known = context
                for (name, value) in zip(names, values ?? []) { known.variables[name] = value }
                body(known)
            case .refused(let error):
                self.refuse(command, error)
            }
        }
    }
}
