package import ClusterModel
package import Logging
package import MySQLClient
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
        /// From the beginning of one look to the beginning of the next.
        package var interval: Duration
        /// Accounts that mysqld might take this process for by its unix socket (see `SocketIdentity`).
        package var socketUsers: [String]
        /// How long what was seen last holds when mysqld answers and does not let the account look.
        package var grace: Duration

        package init(
            connection: ConnectionSettings,
            interval: Duration = .milliseconds(500),
            socketUsers: [String] = [],
            grace: Duration = .milliseconds(ServerCondition.graceMilliseconds)
        ) {
            self.connection = connection
            self.interval = interval
            self.socketUsers = socketUsers
            self.grace = grace
        }
    }

    private let settings: Settings
    private let thread: ClientThread
    private let logger: Logger
    private let onChange: @Sendable (ServerCondition, BootTime) -> Void
    private let onIdentity: @Sendable (SocketIdentity) -> Void
    /// Ends with the probe's thread.
    package let failures: AsyncStream<String>
    private let failure: AsyncStream<String>.Continuation

    /// - Parameters:
    ///   - signal: by which others ask for a look before the next is due.
    ///   - onIdentity: called on the probe's thread with each new connection to mysqld's unix socket, before `onChange`.
    ///   - onChange: called on the probe's thread after each look, also when nothing but the load differs, with the time at
    ///     which the look began.
    package init(
        settings: Settings,
        signal: ThreadSignal,
        logger: Logger,
        onIdentity: @escaping @Sendable (SocketIdentity) -> Void = { _ in },
        onChange: @escaping @Sendable (ServerCondition, BootTime) -> Void
    ) {
        (failures, failure) = AsyncStream.makeStream()
        self.settings = settings
        thread = ClientThread(signal: signal)
        self.onIdentity = onIdentity
        self.logger = logger
        self.onChange = onChange
    }

    deinit { stop() }

    /// Begins with a look at once. Does nothing when called again, or after `stop`.
    package func start() throws(SystemCallError) {
        let (settings, signal, logger) = (settings, thread.signal, logger)
        let (onIdentity, onChange, failure) = (onIdentity, onChange, failure)
        try thread.start(name: "mysqld-probe") {
            let prober = ServerProber(
                settings: settings.connection,
                identity: SocketIdentityCheck(settings),
                onIdentity: onIdentity,
                logger: logger,
                signal: signal
            )
            ProbeLoop(
                prober: prober,
                signal: signal,
                interval: settings.interval,
                grace: settings.grace,
                logger: logger
            ).run(onChange)
            failure.finish()
        }
    }

    /// Ends the thread and waits for it: no call of `onChange` comes after this, unless it is called from `onChange`.
    ///
    /// A look in progress is broken off; a look-up of mysqld's name or a TLS handshake may last as long as its timeout.
    package func stop() {
        thread.stop()
    }
}
