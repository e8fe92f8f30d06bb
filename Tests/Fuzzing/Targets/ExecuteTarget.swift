internal import MySQLWire
internal import NIOCore

/// COM_STMT_EXECUTE and COM_QUERY with attributes: parameters are as many as were prepared, or there is an error.
struct ExecuteTarget: FuzzTarget {
    private let samples: [[UInt8]]
    private let mutator = Mutator()

    init(_ corpus: Corpus) {
        let commands = corpus.sessions.compactMap { RecordedSession($0) }.filter { $0.length <= 128 * 1024 }
            .flatMap { $0.payloads(ofClient: true).dropFirst() }
        // Without the command and the statement's id.
        let recorded = commands.filter { $0.count > 5 && $0[0] == Command.statementExecute }.map {
            Array($0.dropFirst(5))
        }
        samples = recorded + Self.everyType
    }

    /// One parameter each, of every type that the binary protocol has, with and without a name.
    private static var everyType: [[UInt8]] {
        let types: [UInt8] = Array(0...0x10) + Array(0xf5...0xff)
        let value: [UInt8] = [11, 232, 7, 2, 29, 13, 14, 15, 1, 2, 3, 0]
        var samples: [[UInt8]] = []
        for type in types {
            let unnamed: [UInt8] = [0, 1, 0, 0, 0, 0, 1, type, 0]
            let named: [UInt8] = [8, 1, 0, 0, 0, 1, 0, 1, type, 0, 1, 0x61]
            samples += [unnamed + value, named + value]
        }
        return samples
    }

    func makeInput(using random: inout FuzzRandom) -> [UInt8] {
        var bytes = samples[random.below(samples.count)]
        mutator.mutate(&bytes, others: samples, using: &random)
        return FuzzInput.encode(bytes, using: &random)
    }

    func run(_ input: [UInt8]) throws(FuzzFailure) {
        let input = FuzzInput(input)
        var random = input.random
        let count = random.once(in: 8) ? random.below(0x1_0000) : random.below(6)
        let known = (0..<random.below(8)).map { _ in
            StatementExecution.ParameterType(code: random.byte(), isUnsigned: random.once(in: 2))
        }
        var longData: [Int: [UInt8]] = [:]
        for _ in 0..<random.below(3) { longData[random.below(8)] = random.bytes(random.below(20)) }
        let capabilities: Capabilities = random.once(in: 2) ? [.protocol41, .queryAttributes] : .protocol41
        let payload = ByteBuffer(bytes: input.payload)
        if let execution = try? StatementExecution(
            payload,
            parameterCount: count,
            knownTypes: known,
            longData: longData,
            capabilities: capabilities
        ) {
            try require(
                execution.parameters.count == count,
                "\(execution.parameters.count) parameters for a statement of \(count)"
            )
        }
        if let statement = StatementText.bytes(ofQuery: payload, capabilities: capabilities) {
            try require(
                input.payload.count >= statement.count
                    && input.payload.suffix(statement.count).elementsEqual(statement),
                "a statement's text is not the end of its packet"
            )
        }
    }
}
