package import ClusterModel
package import MySQLSession
package import MySQLWire
package import NIOCore
package import QueryRouting

/// Numbers that bound what clients can take.
package struct ProxyLimits: Hashable, Sendable {
    package var maximumConnections = 10_000
    /// So many more are let in as far as their login: an operator's goes on.
    package var operatorReserve = 16
    /// Of one client's address; 0 for no limit.
    package var maximumConnectionsPerHost = 0
    /// Of one account of the sidecar's; 0 for no limit.
    package var maximumConnectionsPerAccount = 0
    /// How long a session may rest between two commands; 0 for ever.
    package var idleTimeoutMilliseconds = 0
    /// How long a client may take nothing of what waits for it.
    package var writeTimeoutMilliseconds = 60_000
    /// How long a refused login of a sidecar account waits for its answer.
    package var failedLoginDelayMilliseconds = 1_000
    /// How long a client of the primary's port waits for a primary that can be reached.
    package var primaryWaitMilliseconds = 8_000
    package var handshakeTimeoutMilliseconds = 10_000
    /// How long mysqld may take to greet before it counts as down.
    package var greetingTimeoutMilliseconds = 3_000
    /// The same while the probe already says that it is down.
    package var greetingTimeoutWhenDownMilliseconds = 200
    /// How long sessions may go on after a stop was asked for.
    package var drainMilliseconds = 10_000

    package init() {}
}

/// Everything that the proxy is given by the rest of the process.
package struct ProxyDependencies: Sendable {
    package var accounts: any AccountVerifying & Sendable
    package var cipher: any PasswordCipher & Sendable
    package var node: any NodeReporting
    /// Called once on each event loop's thread; what it returns stays on that thread.
    package var makeTransport: @Sendable () -> any TransportMaking
    /// Called once on each event loop's thread, and on those for statements that take long; what it returns stays on that
    /// thread.
    package var makeConverter: @Sendable () -> any MultiByteConverting
    /// The same.
    package var makeVirtualTables: @Sendable () throws -> any VirtualQuerying
    package var procedures: any ProcedureCalling
    /// Nil where no quorum decides.
    package var elections: (any ElectionCalling)?
    /// Twenty random bytes, none of them NUL.
    package var makeScramble: @Sendable () -> [UInt8]
    /// The number of the error that a client gets while mysqld, or the primary, cannot be had: ER_CONNECTION_KILLED, or
    /// CR_CONN_HOST_ERROR (2003) for drivers that look for another server only when a connection could not be made.
    package var outageErrno: UInt16 = 1927

    package init(
        accounts: any AccountVerifying & Sendable,
        cipher: any PasswordCipher & Sendable,
        node: any NodeReporting,
        makeTransport: @escaping @Sendable () -> any TransportMaking,
        makeConverter: @escaping @Sendable () -> any MultiByteConverting,
        makeVirtualTables: @escaping @Sendable () throws -> any VirtualQuerying,
        procedures: any ProcedureCalling,
        makeScramble: @escaping @Sendable () -> [UInt8]
    ) {
        self.accounts = accounts
        self.cipher = cipher
        self.node = node
        self.makeTransport = makeTransport
        self.makeConverter = makeConverter
        self.makeVirtualTables = makeVirtualTables
        self.procedures = procedures
        self.makeScramble = makeScramble
    }
}

/// Makes the handlers that stand between a connection's bytes and the protocol. Used on one event loop.
package protocol TransportMaking: AnyObject {
    /// What ends here in the client's connection, as the configuration has it at this moment.
    var policy: LoginMachine.Policy { get }
    /// How a connection by TCP to mysqld, or to another member's sidecar, is to be encrypted; nil for not at all.
    func serverSecurity(isMember: Bool) -> ServerSecurity?

    /// Whether a connection from this address begins with a PROXY header.
    func expectsProxyHeader(from address: String) -> Bool
    /// Whether connections to the node's own mysqld begin with one.
    var sendsProxyHeader: Bool { get }

    /// TLS towards a client that has asked for it.
    ///
    /// - Parameter alreadyRead: the first bytes of its handshake.
    func clientTLS(alreadyRead: ByteBuffer) throws -> any ChannelHandler

    /// TLS towards mysqld or another member's sidecar.
    ///
    /// - Parameter host: as it was connected to.
    func serverTLS(host: String, isMember: Bool) throws -> any ChannelHandler

    /// Whether an error of these handlers only says that the other side has gone without a word.
    func isEndOfConnection(_ error: any Error) -> Bool

    /// The compressed protocol towards a client, from the packet after the login's last.
    func compression(_ choice: CompressionChoice) -> any ChannelHandler
}

/// What a login needs to know of the node's own mysqld.
package protocol NodeReporting: Sendable {
    /// As mysqld last greeted; a stand-in before it ever did.
    var serverVersion: String { get }
    /// The probe cannot reach mysqld.
    var isServerDown: Bool { get }
    /// mysqld has shown that it may be other than it was last seen: the probe looks now.
    func lookAtServer()
    /// For a client that wants mysqld while it cannot be had. It has not shown who it is: no names, addresses and paths.
    var outageMessage: String { get }
    var primaryRoute: PrimaryRoute { get }
    var clientPath: ClientPath { get }
    /// What sessions wait for and tell of.
    var topology: TopologyNotice { get }
    /// For a client that wants the primary while there is none, or it cannot be reached; no names and addresses either.
    var primaryOutageMessage: String { get }
}

/// Which users mysqld may be asked to log in on a client's behalf.
package enum RelayPolicy {
    /// Over its unix socket mysqld sees the sidecar's operating system account as the peer. Where an account of mysqld
    /// is identified by the socket (`unix_socket`, `auth_socket`), that would let any client in as it, so the names
    /// that such accounts have are not relayed: the one of the sidecar's own account, and mysqld's.
    package static func forbiddenUsers(backend: ServerAddress, operatingSystemUser: String) -> Set<String> {
        switch backend {
        case .unixSocket: [operatingSystemUser, "mysql"]
        case .tcp: []
        }
    }
}
