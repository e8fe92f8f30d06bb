internal import COpenSSL

/// Configures an SSL_CTX before its first use.
struct ContextLoader {
    let handle: ContextHandle

    private var context: OpaquePointer { handle.pointer }

    init(role: TLSContext.Role, versions: TLSVersionRange) throws(TLSContextError) {
        OpenSSLErrors.clear()
        let method =
            switch role {
            case .server: TLS_server_method()
            case .client: TLS_client_method()
            }
        guard let context = SSL_CTX_new(method) else { throw .library(reason: OpenSSLErrors.takeReason()) }
        handle = ContextHandle(owning: context)
        guard versions.least.number <= versions.most.number else { throw .invalidVersions(versions) }
        guard COpenSSL_SSL_CTX_set_min_proto_version(context, versions.least.number) == 1,
            COpenSSL_SSL_CTX_set_max_proto_version(context, versions.most.number) == 1
        else { throw .library(reason: OpenSSLErrors.takeReason()) }
        guard SSL_CTX_set_cipher_list(context, Self.ciphers) == 1 else {
            throw .library(reason: OpenSSLErrors.takeReason())
        }
        // Idle sessions give their record buffers back. A write may be repeated from another address and may end with
        // a record, as our buffers move.
        let modes = SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
        _ = COpenSSL_SSL_CTX_set_mode(context, Int(modes))
        // No session is resumed, so a client whose authority is removed by a reload does not get in by an old ticket.
        _ = SSL_CTX_set_options(
            context,
            COpenSSL_SSL_OP_NO_RENEGOTIATION | COpenSSL_SSL_OP_NO_COMPRESSION | COpenSSL_SSL_OP_NO_TICKET
        )
        _ = COpenSSL_SSL_CTX_set_session_cache_mode(context, Int(SSL_SESS_CACHE_OFF))
        _ = SSL_CTX_set_num_tickets(context, 0)
        // An encrypted key must not make the library ask on the terminal.
        SSL_CTX_set_default_passwd_cb(context) { _, _, _, _ in -1 }
    }

    /// Of TLS 1.2, which knows others: what is recorded today cannot be read with tomorrow's stolen key, and every record
    /// is encrypted and authenticated in one (RFC 9325). Those of TLS 1.3 are all so.
    private static let ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20"

    /// Loads the certificate chain and its key, and checks that they fit and that now is within their time.
    func load(_ identity: TLSIdentity) throws(TLSContextError) {
        let certificateFile = identity.certificateChainFile
        let keyFile = identity.privateKeyFile
        try FileAccess.check(certificateFile)
        try FileAccess.check(keyFile)
        OpenSSLErrors.clear()
        guard SSL_CTX_use_certificate_chain_file(context, certificateFile) == 1 else {
            throw .notACertificate(file: certificateFile, reason: OpenSSLErrors.takeReason())
        }
        try checkTime(certificateFile)
        guard SSL_CTX_use_PrivateKey_file(context, keyFile, SSL_FILETYPE_PEM) == 1 else {
            throw keyError(certificateFile: certificateFile, keyFile: keyFile)
        }
        guard SSL_CTX_check_private_key(context) == 1 else {
            OpenSSLErrors.clear()
            throw .keyMismatch(certificateFile: certificateFile, keyFile: keyFile)
        }
    }

    /// The library compares key and certificate while it takes the key, so a mismatch shows here as well.
    private func keyError(certificateFile: String, keyFile: String) -> TLSContextError {
        defer { OpenSSLErrors.clear() }
        var code = ERR_peek_error()
        let reason = ERR_reason_error_string(code).map { String(cString: $0) } ?? "no reason given"
        while code != 0 {
            let number = Int32(truncatingIfNeeded: code & 0x7f_ffff)
            let library = Int32(truncatingIfNeeded: code >> 23 & 0xff)
            switch (library, number) {
            case (ERR_LIB_X509, X509_R_KEY_VALUES_MISMATCH), (ERR_LIB_X509, X509_R_KEY_TYPE_MISMATCH):
                return .keyMismatch(certificateFile: certificateFile, keyFile: keyFile)
            case (ERR_LIB_PEM, PEM_R_BAD_PASSWORD_READ), (ERR_LIB_PEM, PEM_R_PROBLEMS_GETTING_PASSWORD):
                return .encryptedKey(file: keyFile)
            default:
                code = ERR_get_error()
            }
        }
        return .notAKey(file: keyFile, reason: reason)
    }

    private func checkTime(_ file: String) throws(TLSContextError) {
        guard let certificate = SSL_CTX_get0_certificate(context) else {
            throw .notACertificate(file: file, reason: "no certificate")
        }
        let end = X509_get0_notAfter(certificate)
        // Negative: earlier than now. 0: no time that can be read, which counts as expired.
        if X509_cmp_current_time(end) <= 0 { throw .expired(file: file, at: TimeText.of(end)) }
        let start = X509_get0_notBefore(certificate)
        if X509_cmp_current_time(start) > 0 { throw .notYetValid(file: file, from: TimeText.of(start)) }
    }

    func verifyClients(_ verification: TLSClientVerification) throws(TLSContextError) {
        if let file = verification.authorityFile {
            try trust(file)
            // Their names are told to clients, which choose a certificate by them.
            guard let names = SSL_load_client_CA_file(file) else {
                throw .notAnAuthority(file: file, reason: OpenSSLErrors.takeReason())
            }
            SSL_CTX_set_client_CA_list(context, names)
        }
        switch verification {
        case .off: SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nil)
        case .optional: SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
        case .required: SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
        }
    }

    func verifyServer(_ verification: TLSServerVerification) throws(TLSContextError) {
        switch verification {
        case .off:
            SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nil)
        case .authority(let authorities), .authorityAndName(let authorities):
            switch authorities {
            case .system:
                guard SSL_CTX_set_default_verify_paths(context) == 1 else {
                    throw .library(reason: OpenSSLErrors.takeReason())
                }
            case .file(let file):
                try trust(file)
            }
            SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
        }
    }

    private func trust(_ file: String) throws(TLSContextError) {
        try FileAccess.check(file)
        OpenSSLErrors.clear()
        guard SSL_CTX_load_verify_file(context, file) == 1 else {
            throw .notAnAuthority(file: file, reason: OpenSSLErrors.takeReason())
        }
    }
}

extension TLSVersion {
    /// The number on the wire.
    fileprivate var number: Int32 {
        switch self {
        case .tls12: TLS1_2_VERSION
        case .tls13: TLS1_3_VERSION
        }
    }
}

/// A certificate's time in OpenSSL's words.
private enum TimeText {
    static func of(_ time: UnsafePointer<ASN1_TIME>?) -> String {
        guard let time, let sink = BIO_new(BIO_s_mem()) else { return "a time that cannot be read" }
        defer { BIO_free(sink) }
        guard ASN1_TIME_print(sink, time) == 1 else { return "a time that cannot be read" }
        return MemoryBIO.text(in: sink, maximumByteCount: 64)
    }
}
