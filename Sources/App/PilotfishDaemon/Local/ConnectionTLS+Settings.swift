internal import MySQLClient
internal import TLS

extension ConnectionTLS {
    /// The same for the probe as for clients' sessions.
    init(_ settings: TLSClientSettings) {
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
