/// How a connection of the sidecar's own to mysqld is encrypted. The files, in PEM, are read with each connection.
package struct ConnectionTLS: Hashable, Sendable {
    /// What is asked of the server's certificate.
    package enum Verification: Hashable, Sendable {
        case off
        /// It must be signed by one of the authorities.
        case authority
        /// It must name the server as well.
        case authorityAndName
    }

    package var verification: Verification
    /// Nil for the authorities that the operating system trusts.
    package var authorityFile: String?
    /// Both or none.
    package var certificateFile: String?
    package var keyFile: String?

    package init(
        verification: Verification,
        authorityFile: String? = nil,
        certificateFile: String? = nil,
        keyFile: String? = nil
    ) {
        self.verification = verification
        self.authorityFile = authorityFile
        self.certificateFile = certificateFile
        self.keyFile = keyFile
    }
}
