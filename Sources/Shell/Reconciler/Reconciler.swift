package import Failover
package import Logging
package import MySQLClient

/// Makes this node's mysqld read-only, and takes that back: one at a time, each step with a time of its own.
///
/// Sessions of clients that came through the sidecar have been cut off before.
package actor Reconciler {
    /// What came of a fence.
    package struct Outcome: Sendable {
        /// As mysqld itself said at the end.
        package var isReadOnly = false
        /// mysqld does not answer at all.
        package var isUnreachable = false
        /// One line each, for people: what was done, and what failed.
        package var steps: [String] = []
    }

    /// Beyond it a fence has failed, in milliseconds.
    package static let fenceMilliseconds = 3_000
    /// For what mysqld answers at once, if it answers.
    private static let stepMilliseconds = 500
    /// How long `read_only` may wait, and hold up other writers, before what stands in its way is ended.
    private static let patienceMilliseconds = 300

    private let settings: ConnectionSettings
    private let marker: FenceMarkerFile
    private let logger: Logger
    /// Connected before anybody asks.
    private var warm: StatementExecutor
    private var told: [String] = []
    private var isBusy = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// - Parameter folder: where the marker is kept; it has to be there for a fence.
    /// - Throws: `SystemCallError` if there can be no more threads.
    package init(_ settings: ConnectionSettings, folder: String, logger: Logger) throws {
        self.settings = settings
        marker = FenceMarkerFile(folder: folder)
        self.logger = logger
        warm = try Self.executor(settings)
    }

    private static func executor(_ settings: ConnectionSettings) throws -> StatementExecutor {
        let executor = try StatementExecutor(settings, warmth: .seconds(1))
        try executor.start(name: "fence")
        return executor
    }

    /// Nothing can be asked for after this.
    package func stop() { warm.stop() }

    /// Whether there is a marker, or what there is cannot be read.
    package func isMarked() -> Bool {
        do { return try marker.read() != nil } catch {
            logger.error("the marker of a fence cannot be read", metadata: ["reason": "\(error)"])
            return true
        }
    }

    // MARK: Fencing

    /// Makes mysqld read-only. Within `fenceMilliseconds`, whatever mysqld does.
    package func fence() async -> Outcome {
        await begin()
        defer { end() }
        var outcome = Outcome()
        let deadline = ContinuousClock.now + .milliseconds(Self.fenceMilliseconds)
        do throws(StepFailure) {
            var run = StepRun(executor: warm, deadline: deadline)
            try await fence(&run)
            outcome.isReadOnly = true
            outcome.steps = run.lines
        } catch {
            outcome.steps = error.lines
            outcome.isUnreachable = error.isUnreachable
        }
        note(outcome)
        return outcome
    }

    /// What fails again and again in the same way is told once.
    private func note(_ outcome: Outcome) {
        guard outcome.steps != told else { return }
        told = outcome.steps
        for line in outcome.steps { logger.notice("fence", metadata: ["step": "\(line)"]) }
        if !outcome.isReadOnly { logger.error("mysqld could not be made read-only, and is tried again") }
    }

    private func fence(_ run: inout StepRun) async throws(StepFailure) {
        let dialect = try await dialect(&run)
        let before = try await look(&run, dialect)
        guard !before.isReadOnly else { return run.note("it is read-only already") }
        // Nil where none can be kept.
        var changes: FenceMarker?
        do throws(FenceMarkerFile.Failure) {
            // What an earlier fence has changed stays to be taken back.
            var kept = try marker.read() ?? FenceMarker()
            kept.stoppedEvents = kept.stoppedEvents || before.hasEvents
            try marker.write(kept)
            changes = kept
        } catch {
            // A server that stays read-only is the lesser evil.
            run.note("no marker, so that it will not be opened again by itself: \(error)")
        }
        if before.hasEvents { await run.attempt(dialect.eventsOff, within: Self.stepMilliseconds) }
        var isDone = await makeReadOnly(&run, dialect, waiting: Self.patienceMilliseconds)
        if run.lacksPrivilege, let fresh = try? Self.executor(settings) {
            // It may have been granted since the connection was opened.
            warm.stop()
            warm = fresh
            run.executor = fresh
            isDone = await makeReadOnly(&run, dialect, waiting: Self.patienceMilliseconds)
        }
        if isDone { return try await verify(&run, dialect) }
        await clear(&run, dialect, before, changes)
        _ = await makeReadOnly(&run, dialect, waiting: 2 * Self.patienceMilliseconds)
        try await verify(&run, dialect)
    }

    private func makeReadOnly(_ run: inout StepRun, _ dialect: ServerDialect, waiting milliseconds: Int) async -> Bool {
        for statement in dialect.readOnly(waiting: milliseconds) {
            switch await run.attempt(statement, within: milliseconds + 200) {
            case .done: return true
            // ER_WRONG_VALUE_FOR_VAR
            case .refused(1231): continue
            case .refused, .failed: return false
            }
        }
        return false
    }

    /// Ends what `read_only` waits for.
    ///
    /// - Parameter changes: what the marker says.
    private func clear(
        _ run: inout StepRun,
        _ dialect: ServerDialect,
        _ before: ServerSettings,
        _ changes: FenceMarker?
    ) async {
        if let variable = before.semiSync {
            if var changes {
                changes.semiSync = variable
                do { try marker.write(changes) } catch { run.note("\(error)") }
            }
            await run.attempt(dialect.semiSync(variable, isOn: false), within: 1_200)
        }
        guard let sessions = await run.ask(dialect.obstacles, within: Self.stepMilliseconds) else { return }
        let ids = sessions.rows.compactMap { $0.first ?? nil }
        var ended = 0
        for id in ids {
            switch await run.attempt(dialect.kill(id), within: Self.stepMilliseconds, isNoted: false) {
            case .done: ended += 1
            // ER_NO_SUCH_THREAD: it has ended by itself.
            case .refused(1094): break
            case .refused(let code): run.note("session \(id) cannot be ended: error \(code)")
            case .failed: run.note("session \(id) cannot be ended")
            }
        }
        run.note("sessions ended: \(ended)")
    }

    private func verify(_ run: inout StepRun, _ dialect: ServerDialect) async throws(StepFailure) {
        let after = try await look(&run, dialect)
        guard after.isReadOnly else { throw run.failure("it still takes writes") }
        run.note("it is read-only")
    }

    // MARK: Opening

    /// Takes back what a fence of this node has done; a server that is read-only by somebody else's doing stays so.
    package func open() async -> Fencing.Opening {
        await begin()
        defer { end() }
        let opening: FenceMarker?
        do { opening = try marker.read() } catch {
            logger.error("mysqld is not opened", metadata: ["reason": "\(error)"])
            return .failed
        }
        guard let opening else { return .notOurs }
        told = []
        do throws(StepFailure) {
            var run = StepRun(
                executor: warm,
                deadline: ContinuousClock.now + .milliseconds(Self.fenceMilliseconds)
            )
            let dialect = try await dialect(&run)
            if let variable = opening.semiSync {
                try await run.require(dialect.semiSync(variable, isOn: true), within: Self.stepMilliseconds)
            }
            try await run.require(dialect.writable, within: Self.stepMilliseconds)
            if opening.stoppedEvents { try await run.require(dialect.eventsOn, within: Self.stepMilliseconds) }
        } catch {
            for line in error.lines { logger.error("mysqld is not opened", metadata: ["step": "\(line)"]) }
            return .failed
        }
        do { try marker.remove() } catch {
            logger.error("the marker of a fence stays", metadata: ["reason": "\(error)"])
            return .failed
        }
        return .done
    }

    // MARK: Asking

    private func dialect(_ run: inout StepRun) async throws(StepFailure) -> ServerDialect {
        let result = try await run.requireAnswer("SELECT VERSION()", within: Self.stepMilliseconds)
        guard let version = result.rows.first?.first ?? nil else { throw run.failure("it names no version") }
        return ServerDialect(version: version)
    }

    private func look(_ run: inout StepRun, _ dialect: ServerDialect) async throws(StepFailure) -> ServerSettings {
        let result = try await run.requireAnswer(dialect.settingsQuery, within: Self.stepMilliseconds)
        guard let settings = ServerSettings(result, dialect.kind) else {
            throw run.failure("it does not say read_only")
        }
        return settings
    }

    // MARK: One at a time

    private func begin() async {
        while isBusy { await withCheckedContinuation { waiting.append($0) } }
        isBusy = true
    }

    private func end() {
        isBusy = false
        if !waiting.isEmpty { waiting.removeFirst().resume() }
    }
}
