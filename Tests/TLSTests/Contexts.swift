import TLS
import TestServers

/// The contexts that most tests need, made of certificates of one authority.
struct Contexts {
    let certificates: TestCertificates
    let server: TestCertificates.Identity
    let client: TestCertificates.Identity

    init() throws {
        certificates = try TestCertificates()
        server = try certificates.makeServer()
        client = try certificates.makeClient()
    }

    func serverContext(
        _ identity: TestCertificates.Identity? = nil,
        clients: TLSClientVerification = .off,
        versions: TLSVersionRange = TLSVersionRange()
    ) throws -> TLSContext {
        try TLSContext(
            server: TLSServerSettings(
                identity: (identity ?? server).settings,
                clientVerification: clients,
                versions: versions
            )
        )
    }

    func clientContext(
        _ verification: TLSServerVerification? = nil,
        identity: TestCertificates.Identity? = nil,
        versions: TLSVersionRange = TLSVersionRange()
    ) throws -> TLSContext {
        try TLSContext(
            client: TLSClientSettings(
                verification: verification ?? .authorityAndName(.file(certificates.authorityFile)),
                identity: identity?.settings,
                versions: versions
            )
        )
    }
}

extension TestCertificates.Identity {
    var settings: TLSIdentity { TLSIdentity(certificateChainFile: certificateFile, privateKeyFile: keyFile) }
}

extension TLSVersionRange {
    static func only(_ version: TLSVersion) -> TLSVersionRange { TLSVersionRange(least: version, most: version) }
}
