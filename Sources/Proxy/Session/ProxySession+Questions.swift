internal import MySQLWire
internal import NIOCore

// Questions of the sidecar's own, on the session's connection to mysqld, between two commands of the client.
extension ProxySession {
    struct Question {
        var reader: QuestionReader
        var then: (QuestionReader.Outcome) -> Void
    }

    /// Asks mysqld for one row. The client's next command waits until it has answered.
    ///
    /// - Parameters:
    ///   - statement: a SELECT; mysqld must have nothing else to answer.
    ///   - then: not called if the session ends before the answer.
    func askServer(_ statement: String, then: @escaping (QuestionReader.Outcome) -> Void) {
        question = Question(reader: QuestionReader(capabilities: capabilities), then: then)
        writeToBackend(QuestionReader.command(statement, capabilities: capabilities))
        flushBackend()
    }

    /// - Returns: whether the bytes were the answer to a question.
    func answerQuestion(with bytes: ByteBuffer) -> Bool {
        guard var question else { return false }
        do {
            let outcome = try question.reader.consume(bytes)
            self.question = question
            guard let outcome else { return true }
            self.question = nil
            question.then(outcome)
            processClient()
            flushBackend()
            readClient()
        } catch {
            fail(error, sequence: 1, from: "mysqld")
        }
        return true
    }
}
