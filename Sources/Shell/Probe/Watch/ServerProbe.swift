package import ClusterModel
package import Logging
package import MySQLClient
internal import Synchronization
package import Threads

/// Watches the local mysqld from a thread of its own and reports what it is like.
///
/// - While the server answers, it is looked at each `interval`, on one connection that stays open.
/// - The end of that connection is noticed at once, not at the next look: a new connection is tried there and then, and
///   if that fails, too, the server is down.
/// - A server that accepts and does not answer is down when the timeouts of `ConnectionSettings` have passed.
/// - While it is down, a new connection is tried each `interval`.
/// - A server that answers and does not let the account look is not down: what was seen last holds for `grace`.
package final class ServerProbe: Sendable {
    package struct Settings: Sendable {
        package var connection: ConnectionSettings
        /// Asked with each new connection, whose encryption it is then.
        package var tls: @Sendable () -> ConnectionTLS?
        /// From the beginning of one look to the beginning of the next.
        package var interval: Duration
        /// Accounts that mysqld might take this process for by its unix socket (see `SocketIdentity`).
        package var socketUsers: [String]
        /// How long what was seen last holds when mysqld answers and does not let the account look.
        package var grace: Duration
        package var password: AccountPassword

        package init(
            address: ServerAddress,
            user: String,
            password: AccountPassword,
            tls: @escaping @Sendable () -> ConnectionTLS? = { nil },
            interval: Duration = .milliseconds(500),
            socketUsers: [String] = [],
            connectTimeout: Duration = .seconds(2),
            queryTimeout: Duration = .seconds(2),
            grace: Duration = .milliseconds(ServerCondition.graceMilliseconds)
        ) {
            connection = ConnectionSettings(
                address: address,
                user: user,
                password: "",
                connectTimeout: connectTimeout,
                queryTimeout: queryTimeout
            )
            self.tls = tls
            self.interval = interval
            self.socketUsers = socketUsers
            self.grace = grace
            self.password = password
        }
    }

    private enum State: Sendable {
        case idle
        case running(DedicatedThread)
        case stopped
    }

    private let settings: Settings
    private let signal: ProbeSignal
    private let logger: Logger
    private let onChange: @Sendable (ServerCondition) -> Void
    private let onIdentity: @Sendable (SocketIdentity) -> Void
    private let state = Mutex(State.idle)
    private let interruption = ProbeInterruption()
    /// Ends with the probe's thread.
    package let failures: AsyncStream<String>
    private let failure: AsyncStream<String>.Continuation

    /// - Parameters:
    ///   - signal: by which others ask for a look before the next is due.
    ///   - onIdentity: called on the probe's thread with each new connection to mysqld's unix socket, before `onChange`.
    ///   - onChange: called on the probe's thread after each look, also when nothing but the load differs.
    package init(
        settings: Settings,
        signal: ProbeSignal,
        logger: Logger,
        onIdentity: @escaping @Sendable (SocketIdentity) -> Void = { _ in },
        onChange: @escaping @Sendable (ServerCondition) -> Void
    ) {
        (failures, failure) = AsyncStream.makeStream()
        self.settings = settings
        self.signal = signal
        self.onIdentity = onIdentity
        self.logger = logger
        self.onChange = onChange
    }

    deinit { stop() }

    /// Begins with a look at once. Does nothing when called again, or after `stop`.
    package func start() throws(SystemCallError) {
        try state.withLock { state throws(SystemCallError) in
            guard case .idle = state else { return }
            let (settings, signal, logger, interruption) = (settings, signal, logger, interruption)
            let (onIdentity, onChange, failure) = (onIdentity, onChange, failure)
            let thread = try DedicatedThread.start(name: "mysqld-probe") {
                ClientLibrary.withThread {
                    let prober = ServerProber(
                        settings: settings.connection,
                        password: settings.password,
                        tls: settings.tls,
                        identity: SocketIdentityCheck(settings),
                        onIdentity: onIdentity,
                        logger: logger,
                        interruption: interruption
                    )
                    ProbeLoop(
                        prober: prober,
                        signal: signal,
                        interval: settings.interval,
                        grace: settings.grace,
                        logger: logger
                    ).run(onChange)
                }
                failure.finish()
            }
            state = .running(thread)
        }
    }

    /// Ends the thread and waits for it: no call of `onChange` comes after this, unless it is called from `onChange`.
    ///
    /// A query in progress is broken off; an attempt to connect may last as long as its timeout.
    package func stop() {
        let thread: DedicatedThread? = state.withLock { state in
            defer { state = .stopped }
            guard case .running(let thread) = state else { return nil }
            return thread
        }
        guard let thread else { return }
        signal.requestStop()
        interruption.turnOn()
        if !thread.isCurrent { thread.join() }
    }
}
