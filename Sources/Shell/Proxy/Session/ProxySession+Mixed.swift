internal import MySQLWire
internal import NIOCore
internal import QueryRouting

// Statements on virtual tables and on tables of mysqld.
extension ProxySession {
    /// mysqld gets the statement with the rows of the virtual tables in it, as the client's own command: its answer is
    /// the client's, and so are its warnings, its status and what it tells of the session.
    func relayMixed(_ statement: MixedStatement, _ command: InterceptedCommand) {
        let context = context
        guard statement.readsClientSessions else { return relayMixed(statement, command, in: context) }
        whenSessionsKnown(answering: command) { sessions in
            var known = context
            known.clientSessions = sessions
            self.relayMixed(statement, command, in: known)
        }
    }

    private func relayMixed(_ statement: MixedStatement, _ command: InterceptedCommand, in context: SessionContext) {
        withTables(answering: command) { tables, _ throws(SQLError) in
            let text = try tables.rewrite(statement, in: context)
            guard let packet = command.packet(replacing: statement.text, by: text) else {
                throw .tooManyRowsForServer(limit: PacketFormat.maximumPayloadBytes)
            }
            return packet
        } then: { result in
            switch result {
            case .success(let packet):
                self.shared.counters.virtualStatements.add(1)
                self.relayIntercepted(
                    InterceptedCommand(code: command.code, sequence: command.sequence, packet: packet)
                )
            case .failure(let error): self.refuse(command, error)
            }
        }
    }
}

extension InterceptedCommand {
    /// The command with another statement; query attributes stay before it.
    ///
    /// - Parameter statement: what the command's content ends with.
    /// - Returns: nil if it takes more than one packet: the answer would bear another number than the client expects.
    func packet(replacing statement: [UInt8], by text: [UInt8]) -> ByteBuffer? {
        var attributes = content
        guard let attributes = attributes.readSlice(length: attributes.readableBytes - statement.count),
            1 + attributes.readableBytes + text.count < PacketFormat.maximumPayloadBytes
        else { return nil }
        var writer = PacketWriter(nextSequence: sequence)
        writer.packet { buffer in
            buffer.writeInteger(code)
            buffer.writeImmutableBuffer(attributes)
            buffer.writeBytes(text)
        }
        return writer.buffer
    }
}
