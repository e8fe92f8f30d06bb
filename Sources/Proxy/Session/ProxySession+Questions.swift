internal import MySQLWire
internal import NIOCore

// Questions of the sidecar's own, on the session's connection to mysqld, between two commands of the client.
extension ProxySession {
    struct Question {
        /// Takes in mysqld's bytes. Returns what to do with the answer when it is whole.
        var consume: (ByteBuffer) throws(ProtocolViolation) -> (() -> Void)?
    }

    /// Asks mysqld for one row. The client's next command waits until it has answered.
    ///
    /// - Parameters:
    ///   - statement: a SELECT; mysqld must have nothing else to answer.
    ///   - then: not called if the session ends before the answer.
    func askServer(_ statement: String, then: @escaping (QuestionReader.Outcome) -> Void) {
        ask(
            QuestionReader.command(statement, capabilities: capabilities),
            reader: QuestionReader(capabilities: capabilities)
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
        then: @escaping (Result<[[SQLValue]], SQLError>) -> Void
    ) {
        ask(
            QuestionReader.command(statement, capabilities: capabilities),
            reader: QuestionReader(capabilities: capabilities, maximumRows: maximumRows)
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
    ///   - consume: gives the reader bytes; nil while the answer is not whole.
    ///   - then: not called if the session ends before the answer.
    func ask<Reader, Outcome>(
        _ command: ByteBuffer,
        reader: Reader,
        consume: @escaping (inout Reader, ByteBuffer) throws(ProtocolViolation) -> Outcome?,
        then: @escaping (Outcome) -> Void
    ) {
        var reader = reader
        question = Question { bytes throws(ProtocolViolation) in
            guard let outcome = try consume(&reader, bytes) else { return nil }
            return { then(outcome) }
        }
        writeToBackend(command)
        flushBackend()
    }

    /// - Returns: whether the bytes were the answer to a question.
    func answerQuestion(with bytes: ByteBuffer) -> Bool {
        guard let question else { return false }
        do {
            guard let then = try question.consume(bytes) else { return true }
            self.question = nil
            then()
            processClient()
            flushBackend()
            readClient()
            if shared.isDraining, canDrainNow { closeAfterWriting() }
        } catch {
            fail(error, sequence: 1, from: "mysqld")
        }
        return true
    }
}
