internal import ClusterModel
internal import Compression
internal import Configuration
internal import MySQLSession
internal import MySQLWire
internal import NIOCore
internal import Proxy
internal import Synchronization
internal import TLS

/// The certificates in use and the rules for clients' connections. A reload replaces them; sessions that run keep
/// what they began with.
final class TransportSettings: Sendable {
    struct Values: Sendable {
        /// Towards clients; nil when they are offered no TLS.
        var clientTLS: TLSContext?
        var requiresClientTLS = false
        /// Towards mysqld; nil for none.
        var serverTLS: TLSContext?
        /// Towards another member's sidecar, if that offers TLS; its certificate is not checked, since nothing says by
        /// what.
        var memberTLS: TLSContext?
        var compression: Capabilities = []
        /// Whether somebody at this address is a proxy.
        var isProxy: @Sendable (String) -> Bool = { _ in false }
        var sendsProxyHeader = false
    }

    private let values: Mutex<Values>

    /// Loads the files that the configuration names.
    ///
    /// - Throws: `TLSContextError`, which names the file.
    convenience init(_ configuration: Configuration) throws(TLSContextError) {
        self.init(try Values(configuration))
    }

    init(_ values: Values) {
        self.values = Mutex(values)
    }

    var current: Values { values.withLock { $0 } }

    func replace(_ change: (inout Values) -> Void) {
        values.withLock { change(&$0) }
    }
}

/// The handlers between bytes and protocol, for the sessions of one event loop.
final class Transport: TransportMaking {
    private let settings: TransportSettings
    private let workspace = CompressionWorkspace()

    init(_ settings: TransportSettings) {
        self.settings = settings
    }

    var policy: LoginMachine.Policy {
        let values = settings.current
        var policy = LoginMachine.Policy()
        policy.offersTLS = values.clientTLS != nil
        policy.requiresTLS = values.requiresClientTLS
        policy.compression = values.compression
        return policy
    }

    func expectsProxyHeader(from address: String) -> Bool { settings.current.isProxy(address) }

    var sendsProxyHeader: Bool { settings.current.sendsProxyHeader }

    func serverSecurity(isMember: Bool) -> ServerSecurity? {
        let values = settings.current
        if isMember { return values.memberTLS == nil ? nil : .wherePossible }
        return values.serverTLS == nil ? nil : .required
    }

    func clientTLS(alreadyRead: ByteBuffer) throws -> any ChannelHandler {
        guard let context = settings.current.clientTLS else { throw ChannelError.operationUnsupported }
        return try TLSHandler(context: context, alreadyRead: alreadyRead)
    }

    func serverTLS(host: String, isMember: Bool) throws -> any ChannelHandler {
        let values = settings.current
        guard let context = isMember ? values.memberTLS : values.serverTLS else {
            throw ChannelError.operationUnsupported
        }
        return try TLSHandler(context: context, peerName: host)
    }

    func isEndOfConnection(_ error: any Error) -> Bool {
        switch error as? TLSError {
        case .truncated, .closedInHandshake: true
        default: false
        }
    }

    func compression(_ choice: CompressionChoice) -> any ChannelHandler {
        let algorithm: CompressionAlgorithm =
            switch choice {
            case .zlib: .zlib(level: 6)
            case .zstd(let level): .zstd(level: level)
            }
        return CompressionHandler(role: .server, algorithm: algorithm, workspace: workspace)
    }
}

extension TransportSettings.Values {
    /// - Throws: `TLSContextError`, which names the file.
    init(_ configuration: Configuration) throws(TLSContextError) {
        if let tls = configuration.sql.tls {
            clientTLS = try TLSContext(server: tls.settings)
            requiresClientTLS = tls.clients == .required
        }
        if let tls = configuration.mysqld.tls { serverTLS = try TLSContext(client: tls.settings) }
        if configuration.sql.primaryListen != nil {
            memberTLS = try TLSContext(client: TLSClientSettings(verification: .off))
        }
        if configuration.sql.compression.contains(.zlib) { compression.insert(.compress) }
        if configuration.sql.compression.contains(.zstd) { compression.insert(.zstdCompression) }
        let proxies = configuration.sql.proxyProtocol.acceptFrom
        isProxy = { address in proxies.contains { $0.contains(address) } }
        sendsProxyHeader = configuration.sql.proxyProtocol.sendsToServer
    }
}
