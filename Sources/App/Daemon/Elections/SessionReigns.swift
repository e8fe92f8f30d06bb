internal import ClusterModel
internal import QueryRouting
internal import Quorum
internal import Synchronization

/// The reigns that end with their clients' sessions: renewed while one of them is open, given up with the last.
final class SessionReigns: Sendable {
    struct Reign: Hashable, Sendable {
        var service: ServiceText
        var id: ServiceText
    }

    private struct Holding {
        var sessions: Set<UInt32> = []
        var renewal: (term: ServiceTerm, task: Task<Void, Never>)?
    }

    private struct State {
        var holdings: [Reign: Holding] = [:]
        /// What each session holds, or has held.
        var sessions: [UInt32: Set<Reign>] = [:]
        /// They are being given up: an election of the same id waits for that.
        var leaving: [Reign: (number: UInt64, task: Task<Void, Never>)] = [:]
        var lastNumber: UInt64 = 0
    }

    private let state = Mutex(State())
    private let ask: @Sendable (QuorumRequest) async -> QuorumAnswer
    private let pause: @Sendable () async throws -> Void

    /// - Parameter pause: waits until the next renewal is due, or is cancelled.
    init(
        pause: @escaping @Sendable () async throws -> Void = {
            try await Task.sleep(for: .milliseconds(ElectionDemand.sessionLeaseMilliseconds / 3))
        },
        ask: @escaping @Sendable (QuorumRequest) async -> QuorumAnswer
    ) {
        self.ask = ask
        self.pause = pause
    }

    // MARK: Begin and end

    func begin(_ reign: Reign, _ terms: ServiceTerms, session: UInt32) async -> QuorumAnswer {
        await state.withLock { $0.leaving[reign]?.task }?.value
        // Before the quorum is asked, so that the end of the session is not missed.
        let isNew = state.withLock { state in
            state.sessions[session, default: []].insert(reign)
            return state.holdings[reign, default: Holding()].sessions.insert(session).inserted
        }
        let answer = await ask(.elect(reign.service, id: reign.id, terms))
        guard !Task.isCancelled else {
            // Nobody will be told of it.
            if isNew { release([reign], of: session) }
            return answer
        }
        guard case .leads(let term, _) = answer else {
            if isNew { forget(reign, of: session) }
            return answer
        }
        guard keep(reign, term, terms, session: session) else {
            _ = await ask(.resign(reign.service, id: reign.id))
            return .locked(remainingMilliseconds: 0)
        }
        return answer
    }

    func sessionEnded(_ session: UInt32) {
        release(state.withLock { $0.sessions.removeValue(forKey: session) } ?? [], of: session)
    }

    /// - Returns: false if the session has ended meanwhile, or has lost what it held.
    private func keep(_ reign: Reign, _ term: ServiceTerm, _ terms: ServiceTerms, session: UInt32) -> Bool {
        state.withLock { state in
            guard let holding = state.holdings[reign], holding.sessions.contains(session) else { return false }
            guard holding.renewal?.term != term else { return true }
            holding.renewal?.task.cancel()
            let task = Task { await self.renew(reign, term, terms) }
            state.holdings[reign]?.renewal = (term, task)
            return true
        }
    }

    /// The session holds it no more.
    ///
    /// - Returns: whether no other does, of a holding that there was.
    private static func remove(_ session: UInt32, from reign: Reign, in state: inout State) -> Bool {
        state.sessions[session]?.remove(reign)
        if state.sessions[session]?.isEmpty ?? false { state.sessions[session] = nil }
        guard state.holdings[reign]?.sessions.remove(session) != nil, state.holdings[reign]?.sessions.isEmpty ?? false
        else { return false }
        state.holdings.removeValue(forKey: reign)?.renewal?.task.cancel()
        return true
    }

    private func forget(_ reign: Reign, of session: UInt32) {
        state.withLock { _ = Self.remove(session, from: reign, in: &$0) }
    }

    private func release(_ reigns: Set<Reign>, of session: UInt32) {
        state.withLock { state in
            for reign in reigns where Self.remove(session, from: reign, in: &state) {
                state.lastNumber += 1
                let number = state.lastNumber
                let task = Task {
                    _ = await self.ask(.resign(reign.service, id: reign.id))
                    self.left(reign, number)
                }
                state.leaving[reign] = (number, task)
            }
        }
    }

    private func left(_ reign: Reign, _ number: UInt64) {
        state.withLock { if $0.leaving[reign]?.number == number { $0.leaving[reign] = nil } }
    }

    // MARK: Renewals

    private func renew(_ reign: Reign, _ term: ServiceTerm, _ terms: ServiceTerms) async {
        while (try? await pause()) != nil, !Task.isCancelled {
            switch await ask(.elect(reign.service, id: reign.id, terms)) {
            case .leads(term, _), .refused: continue
            case .leads:
                // The reign was lost, and this is another that nobody knows of.
                if lose(reign, term) { _ = await ask(.resign(reign.service, id: reign.id)) }
            case .led, .locked, .done, .nothingToDo: _ = lose(reign, term)
            }
            return
        }
    }

    /// - Returns: false if it is another's business by now.
    private func lose(_ reign: Reign, _ term: ServiceTerm) -> Bool {
        state.withLock { state in
            guard state.holdings[reign]?.renewal?.term == term else { return false }
            for session in state.holdings.removeValue(forKey: reign)?.sessions ?? [] {
                state.sessions[session]?.remove(reign)
                if state.sessions[session]?.isEmpty ?? false { state.sessions[session] = nil }
            }
            return true
        }
    }
}
