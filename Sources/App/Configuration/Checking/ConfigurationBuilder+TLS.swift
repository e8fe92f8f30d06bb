internal import ClusterModel
internal import TLS

/// `sql.tls` and `mysqld.tls`
extension ConfigurationBuilder {
    // MARK: - Clients

    /// - Returns: nil where clients cannot encrypt, or something was reported.
    mutating func listenerTLS() -> Configuration.ListenerTLS? {
        guard !hasError("sql.tls") else { return nil }
        let certificate = value(Schema.SQL.tlsCertificate)
        let key = value(Schema.SQL.tlsKey)
        let authority = value(Schema.SQL.tlsClientCA)
        let clients: Configuration.ClientEncryption = value(Schema.SQL.tlsRequire) ? .required : .optional
        let needsClientCertificate = value(Schema.SQL.tlsRequireClientCertificate)
        if certificate == nil {
            let advice = "needs sql.tls.certificate and sql.tls.key; give both, or remove it"
            if key != nil { report(.error, Schema.SQL.tlsKey, "needs sql.tls.certificate; give it, or remove the key") }
            if authority != nil { report(.error, Schema.SQL.tlsClientCA, advice) }
            if clients == .required { report(.error, Schema.SQL.tlsRequire, advice) }
        }
        if needsClientCertificate, authority == nil {
            let advice = "needs sql.tls.client_ca, whose certificates are accepted; give it, or remove this key"
            report(.error, Schema.SQL.tlsRequireClientCertificate, advice)
        }
        if certificate != nil, key == nil {
            report(.error, Schema.SQL.tlsCertificate, "needs sql.tls.key, the file of its private key; give it")
        }
        guard let certificate, let key, !needsClientCertificate || authority != nil else { return nil }
        if needsClientCertificate, clients == .optional {
            let advice = "does not hold for clients that do not encrypt; set sql.tls.require: true as well"
            report(.warning, Schema.SQL.tlsRequireClientCertificate, advice)
        }
        let verification: TLSClientVerification =
            switch authority {
            case let file? where needsClientCertificate: .required(authorityFile: file)
            case let file?: .optional(authorityFile: file)
            case nil: .off
            }
        let settings = TLSServerSettings(
            identity: TLSIdentity(certificateChainFile: certificate, privateKeyFile: key),
            clientVerification: verification
        )
        guard isReadable(keyFile: key, Schema.SQL.tlsKey) else { return nil }
        do {
            try files.check(settings)
        } catch {
            report(error, Schema.SQL.tlsCertificate, Schema.SQL.tlsKey, Schema.SQL.tlsClientCA)
            return nil
        }
        return Configuration.ListenerTLS(settings: settings, clients: clients)
    }

    // MARK: - mysqld

    /// - Returns: nil where connections to mysqld are not encrypted, or something was reported.
    mutating func serverTLS(to address: ServerAddress) -> Configuration.ServerTLS? {
        guard !hasError(Schema.mysqldTLSSection), !hasError(Schema.MySQLD.address.path) else { return nil }
        guard let first = Schema.MySQLD.tls.first(where: { hasValue($0) }) else {
            let isEmptySection = Schema.MySQLD.tls.contains { written[$0.path]?.source == .file }
            let isSwitchedOff = Schema.MySQLD.tls.contains { written[$0.path]?.source == .environment }
            if isEmptySection, !isSwitchedOff, let any = Schema.MySQLD.tls.first(where: { written[$0.path] != nil }) {
                reportSection(any, Schema.emptyMysqldTLSMessage)
            }
            return nil
        }
        if case .unixSocket = address {
            let advice = "TLS over a unix socket brings nothing; remove it, or give mysqld.address as host:port"
            reportSection(first, advice)
            return nil
        }
        guard let verification = serverVerification(), let identity = clientIdentity() else { return nil }
        let settings = TLSClientSettings(verification: verification, identity: identity)
        do {
            try files.check(settings)
        } catch {
            report(error, Schema.MySQLD.tlsCertificate, Schema.MySQLD.tlsKey, Schema.MySQLD.tlsCA)
            return nil
        }
        return Configuration.ServerTLS(settings: settings)
    }

    private mutating func serverVerification() -> TLSServerVerification? {
        let given = value(Schema.MySQLD.tlsVerify)
        if given == nil { derived[Schema.MySQLD.tlsVerify.path] = ServerVerification.full.rawValue }
        let authorityFile = value(Schema.MySQLD.tlsCA)
        let authorities = authorityFile.map { TLSAuthorities.file($0) } ?? .system
        switch given ?? .full {
        case .full: return .authorityAndName(authorities)
        case .ca: return .authority(authorities)
        case .none:
            guard authorityFile == nil else {
                report(.error, Schema.MySQLD.tlsCA, "is not looked at with verify: none; remove one of the two")
                return nil
            }
            return .off
        }
    }

    /// - Returns: nil if something was reported, `.some(nil)` where there is no identity.
    private mutating func clientIdentity() -> TLSIdentity?? {
        switch (value(Schema.MySQLD.tlsCertificate), value(Schema.MySQLD.tlsKey)) {
        case (nil, nil):
            return .some(nil)
        case (let certificate?, let key?):
            guard isReadable(keyFile: key, Schema.MySQLD.tlsKey) else { return nil }
            return TLSIdentity(certificateChainFile: certificate, privateKeyFile: key)
        case (_?, nil):
            report(.error, Schema.MySQLD.tlsCertificate, "needs mysqld.tls.key, the file of its private key; give it")
            return nil
        case (nil, _?):
            report(.error, Schema.MySQLD.tlsKey, "needs mysqld.tls.certificate; give it, or remove the key")
            return nil
        }
    }

    private func hasValue(_ setting: any AnySetting) -> Bool {
        guard let raw = written[setting.path]?.value else { return false }
        return raw != .null
    }

    // MARK: - Both

    /// Looks at a private key's permissions; the key itself is loaded together with its certificate.
    private mutating func isReadable(keyFile: String, _ setting: any AnySetting) -> Bool {
        guard let contents = contents(of: keyFile, setting) else { return false }
        return isClosed(contents, keyFile, setting)
    }

    /// Reports a file's problem at the key that names the file.
    private mutating func report(
        _ error: TLSContextError,
        _ certificate: Setting<String?>,
        _ key: Setting<String?>,
        _ authority: Setting<String?>
    ) {
        let setting =
            switch error {
            case .notACertificate, .expired, .notYetValid: certificate
            case .notAKey, .encryptedKey, .keyMismatch: key
            case .notAnAuthority: authority
            case .unreadable(let file, _): [certificate, key, authority].first { value($0) == file } ?? certificate
            case .invalidVersions, .library: value(certificate) == nil ? authority : certificate
            }
        report(.error, setting, QuotedText.escaped(error.description))
    }

    private mutating func reportSection(_ setting: any AnySetting, _ message: String) {
        let place = written[setting.path]?.place ?? .nowhere
        issues.append(ConfigurationIssue(.error, at: place, key: Schema.mysqldTLSSection, message))
    }
}
