internal import MySQLWire
internal import QueryRouting

/// Recorded sessions, with commands of the sidecar's own between them: however their bytes are cut, delayed and
/// pipelined, all of mysqld's are forwarded, none of the sidecar's is, and the same is decided. Changed recordings must end in one way or another, without more bytes forwarded than came.
struct SessionTarget: FuzzTarget {
    private let originals: [[UInt8]]
    /// Of the recordings that are short enough to be changed.
    private let short: [RecordedSession]
    private let classifier = StatementClassifier(schema: Self.schema)
    private let mutator = Mutator()

    static let schema = VirtualSchema(tables: ["MEMBERS", "CLUSTER", "EVENTS", "PRIMARY_MEMBER", "SETTINGS", "STATUS"])

    init(_ corpus: Corpus) {
        originals = corpus.sessions
        short = corpus.sessions.compactMap { RecordedSession($0) }.filter { $0.length <= 128 * 1024 }
    }

    func makeInput(using random: inout FuzzRandom) -> [UInt8] {
        if random.once(in: 2) || short.isEmpty {
            var file = originals[random.below(originals.count)]
            // Those of many megabytes take as long as thousands of others.
            if (RecordedSession(file)?.length ?? 0) > 128 * 1024, !random.once(in: 200), let other = short.first {
                file = other.encoded
            }
            return FuzzInput.encode(file, using: &random)
        }
        var session = short[random.below(short.count)]
        for _ in 0...random.below(3) { change(&session, using: &random) }
        return FuzzInput.encode(session.encoded, using: &random)
    }

    private func change(_ session: inout RecordedSession, using random: inout FuzzRandom) {
        guard session.frames.count > 2 else { return }
        // The greeting and its answer stay: without them there is no session.
        let at = 2 + random.below(session.frames.count - 2)
        switch random.below(8) {
        case 0: session.frames.remove(at: at)
        case 1: session.frames.insert(session.frames[at], at: at)
        case 2: session.frames.swapAt(at, 2 + random.below(session.frames.count - 2))
        case 3:
            let other = short[random.below(short.count)]
            session.frames.insert(other.frames[random.below(other.frames.count)], at: at)
        case 4:
            // A packet's length.
            var bytes = session.frames[at].bytes
            let number = Mutator.interesting[random.below(Mutator.interesting.count)]
            for index in 0..<min(3, bytes.count) { bytes[index] = UInt8(truncatingIfNeeded: number >> (8 * index)) }
            session.frames[at].bytes = bytes
        default:
            if session.frames[at].count == 1 {
                let other = short[random.below(short.count)].frames.map(\.bytes)
                mutator.mutate(&session.frames[at].bytes, others: other, using: &random)
            }
        }
    }

    func run(_ input: [UInt8]) throws(FuzzFailure) {
        let input = FuzzInput(input)
        var random = input.random
        guard let recording = RecordedSession(input.payload) else { return }
        let isRecorded = random.once(in: 3)
        let own = isRecorded ? nil : OwnCommands(into: recording, using: &random)
        let session = own?.session ?? recording
        let ownOffsets = own?.offsets ?? []
        guard let replay = SessionReplay(session, ownOffsets: ownOffsets, classifier: classifier) else { return }
        let delivery = Self.delivery(session, using: &random)
        var cut = replay
        cut.searchesForOK = random.once(in: 2)
        cut.stopsAtRefusals = random.once(in: 2)
        let result = cut.play(delivery, using: &random)
        try require(result.forwardedBytes <= replay.clientBytes, "more bytes were forwarded than came")
        try require(result.isOrderKept, "an answer of the sidecar's own stands within one of mysqld")
        guard let number = originals.firstIndex(of: input.payload) else { return }

        let answered = result.decisions.filter(\.isOwn).map(\.offset)
        try require(
            answered == ownOffsets.sorted(),
            "recording \(number), \(delivery): own commands at \(ownOffsets.sorted()), answered \(answered)"
        )
        try require(result.relayed == result.recorded, "recording \(number): its login is relayed otherwise")
        try require(
            result.violation == nil,
            "recording \(number), \(delivery): a good session is refused: \(String(describing: result.violation))"
        )
        try require(
            result.forwardedBytes == replay.clientBytes && result.deliveredBytes == replay.serverBytes,
            "recording \(number), \(delivery): it stands still after \(result.forwardedBytes) of \(replay.clientBytes) bytes of the client, "
                + "\(result.deliveredBytes) of \(replay.serverBytes) of the server"
        )
        var whole = replay
        let expected = whole.play(SessionReplay.Delivery(), using: &random)
        try require(result == expected, "recording \(number), \(delivery): cut: \(result), whole: \(expected)")
    }

    private static func delivery(
        _ session: RecordedSession,
        using random: inout FuzzRandom
    ) -> SessionReplay.Delivery {
        let scales = session.length > 128 * 1024 ? [65_536, 1 << 20] : [1, 4, 16, 64, 1024, 65_536]
        return SessionReplay.Delivery(
            longestPiece: scales[random.below(scales.count)],
            isPipelined: session.isPipelinable && random.once(in: 2)
        )
    }
}
