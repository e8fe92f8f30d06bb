internal import MySQLWire
internal import NIOCore

// Questions of the sidecar's own, on the session's connection to mysqld, between two commands of the client.
extension ProxySession {
    struct Question {
        /// What KILL QUERY answers with an error; nil if mysqld's own answer is the client's.
        fileprivate var command: InterceptedCommand?
        /// The answer is not wanted any more.
        var isInterrupted = false
        /// Takes in mysqld's bytes. Returns what to do with the answer when it is whole.
        fileprivate var consume: (ByteBuffer) throws(ProtocolViolation) -> (() -> Void)?
    }

    /// Asks mysqld for one row. The client's next command waits until it has answered.
    ///
    /// - Parameters:
    ///   - statement: a SELECT; mysqld must have nothing else to answer.
    ///   - command: what KILL QUERY answers with an error.
    ///   - then: not called if the session, or the command by KILL QUERY, ends before the answer.
    func askServer(
        _ statement: String,
        answering command: InterceptedCommand,
        then: @escaping (QuestionReader.Outcome) -> Void
    ) {
        ask(
            QuestionReader.command(statement, capabilities: capabilities),
            answering: command,
            reader: questionReader()
        ) { reader, bytes throws(ProtocolViolation) in
            try reader.consume(bytes)
        } then: {
            then($0)
        }
    }

    /// The same for as many rows as are wanted at most; there may be more of them.
    func askServerForRows(
        _ statement: String,
        maximumRows: Int,
        answering command: InterceptedCommand,
        then: @escaping (Result<[[SQLValue]], SQLError>) -> Void
    ) {
        ask(
            QuestionReader.command(statement, capabilities: capabilities),
            answering: command,
            reader: questionReader(maximumRows: maximumRows)
        ) { reader, bytes throws(ProtocolViolation) -> Result<[[SQLValue]], SQLError>? in
            switch try reader.consume(bytes) {
            case nil: nil
            case .row: .success(reader.rows)
            case .refused(let error): .failure(error)
            }
        } then: {
            then($0)
        }
    }

    /// Sends a command and reads its answer by a reader of its own.
    ///
    /// - Parameters:
    ///   - packets: a command.
    ///   - command: what KILL QUERY answers with an error; nil if that is mysqld's alone to do.
    ///   - consume: gives the reader bytes; nil while the answer is not whole.
    ///   - then: not called if the session, or the command by KILL QUERY, ends before the answer.
    func ask<Reader, Outcome>(
        _ packets: ByteBuffer,
        answering command: InterceptedCommand? = nil,
        reader: Reader,
        consume: @escaping (inout Reader, ByteBuffer) throws(ProtocolViolation) -> Outcome?,
        then: @escaping (Outcome) -> Void
    ) {
        var reader = reader
        question = Question(command: command) { bytes throws(ProtocolViolation) in
            guard let outcome = try consume(&reader, bytes) else { return nil }
            return { then(outcome) }
        }
        writeToBackend(packets)
        flushBackend()
    }

    /// Reads the one packet that answers a command of the sidecar's own, which has been sent, whatever it says.
    ///
    /// - Parameter command: what KILL QUERY answers with an error.
    func readPacket(answering command: InterceptedCommand? = nil, _ then: @escaping () -> Void) {
        var received = ByteBuffer()
        question = Question(command: command) { bytes throws(ProtocolViolation) in
            received.writeImmutableBuffer(bytes)
            let packet = try PacketReader.next(from: &received, limit: QuestionReader.maximumBytes)
            return packet == nil ? nil : then
        }
    }

    /// - Returns: whether the bytes were the answer to a question.
    func answerQuestion(with bytes: ByteBuffer) -> Bool {
        guard let question else { return false }
        do {
            guard let then = try question.consume(bytes) else { return true }
            let isInterrupted = self.question?.isInterrupted ?? false
            self.question = nil
            if isInterrupted, let command = question.command { refuse(command, Self.interrupted) } else { then() }
            processClient()
            flushBackend()
            readClient()
        } catch {
            fail(error, sequence: 1, from: "mysqld")
        }
        return true
    }
}
