package import ClusterModel
package import TLS

extension Configuration {
    /// `mysqld`: the server beside this sidecar.
    package struct MySQLD: Hashable, Sendable {
        package var address: ServerAddress
        package var user: String
        package var passwordFile: String?
        /// The first line of `passwordFile`; nil without such a file.
        package var password: Secret?
        /// Nil: connections are not encrypted; always so over a unix socket.
        package var tls: ServerTLS?
        package var probeIntervalMilliseconds: Int
    }

    /// `mysqld.tls`: encryption between the sidecar and mysqld. The files were loaded once while they were checked.
    package struct ServerTLS: Hashable, Sendable {
        package var settings: TLSClientSettings
    }
}

/// How far mysqld's certificate is checked.
enum ServerVerification: String, Sendable, CaseIterable {
    case none
    case ca
    case full
}

extension ConfigurationBuilder {
    mutating func mysqld() -> Configuration.MySQLD {
        let address = value(Schema.MySQLD.address)
        let passwordFile = value(Schema.MySQLD.passwordFile)
        return .init(
            address: address,
            user: value(Schema.MySQLD.user),
            passwordFile: passwordFile,
            password: passwordFile.flatMap { password(inFile: $0) },
            tls: serverTLS(to: address),
            probeIntervalMilliseconds: value(Schema.MySQLD.probeInterval)
        )
    }

    private mutating func password(inFile path: String) -> Secret? {
        let setting = Schema.MySQLD.passwordFile
        guard let contents = contents(of: path, setting) else { return nil }
        let secret: Secret
        do {
            secret = try PasswordFile.password(in: contents.bytes)
        } catch {
            report(.error, setting, "\(QuotedText.escaped(path)) \(error)")
            return nil
        }
        guard isClosed(contents, path, setting) else { return nil }
        return secret
    }
}
