import Testing

@testable import MySQLSession

@Suite("Guessing passwords of the sidecar's accounts")
struct GuessLimitTests {
    private func spent(_ account: String = "topology", _ host: String = "192.0.2.7") -> GuessLimit {
        var limit = GuessLimit()
        for _ in 0..<GuessLimit.freeGuesses {
            #expect(limit.admit(account: account, host: host, now: 0) == .now)
            limit.noteWrongPassword(account: account, host: host, now: 0)
        }
        return limit
    }

    @Test("beyond the free guesses passwords of that account from that address have their turns, a pause apart")
    func turns() {
        var limit = spent()
        #expect(limit.admit(account: "topology", host: "192.0.2.7", now: 1) == .now)
        // No wait is as long as what a refusal waits for anyway, and so none shows.
        #expect(GuessLimit.longestWait < 1_000_000_000)
        for turn in 1...Int(GuessLimit.longestWait / GuessLimit.pause) {
            let wait = GuessLimit.pause * UInt64(turn)
            #expect(limit.admit(account: "topology", host: "192.0.2.7", now: 1) == .after(wait))
        }
        #expect(limit.admit(account: "topology", host: "192.0.2.7", now: 1) == .refused)
        #expect(limit.admit(account: "topology", host: "192.0.2.7", now: 1 + GuessLimit.longestWait * 2) == .now)
    }

    @Test(
        "other accounts and other addresses notice nothing",
        arguments: [("topology", "192.0.2.8"), ("ops", "192.0.2.7")]
    )
    func others(_ account: String, _ host: String) {
        var limit = spent()
        for _ in 0..<100 { #expect(limit.admit(account: account, host: host, now: 1) == .now) }
    }

    @Test("wrong passwords are forgotten a period after the last of them")
    func forgets() {
        var limit = spent()
        limit.noteWrongPassword(account: "topology", host: "192.0.2.7", now: GuessLimit.period - 1)
        #expect(limit.admit(account: "topology", host: "192.0.2.7", now: GuessLimit.period) == .now)
        #expect(limit.admit(account: "topology", host: "192.0.2.7", now: GuessLimit.period) == .after(GuessLimit.pause))
        for _ in 0..<100 {
            #expect(limit.admit(account: "topology", host: "192.0.2.7", now: 2 * GuessLimit.period) == .now)
        }
    }

    @Test("clients of any number of addresses fill no more than so much memory")
    func isBounded() {
        var limit = GuessLimit()
        for number in 0..<(3 * GuessLimit.maximumCount) {
            limit.noteWrongPassword(account: "topology", host: "host\(number)", now: 1)
        }
        #expect(limit.count <= GuessLimit.maximumCount)
    }
}
