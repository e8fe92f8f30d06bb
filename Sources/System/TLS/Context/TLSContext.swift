/// Certificates, key and rules of one role, loaded and checked: what sessions are made of.
///
/// Making one reads files: not on an event loop. It is immutable. A reload makes another context; sessions that run keep the one they began with.
package final class TLSContext: Sendable {
    package enum Role: Hashable, Sendable {
        case server
        case client
    }

    package let role: Role
    let handle: ContextHandle
    /// The server's certificate must name the peer.
    let verifiesName: Bool

    /// Loads what a server needs.
    ///
    /// - Throws: `TLSContextError`, which names the file.
    package init(server settings: TLSServerSettings) throws(TLSContextError) {
        let loader = try ContextLoader(role: .server, versions: settings.versions)
        try loader.load(settings.identity)
        try loader.verifyClients(settings.clientVerification)
        role = .server
        handle = loader.handle
        verifiesName = false
    }

    /// Loads what a client needs.
    ///
    /// - Throws: `TLSContextError`, which names the file.
    package init(client settings: TLSClientSettings) throws(TLSContextError) {
        let loader = try ContextLoader(role: .client, versions: settings.versions)
        if let identity = settings.identity { try loader.load(identity) }
        try loader.verifyServer(settings.verification)
        role = .client
        handle = loader.handle
        verifiesName =
            switch settings.verification {
            case .off, .authority: false
            case .authorityAndName: true
            }
    }
}
