internal import Configuration
internal import MySQLClient
internal import TLS

extension ConnectionSettings {
    /// - Parameter running: whose encryption is that of the moment in which a connection is opened.
    init(_ running: RunningConfiguration, _ password: AccountPassword) {
        let mysqld = running.current.mysqld
        self.init(
            address: mysqld.address,
            user: mysqld.user,
            password: password,
            tls: { running.current.mysqld.tls.map { ConnectionTLS($0.settings) } }
        )
    }
}

extension ConnectionTLS {
    /// The same for the sidecar's own connections as for clients' sessions.
    fileprivate init(_ settings: TLSClientSettings) {
        let verification: Verification
        var authorityFile: String?
        switch settings.verification {
        case .off: verification = .off
        case .authority(let authorities):
            verification = .authority
            authorityFile = authorities.file
        case .authorityAndName(let authorities):
            verification = .authorityAndName
            authorityFile = authorities.file
        }
        self.init(
            verification: verification,
            authorityFile: authorityFile,
            certificateFile: settings.identity?.certificateChainFile,
            keyFile: settings.identity?.privateKeyFile
        )
    }
}

extension TLSAuthorities {
    fileprivate var file: String? {
        switch self {
        case .system: nil
        case .file(let file): file
        }
    }
}
