import ClusterModel
import Quorum
import Synchronization
import Testing

@testable import Daemon

/// Reigns that end with their clients' sessions, by a quorum that a test plays.
@Suite struct SessionReignTests {
    /// Answers what it is asked, and lets renewals go on when the test says so.
    private final class Asked: Sendable {
        private struct State {
            var requests: [QuorumRequest] = []
            var answer: QuorumAnswer
        }

        private let state: Mutex<State>
        private let renewals: AsyncStream<Void>
        let renew: AsyncStream<Void>.Continuation

        init(_ answer: QuorumAnswer) {
            state = Mutex(State(answer: answer))
            (renewals, renew) = AsyncStream.makeStream()
        }

        func answers(_ answer: QuorumAnswer) { state.withLock { $0.answer = answer } }

        var requests: [QuorumRequest] { state.withLock { $0.requests } }

        func ask(_ request: QuorumRequest) -> QuorumAnswer {
            state.withLock { state in
                state.requests.append(request)
                if case .resign = request { return .done }
                return state.answer
            }
        }

        /// - Throws: when the test is over.
        func pause() async throws {
            for await _ in renewals { return }
            throw CancellationError()
        }

        /// Waits until it was asked so often.
        func asked(_ count: Int) async throws -> [QuorumRequest] {
            for _ in 0..<10_000 {
                if requests.count >= count { break }
                try await Task.sleep(for: .milliseconds(1))
            }
            return requests
        }
    }

    private let reign: SessionReigns.Reign
    private let terms: ServiceTerms
    private let elect: QuorumRequest
    private let resign: QuorumRequest
    private let leads = QuorumAnswer.leads(ServiceTerm(rawValue: 7), remainingMilliseconds: 10_000)

    init() throws {
        let (service, id) = (try #require(ServiceText("s")), try #require(ServiceText("a")))
        reign = SessionReigns.Reign(service: service, id: id)
        terms = try #require(ServiceTerms(leaseMilliseconds: 10_000))
        elect = .elect(service, id: id, terms)
        resign = .resign(service, id: id)
    }

    private func make(_ asked: Asked) -> SessionReigns {
        SessionReigns(pause: { try await asked.pause() }, ask: { asked.ask($0) })
    }

    @Test func `it is renewed while the session is open, and given up with it`() async throws {
        let asked = Asked(leads)
        let reigns = make(asked)
        #expect(await reigns.begin(reign, terms, session: 1) == leads)
        asked.renew.yield()
        #expect(try await asked.asked(2) == [elect, elect])
        reigns.sessionEnded(1)
        #expect(try await asked.asked(3) == [elect, elect, resign])
        reigns.sessionEnded(1)
        // An election of the same id comes behind what is given up.
        #expect(await reigns.begin(reign, terms, session: 1) == leads)
        #expect(asked.requests == [elect, elect, resign, elect])
        asked.renew.finish()
    }

    @Test func `of two sessions that hold it the last one's end counts`() async throws {
        let asked = Asked(leads)
        let reigns = make(asked)
        for session in [1, 2] as [UInt32] { _ = await reigns.begin(reign, terms, session: session) }
        reigns.sessionEnded(1)
        asked.renew.yield()
        #expect(try await asked.asked(3) == [elect, elect, elect])
        reigns.sessionEnded(2)
        #expect(try await asked.asked(4).last == resign)
        asked.renew.finish()
    }

    @Test func `who does not lead has nothing to give up`() async throws {
        let asked = Asked(.locked(remainingMilliseconds: 1))
        let reigns = make(asked)
        #expect(await reigns.begin(reign, terms, session: 1) == .locked(remainingMilliseconds: 1))
        reigns.sessionEnded(1)
        #expect(await reigns.begin(reign, terms, session: 2) == .locked(remainingMilliseconds: 1))
        #expect(asked.requests == [elect, elect])
        asked.renew.finish()
    }

    @Test func `a reign that was lost is not begun anew behind the client's back`() async throws {
        let asked = Asked(leads)
        let reigns = make(asked)
        _ = await reigns.begin(reign, terms, session: 1)
        asked.answers(.refused(.noQuorum(missing: 1)))
        asked.renew.yield()
        _ = try await asked.asked(2)
        asked.answers(.leads(ServiceTerm(rawValue: 8), remainingMilliseconds: 10_000))
        asked.renew.yield()
        #expect(try await asked.asked(4) == [elect, elect, elect, resign])
        // It is nobody's by now.
        reigns.sessionEnded(1)
        #expect(await reigns.begin(reign, terms, session: 2) != leads)
        #expect(asked.requests.count == 5)
        asked.renew.finish()
    }

    @Test func `what was asked for a session that has ended meanwhile, or was cancelled, is given up`() async throws {
        let asked = Asked(leads)
        let reigns = make(asked)
        let (reign, terms) = (reign, terms)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await reigns.begin(reign, terms, session: 1)
        }
        _ = await task.value
        #expect(try await asked.asked(2) == [elect, resign])
        let ending = Asked(leads)
        let box = Mutex<SessionReigns?>(nil)
        let others = SessionReigns(pause: { try await ending.pause() }) { request in
            if case .elect = request { box.withLock { $0 }?.sessionEnded(1) }
            return ending.ask(request)
        }
        box.withLock { $0 = others }
        // Nobody is told that it leads what is being given up.
        #expect(await others.begin(reign, terms, session: 1) == .locked(remainingMilliseconds: 0))
        #expect(try await ending.asked(3).filter { $0 == resign }.count == 2)
        box.withLock { $0 = nil }
        asked.renew.finish()
        ending.renew.finish()
    }
}
