internal import MySQLSession
internal import MySQLWire
internal import NIOConcurrencyHelpers
internal import NIOCore
internal import QueryRouting
internal import Synchronization
internal import Threads

/// Threads for what is more than an event loop can spare the time for: statements on virtual tables, and the reading of
/// long ones. Each has tables of its own, made when they are first needed.
final class StatementPool: Sendable {
    enum Purpose {
        /// Statements that may take long. As many as are too much are refused.
        case running
        /// Where a statement goes. It may be mysqld's, and so none is refused; a session has one at most.
        case routing

        var name: StaticString {
            switch self {
            case .running: "statements"
            case .routing: "routing"
            }
        }

        fileprivate var limits: StatementQueue<Job>.Limits? {
            switch self {
            case .running: .init()
            case .routing: nil
            }
        }

        /// How long a statement waits for those before it.
        fileprivate var patience: TimeAmount? {
            switch self {
            case .running: .seconds(10)
            case .routing: nil
            }
        }
    }

    /// What each thread has of its own.
    fileprivate struct Tools {
        let tables: any VirtualQuerying
        let converter: any MultiByteConverting
    }

    /// One statement, carried out once or not at all.
    fileprivate struct Job: Sendable {
        let addedAt: NIODeadline
        let isCancelled: @Sendable () -> Bool
        let run: @Sendable (Tools) -> Void
        let refuse: @Sendable (SQLError) -> Void
    }

    /// What came of a statement, and the time that it took, without that for which it waited.
    struct Answer<Value: Sendable>: Sendable {
        var value: Value
        var work: TimeAmount
    }

    /// A statement that was taken in.
    struct Ticket<Value: Sendable> {
        var answer: EventLoopFuture<Answer<Value>>
        /// Nobody waits for the answer any more.
        var cancel: @Sendable () -> Void
    }

    private struct State: ~Copyable {
        var queue: StatementQueue<Job>
        var threads: [DedicatedThread] = []
        var isStopped = false

        init(_ limits: StatementQueue<Job>.Limits?) { queue = StatementQueue(limits: limits) }
    }

    private static let threadCount = 2
    /// Below the event loops: where cores are few, clients whose statements are short go first.
    private static let niceness: Int32 = 10

    private let purpose: Purpose
    private let makeTables: @Sendable () throws -> any VirtualQuerying
    private let makeConverter: @Sendable () -> any MultiByteConverting
    private let state: Mutex<State>
    /// Whether a thread finds something to do. Taken before `state`, never behind it.
    private let isWorkThere = ConditionLock(value: false)

    init(
        for purpose: Purpose,
        makeTables: @escaping @Sendable () throws -> any VirtualQuerying,
        makeConverter: @escaping @Sendable () -> any MultiByteConverting
    ) {
        self.purpose = purpose
        state = Mutex(State(purpose.limits))
        self.makeTables = makeTables
        self.makeConverter = makeConverter
    }

    /// - Throws: `SystemCallError` if there can be no more threads.
    func start() throws(SystemCallError) {
        for _ in 0..<Self.threadCount {
            let thread = try DedicatedThread.start(name: purpose.name, niceness: Self.niceness) { self.work() }
            state.withLock { $0.threads.append(thread) }
        }
    }

    /// Ends what is under way, and waits for it. Call it on no event loop.
    func stop() {
        let (threads, jobs) = state.withLock { state in
            state.isStopped = true
            defer { state.threads = [] }
            return (state.threads, state.queue.removeAll())
        }
        for job in jobs { job.refuse(Self.stopped) }
        signal()
        for thread in threads { thread.join() }
    }

