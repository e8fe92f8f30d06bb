internal import ClusterModel

/// What this member has noticed of messages that reached it late.
///
/// Silence alone proves nothing: the others may be gone. But when an answer comes to a question asked during a silence
/// of all, and comes as late as the silence lasted, then messages have waited.
struct ObservedDelays: Sendable {
    /// One delay may be a frozen machine that moved to another host; twice the second longest of this time is what must
    /// be expected again.
    static let memoryMilliseconds = 600_000
    private static let maximumRemembered = 8
    /// Shorter silences are usual.
    private static let silenceMilliseconds = 1000
    private static let maximumQuestions = 64

    private var lastHeard: MonotonicTime?
    /// The last time in which nobody was heard.
    private var silence: (from: MonotonicTime, to: MonotonicTime)?
    /// The last questions, the oldest first.
    private var questions: [(sequence: UInt32, at: MonotonicTime)] = []
    /// One for each silence or stall.
    private var delays: [(at: MonotonicTime, milliseconds: Int)] = []

    /// A message has come, from anybody.
    mutating func heard(now: MonotonicTime) {
        if let lastHeard, now.milliseconds(since: lastHeard) > Self.silenceMilliseconds { silence = (lastHeard, now) }
        lastHeard = now
    }

    mutating func asked(_ sequence: UInt32, now: MonotonicTime) {
        if questions.count >= Self.maximumQuestions { questions.removeFirst() }
        questions.append((sequence, now))
    }

    /// An ack has come.
    mutating func answered(_ sequence: UInt32, now: MonotonicTime) {
        guard let silence, let question = questions.last(where: { $0.sequence == sequence }) else { return }
        guard question.at >= silence.from, question.at < silence.to else { return }
        let delay = silence.to.milliseconds(since: question.at)
        guard delay >= Self.silenceMilliseconds else { return }
        if let last = delays.last, last.at == silence.to {
            delays[delays.count - 1].milliseconds = max(last.milliseconds, delay)
        } else {
            add(delay, at: silence.to)
        }
    }

    /// This process itself was held up.
    mutating func stalled(milliseconds: Int, now: MonotonicTime) { add(milliseconds, at: now) }

    /// What others should expect.
    func lateness(now: MonotonicTime) -> Lateness {
        let recent = delays.filter { now.milliseconds(since: $0.at) < Self.memoryMilliseconds }.map(\.milliseconds)
        guard recent.count > 1 else { return .none }
        // Longer ones are to come: with the first few of them alone, each new record would be told to all.
        return Lateness(covering: 2 * min(recent.sorted()[recent.count - 2], Lateness.longest.milliseconds))
    }

    private mutating func add(_ milliseconds: Int, at time: MonotonicTime) {
        delays.removeAll { time.milliseconds(since: $0.at) >= Self.memoryMilliseconds }
        if delays.count >= Self.maximumRemembered,
            let least = delays.indices.min(by: { delays[$0].milliseconds < delays[$1].milliseconds })
        {
            delays.remove(at: least)
        }
        delays.append((time, milliseconds))
    }
}
