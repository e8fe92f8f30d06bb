internal import MySQLWire

// PREPARE of a statement that is refused.
extension ProxySession {
    /// Refuses a statement when mysqld has ended what goes by the names in it: a PREPARE does so even if it fails, and no
    /// EXECUTE behind it may mean the statement before.
    ///
    /// - Parameter names: as typed.
    func refusePrepare(_ names: ArraySlice<[UInt8]>, _ error: SQLError, _ command: InterceptedCommand) {
        guard phase == .relaying, let name = names.first else { return refuse(command, error) }
        readPacket(answering: command) {
            // An error says that there was none.
            self.refusePrepare(names.dropFirst(), error, command)
        }
        let deallocate = Array("DEALLOCATE PREPARE ".utf8) + name
        writeToBackend(QuestionReader.command(deallocate, capabilities: capabilities))
        flushBackend()
    }
}