    /// Carries a body out on one of the threads.
    ///
    /// - Parameters:
    ///   - user: whose other statements of this kind have to be done first.
    ///   - spent: what the command has taken before, of the limit on its time.
    ///   - eventLoop: of the answer, which may be an `SQLError`: 1226 if too many wait already.
    func run<Value: Sendable>(
        of user: String,
        spent: TimeAmount,
        on eventLoop: any EventLoop,
        _ body: @escaping @Sendable (any VirtualQuerying, any MultiByteConverting) throws(SQLError) -> Value
    ) -> Ticket<Value> {
        let promise = eventLoop.makePromise(of: Answer<Value>.self)
        let isCancelled = NIOLockedValueBox(false)
        let allowance = StatementAllowance.full(
            spentMilliseconds: Int(clamping: spent.nanoseconds / 1_000_000),
            isCancelled: { self.isStopped || isCancelled.withLockedValue { $0 } }
        )
        let job = Job(
            addedAt: .now(),
            isCancelled: { isCancelled.withLockedValue { $0 } },
            run: { tools in
                let (tables, converter) = (tools.tables, tools.converter)
                let start = NIODeadline.now()
                switch tables.within(allowance, { () throws(SQLError) in try body(tables, converter) }) {
                case .ended(.success(let value)): promise.succeed(Answer(value: value, work: .now() - start))
                case .ended(.failure(let error)): promise.fail(error)
                case .usedUp: promise.fail(Self.stopped)
                }
            },
            refuse: { promise.fail($0) }
        )
        let ticket: StatementQueue<Job>.Ticket?
        do throws(SQLError) {
            ticket = try add(job, of: user)
        } catch {
            ticket = nil
            promise.fail(error)
        }
        return Ticket(answer: promise.futureResult) {
            isCancelled.withLockedValue { $0 = true }
            if let ticket { self.state.withLock { $0.queue.remove(ticket) } }
            // No one looks at it any more, but it must not be left open.
            promise.fail(Self.stopped)
        }
    }

    private func add(_ job: Job, of user: String) throws(SQLError) -> StatementQueue<Job>.Ticket {
        let added = state.withLock { state -> Result<StatementQueue<Job>.Ticket, SQLError> in
            do throws(SQLError) {
                guard !state.isStopped else { throw Self.stopped }
                return .success(try state.queue.add(job, of: user))
            } catch {
                return .failure(error)
            }
        }
        let ticket = try added.get()
        signal()
        return ticket
    }

    private var isStopped: Bool { state.withLock { $0.isStopped } }

    // MARK: The threads

    private func signal() {
        isWorkThere.lock()
        isWorkThere.unlock(withValue: true)
    }

    private func work() {
        var tools: Tools?
        while let (job, user) = nextJob() {
            carryOut(job, &tools)
            state.withLock { $0.queue.finish(user) }
            signal()
        }
    }

    /// Waits for one.
    ///
    /// - Returns: nil when the thread has to end.
    private func nextJob() -> (job: Job, user: String)? {
        while true {
            isWorkThere.lock(whenValue: true)
            let (next, isStopped, isMore) = state.withLock { state in
                let next = state.isStopped ? nil : state.queue.next()
                return (next, state.isStopped, state.isStopped || state.queue.hasNext)
            }
            isWorkThere.unlock(withValue: isMore)
            if isStopped { return nil }
            if let next { return next }
        }
    }

    private func carryOut(_ job: Job, _ tools: inout Tools?) {
        guard !job.isCancelled() else { return job.refuse(Self.stopped) }
        if let patience = purpose.patience, .now() - job.addedAt >= patience { return job.refuse(Self.waitedTooLong) }
        do {
            let known = try tools ?? Tools(tables: makeTables(), converter: makeConverter())
            tools = known
            job.run(known)
        } catch {
            job.refuse(error as? SQLError ?? SQLError(errno: 1105, sqlState: "HY000", message: "\(error)"))
        }
    }

    // MARK: Errors

    private static let stopped = SQLError(
        errno: 1317,
        sqlState: "70100",
        message: "Query execution was interrupted"
    )

    private static let waitedTooLong = SQLError(
        errno: 1205,
        sqlState: "HY000",
        message: "Lock wait timeout exceeded: other long statements on cluster_schema have not ended; "
            + "try again later"
    )
}
