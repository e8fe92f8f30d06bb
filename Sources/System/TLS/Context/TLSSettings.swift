/// A version of the protocol. Older ones than 1.2 are not spoken (RFC 8996).
package enum TLSVersion: String, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    /// RFC 5246.
    case tls12 = "TLSv1.2"
    /// RFC 8446.
    case tls13 = "TLSv1.3"

    package var description: String { rawValue }
}

/// The versions that may be negotiated.
package struct TLSVersionRange: Hashable, Sendable {
    package var least: TLSVersion
    package var most: TLSVersion

    package init(least: TLSVersion = .tls12, most: TLSVersion = .tls13) {
        self.least = least
        self.most = most
    }
}

/// The files that one side proves with who it is. Both in PEM.
package struct TLSIdentity: Hashable, Sendable {
    /// The own certificate first, then those of the authorities between it and the root.
    package var certificateChainFile: String
    /// The key of the own certificate, not encrypted.
    package var privateKeyFile: String

    package init(certificateChainFile: String, privateKeyFile: String) {
        self.certificateChainFile = certificateChainFile
        self.privateKeyFile = privateKeyFile
    }
}

/// What a server asks its clients for.
package enum TLSClientVerification: Hashable, Sendable {
    case off
    /// A client may send a certificate; one that the authorities of this file have not signed is refused.
    case optional(authorityFile: String)
    /// A client that sends none is refused, too.
    case required(authorityFile: String)

    var authorityFile: String? {
        switch self {
        case .off: nil
        case .optional(let file), .required(let file): file
        }
    }
}

package struct TLSServerSettings: Hashable, Sendable {
    package var identity: TLSIdentity
    package var clientVerification: TLSClientVerification
    package var versions: TLSVersionRange

    package init(
        identity: TLSIdentity,
        clientVerification: TLSClientVerification = .off,
        versions: TLSVersionRange = TLSVersionRange()
    ) {
        self.identity = identity
        self.clientVerification = clientVerification
        self.versions = versions
    }
}

/// What a client asks of the server's certificate.
package enum TLSServerVerification: Hashable, Sendable {
    /// Nothing: keeps listeners out, but not somebody who stands between.
    case off
    /// It must be signed by one of the authorities.
    case authority(TLSAuthorities)
    /// It must name the server as well: by host name or IP address (RFC 6125; the subject's CN counts only if the
    /// certificate names no host otherwise).
    case authorityAndName(TLSAuthorities)
}

package enum TLSAuthorities: Hashable, Sendable {
    /// Those that the operating system trusts.
    case system
    /// Those of a PEM file.
    case file(String)
}

package struct TLSClientSettings: Hashable, Sendable {
    package var verification: TLSServerVerification
    /// Sent to a server that asks for one.
    package var identity: TLSIdentity?
    package var versions: TLSVersionRange

    package init(
        verification: TLSServerVerification,
        identity: TLSIdentity? = nil,
        versions: TLSVersionRange = TLSVersionRange()
    ) {
        self.verification = verification
        self.identity = identity
        self.versions = versions
    }
}
