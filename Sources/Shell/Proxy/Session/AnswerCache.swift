internal import MySQLWire
internal import NIOCore
internal import QueryRouting

/// Answers that many clients get: the bytes of results that change only with the view of the cluster.
///
/// Drivers ask the same few statements over and over. What was answered to one session is answered to the next that
/// asks in the same words and the same mode, until the view is another. One belongs to each event loop.
struct AnswerCache {
    struct Key: Hashable {
        var statement: [UInt8]
        var capabilities: Capabilities
        var status: StatusFlags
        var isVirtualSchemaSelected: Bool
        var isLocal: Bool
        var hasAskedANSIQuotes: Bool
        var characterSets: SessionCharacterSets
        var serverVersion: String
    }

    private static let maximumCount = 64
    private static let maximumStatementBytes = 1_024
    private static let maximumAnswerBytes = 64 * 1024

    private var generation: UInt64 = 0
    private var answers: [Key: ByteBuffer] = [:]

    /// - Returns: the answer's packets, numbered from 1.
    mutating func answer(to key: Key, in generation: UInt64) -> ByteBuffer? {
        guard generation == self.generation else {
            answers.removeAll(keepingCapacity: true)
            self.generation = generation
            return nil
        }
        return answers[key]
    }

    mutating func insert(_ answer: ByteBuffer, for key: Key, in generation: UInt64) {
        guard generation == self.generation, answers.count < Self.maximumCount,
            key.statement.count <= Self.maximumStatementBytes, answer.readableBytes <= Self.maximumAnswerBytes
        else { return }
        answers[key] = answer
    }
}

extension ProxySession {
    /// Answers with what another session was answered.
    ///
    /// - Returns: false if there is nothing to answer with.
    func answerAgain(_ statement: [UInt8], _ command: InterceptedCommand) -> Bool {
        guard command.sequence == 0, areCharacterSetsKnown else { return false }
        let generation = shared.virtualTables.generation
        guard let packets = shared.answers.answer(to: key(statement), in: generation) else { return false }
        shared.counters.virtualStatements.add(1)
        noteDiagnostics([], after: command)
        writeToClient(told(packets, answering: command.code))
        flushClient()
        return true
    }

    /// Keeps the packets of the result at hand for others, if it is theirs as well.
    ///
    /// - Parameters:
    ///   - statement: what was run; behind EXECUTE it is the session's own, and not what the command says.
    ///   - generation: in which it is everyone's (`VirtualQuerying.lastAnswerGeneration`).
    func keep(
        _ packets: ByteBuffer,
        of statement: VirtualStatement,
        answering command: InterceptedCommand,
        in generation: UInt64
    ) {
        guard command.code == Command.query, command.sequence == 0, case .select(let text) = statement,
            let sent = StatementText.bytes(ofQuery: command.content, capabilities: capabilities),
            sent.elementsEqual(text.utf8)
        else { return }
        shared.answers.insert(packets, for: key(sent), in: generation)
    }

    private func key(_ statement: [UInt8]) -> AnswerCache.Key {
        AnswerCache.Key(
            statement: statement,
            capabilities: capabilities,
            status: machine.status,
            isVirtualSchemaSelected: machine.isVirtualSchemaSelected,
            isLocal: phase == .local,
            hasAskedANSIQuotes: hasAskedANSIQuotes && statement.contains(UInt8(ascii: "\"")),
            characterSets: characterSets,
            serverVersion: login?.serverVersion ?? ""
        )
    }
}
