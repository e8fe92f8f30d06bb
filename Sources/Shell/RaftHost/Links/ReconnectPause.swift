/// How long after the end of a stream, or of a try, the next try waits: longer each time, and never for all members the same.
struct ReconnectPause {
    private static let firstMilliseconds = 50
    private static let longestMilliseconds = 1_000
    /// A stream that has lived for so long was a good one.
    static let steadyMilliseconds = 2_000

    /// Since the last good stream.
    private(set) var failures = 0

    /// - Parameter livedMilliseconds: of the stream that has ended; 0 if there was none.
    /// - Returns: milliseconds, between a half of the pause and the whole.
    mutating func next(afterLiving livedMilliseconds: Int64, using random: inout some RandomNumberGenerator) -> Int64 {
        if livedMilliseconds >= Self.steadyMilliseconds { failures = 0 }
        let pause = min(Self.longestMilliseconds, Self.firstMilliseconds << min(failures, 10))
        failures += 1
        return Int64.random(in: Int64(pause / 2)...Int64(pause), using: &random)
    }

    mutating func reset() { failures = 0 }

    /// Which of so many places is to be tried: each in its turn, and the first one first.
    func turn(of count: Int) -> Int { failures % max(1, count) }
}
