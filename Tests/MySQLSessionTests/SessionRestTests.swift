import MySQLSession
import Testing

@Suite struct SessionRestTests {
    private static let quiet = SessionRest.quietNanoseconds

    @Test func `a session is over when looks find it at rest for as long as the limit`() {
        var rest = SessionRest()
        // The client has been there since the look before the first.
        let looks = [1_000, 1_010, 1_109, 1_110].map { rest.isOver(limit: 100, isResting: true, now: $0) }
        #expect(looks == [false, false, false, true])
    }

    @Test(arguments: [true, false])
    func `a word of the client, or a command under way, begins its rest anew`(isWord: Bool) {
        var rest = SessionRest()
        var looks = [0, 10].map { rest.isOver(limit: 100, isResting: true, now: $0) }
        rest.isActive = isWord
        looks.append(rest.isOver(limit: 100, isResting: isWord, now: 110))
        looks += [120, 220].map { rest.isOver(limit: 100, isResting: true, now: $0) }
        #expect(looks == [false, false, false, false, true])
    }

    @Test func `a session at rest is over when it has been quiet for half a second, and looked at once`() {
        var rest = SessionRest()
        #expect(rest.quiet(isAtRest: true, isDue: false, now: 7) == .look(at: 7 + Self.quiet))
        #expect(rest.quiet(isAtRest: true, isDue: true, now: 7 + Self.quiet) == .over)
    }

    @Test func `a client that says something has half a second from then, by one timer`() {
        var rest = SessionRest()
        #expect(rest.quiet(isAtRest: true, isDue: false, now: 0) == .look(at: Self.quiet))
        rest.isActive = true
        #expect(rest.quiet(isAtRest: true, isDue: false, now: 100) == .unknown)
        #expect(rest.quiet(isAtRest: true, isDue: true, now: Self.quiet) == .look(at: 100 + Self.quiet))
        #expect(rest.quiet(isAtRest: true, isDue: true, now: 100 + Self.quiet) == .over)
    }

    @Test func `an answer that ends gives its client half a second`() {
        var rest = SessionRest()
        #expect(rest.quiet(isAtRest: true, isDue: false, now: 0) == .look(at: Self.quiet))
        rest.isActive = true
        #expect(rest.quiet(isAtRest: false, isDue: false, now: 100) == .unknown)
        #expect(rest.quiet(isAtRest: true, isDue: false, now: 400) == .unknown)
        #expect(rest.quiet(isAtRest: true, isDue: true, now: Self.quiet) == .look(at: 400 + Self.quiet))
    }

    @Test func `what is under way is not looked at until something happens`() {
        var rest = SessionRest()
        #expect(rest.quiet(isAtRest: false, isDue: false, now: 0) == .unknown)
        #expect(rest.quiet(isAtRest: true, isDue: false, now: 9 * Self.quiet) == .look(at: 10 * Self.quiet))
        // It has begun with something else by then.
        #expect(rest.quiet(isAtRest: false, isDue: true, now: 10 * Self.quiet) == .unknown)
        #expect(rest.quiet(isAtRest: true, isDue: false, now: 20 * Self.quiet) == .look(at: 21 * Self.quiet))
    }

    /// A replica's stream does not end by itself.
    @Test func `what mysqld sends to a session that is at rest does not keep it`() {
        var rest = SessionRest()
        #expect(rest.quiet(isAtRest: true, isDue: false, now: 0) == .look(at: Self.quiet))
        for now in [1, 100, Self.quiet - 1] { #expect(rest.quiet(isAtRest: true, isDue: false, now: now) == .unknown) }
        #expect(rest.quiet(isAtRest: true, isDue: true, now: Self.quiet) == .over)
    }
}
