/// What a reload does with a setting: which values go over into the configuration that runs, and which part of the
/// process is told of them.
package struct ReloadEffect: Sendable {
    /// What holds values of the configuration while the process runs. Who carries a reload out knows how each is told.
    package enum Part: CaseIterable, Sendable {
        case accounts
        case gossipKeys
        case lagThreshold
        case limits
        case logLevel
        case probePassword
        /// The certificates, towards clients and towards mysqld.
        case transport
    }

    typealias Path<Value> = any WritableKeyPath<Configuration, Value> & Sendable

    let part: Part
    private var copies: [@Sendable (inout Configuration, Configuration) -> Void]
    /// Whether something has changed that no row of SETTINGS shows.
    private(set) var hasChangedUnseen: @Sendable (_ old: Configuration, _ new: Configuration) -> Bool = { _, _ in false
    }
    /// Whether the rest of the configuration allows it.
    let isPossible: @Sendable (_ old: Configuration, _ new: Configuration) -> Bool

    /// - Parameters:
    ///   - part: what is told of the value.
    ///   - path: where the configuration holds it.
    ///   - isPossible: whether the rest of the configuration, the running one and the new one, allows it.
    init<Value>(
        on part: Part,
        _ path: Path<Value>,
        if isPossible: @escaping @Sendable (_ old: Configuration, _ new: Configuration) -> Bool = { _, _ in true }
    ) {
        self.part = part
        copies = [{ $0[keyPath: path] = $1[keyPath: path] }]
        self.isPossible = isPossible
    }

    /// The same, with what the named file held when it was read.
    func with<Value>(contents path: Path<Value>) -> ReloadEffect {
        var effect = self
        effect.copies.append { $0[keyPath: path] = $1[keyPath: path] }
        return effect
    }

    /// The same, where other contents are a change of the setting, although no row shows them.
    func with<Value: Equatable & Sendable>(secret path: Path<Value>) -> ReloadEffect {
        var effect = with(contents: path)
        effect.hasChangedUnseen = { $0[keyPath: path] != $1[keyPath: path] }
        return effect
    }

    /// Takes the new values over.
    func carry(_ new: Configuration, into running: inout Configuration) {
        for copy in copies { copy(&running, new) }
    }
}

extension ReloadEffect {
    static let clientTLS = ReloadEffect(on: .transport, \.sql.tls)

    /// TLS is checked against the address that it is for.
    static let serverTLS = ReloadEffect(on: .transport, \.mysqld.tls) { $0.mysqld.address == $1.mysqld.address }

    /// The password is that of one account.
    static let password = ReloadEffect(on: .probePassword, \.mysqld.passwordFile) { $0.mysqld.user == $1.mysqld.user }
        .with(secret: \.mysqld.password)

    /// Gossip in the open and encrypted gossip do not understand each other: keys can be exchanged, not introduced.
    static let gossipKeys = ReloadEffect(on: .gossipKeys, \.gossip.keyFile) {
        ($0.gossip.keyring == nil) == ($1.gossip.keyring == nil)
    }
    .with(contents: \.gossip.keyring)

    static func limit<Value>(_ path: Path<Value>) -> ReloadEffect {
        ReloadEffect(on: .limits, path)
    }
}
