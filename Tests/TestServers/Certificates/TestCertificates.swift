internal import COpenSSL
internal import Foundation

/// A certificate authority of the tests' own, in a folder of PEM files, and what it has signed.
///
/// Keys are P-256, which every client and server of the tests takes and which is made in under a millisecond.
package final class TestCertificates: Sendable {
    /// A certificate and its key, in two PEM files.
    package struct Identity: Sendable {
        package let certificateFile: String
        package let keyFile: String
    }

    /// When a certificate is valid.
    package enum Validity: Sendable {
        /// From yesterday on for a month.
        case current
        /// Until yesterday.
        case expired
        /// From tomorrow on.
        case future

        fileprivate var seconds: (from: Int, until: Int) {
            let day = 86_400
            return switch self {
            case .current: (-day, 30 * day)
            case .expired: (-30 * day, -day)
            case .future: (day, 30 * day)
            }
        }
    }

    /// Where all the files are.
    package let directory: String
    /// The authority's own certificate, in PEM: for those who are to trust it.
    package let authorityFile: String
    private let name: String
    private let authority: SigningKey

    /// Makes an authority.
    ///
    /// - Parameter name: its common name; two of the same name differ by their keys.
    package init(name: String = "Pilotfish Test CA") throws {
        self.name = name
        directory = try TemporaryRoot.makeDirectory("certificates")
        authorityFile = directory + "/ca.pem"
        authority = try SigningKey()
        try CertificateRequest(
            commonName: name,
            validity: Validity.current.seconds,
            extensions: [(NID_basic_constraints, "critical,CA:TRUE"), (NID_key_usage, "critical,keyCertSign,cRLSign")]
        ).sign(subjectKey: authority, issuerName: name, issuerKey: authority, into: authorityFile)
    }

    /// Makes a certificate of a server.
    ///
    /// - Parameters:
    ///   - alternativeNames: in OpenSSL's spelling, for example `DNS:localhost` or `IP:127.0.0.1`.
    ///   - fileName: what its two files are called, without their ends; one of its own for each.
    package func makeServer(
        commonName: String = "localhost",
        alternativeNames: [String] = ["DNS:localhost", "IP:127.0.0.1"],
        validity: Validity = .current,
        fileName: String = "server"
    ) throws -> Identity {
        let names = alternativeNames.joined(separator: ",")
        return try make(
            CertificateRequest(
                commonName: commonName,
                validity: validity.seconds,
                extensions: [(NID_ext_key_usage, "serverAuth")]
                    + (names.isEmpty ? [] : [(NID_subject_alt_name, names)])
            ),
            fileName
        )
    }

    /// Makes a certificate of a client.
    package func makeClient(
        commonName: String = "app",
        validity: Validity = .current,
        fileName: String = "client"
    ) throws -> Identity {
        try make(
            CertificateRequest(
                commonName: commonName,
                validity: validity.seconds,
                extensions: [(NID_ext_key_usage, "clientAuth")]
            ),
            fileName
        )
    }

    private func make(_ request: CertificateRequest, _ fileName: String) throws -> Identity {
        let identity = Identity(
            certificateFile: "\(directory)/\(fileName).pem",
            keyFile: "\(directory)/\(fileName).key"
        )
        let key = try SigningKey()
        try request.sign(subjectKey: key, issuerName: name, issuerKey: authority, into: identity.certificateFile)
        try key.write(to: identity.keyFile)
        return identity
    }
}
