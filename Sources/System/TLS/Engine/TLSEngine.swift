internal import COpenSSL
package import NIOCore

/// One TLS session, without any I/O of its own: ciphertext in, plaintext out, and the other way round.
///
/// Its memory is bounded: input that was received is handed to OpenSSL by the next call, which gathers one record
/// (16 KiB and its overhead) at most; output is what the caller has given or a handshake needs, until
/// `takeCiphertext` takes it.
///
/// Not thread-safe: it belongs to one event loop. Sources: RFC 8446, RFC 5246; ssl(7).
package final class TLSEngine {
    package enum HandshakeProgress: Hashable, Sendable {
        case needsCiphertext
        case completed
    }

    package enum DecryptionOutcome: Hashable, Sendable {
        /// All that was received is decrypted; more may come.
        case needsCiphertext
        /// The other side has said that it sends no more (close_notify).
        case closed
    }

    /// The longest plaintext of a record in bytes (RFC 8446, section 5.1).
    package static let maximumRecordByteCount = 16_384
    /// What a record of the usual ciphers adds in bytes: buffers are sized by it, nothing depends on it.
    private static let recordOverheadByteCount = 64

    private let ssl: OpaquePointer
    private let pipe = CiphertextPipe()
    private let context: TLSContext
    private var hasFailed = false

    /// The handshake is done, and certificates are verified as far as the context wants it.
    package private(set) var isEstablished = false
    /// The other side's close_notify has come.
    package private(set) var isInputClosed = false
    /// Our close_notify is written: nothing can be encrypted any more.
    package private(set) var isOutputClosed = false

    /// - Parameter peerName: for a client: the server's host name or IP address, which its certificate must hold if the
    ///   context verifies names; a host name is also told to the server (RFC 6066, section 3).
    /// - Throws: `peerNameMissing`, `invalidPeerName`, `library`.
    package init(context: TLSContext, peerName: String? = nil) throws(TLSError) {
        OpenSSLErrors.clear()
        guard let ssl = SSL_new(context.handle.pointer) else {
            throw .library(reason: OpenSSLErrors.takeReason())
        }
        self.ssl = ssl
        self.context = context
        guard let bio = pipe.makeBIO() else { throw .library(reason: OpenSSLErrors.takeReason()) }
        // Reading and writing use the same BIO; the session takes over its one reference.
        SSL_set_bio(ssl, bio, bio)
        switch context.role {
        case .server:
            SSL_set_accept_state(ssl)
        case .client:
            SSL_set_connect_state(ssl)
            try expect(peerName)
        }
    }

    deinit {
        // Frees the BIO too, while the pipe that it points to still exists.
        SSL_free(ssl)
        OpenSSLErrors.clear()
    }

    private func expect(_ name: String?) throws(TLSError) {
        guard let name else {
            if context.verifiesName { throw .peerNameMissing }
            return
        }
        guard !name.isEmpty, !name.utf8.contains(0), name.utf8.count <= 255 else { throw .invalidPeerName }
        let parameters = SSL_get0_param(ssl)
        // Refuses what is no IP address, in version 4 or 6.
        let isAddress = X509_VERIFY_PARAM_set1_ip_asc(parameters, name) == 1
        OpenSSLErrors.clear()
        if isAddress { return }
        X509_VERIFY_PARAM_set_hostflags(parameters, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
        guard !context.verifiesName || X509_VERIFY_PARAM_set1_host(parameters, name, name.utf8.count) == 1,
            COpenSSL_SSL_set_tlsext_host_name(ssl, name) == 1
        else {
            OpenSSLErrors.clear()
            throw .invalidPeerName
        }
    }

    // MARK: - Ciphertext

    /// Takes what came from the other side; `handshake` or `decrypt` works on it.
    package func receive(_ ciphertext: ByteBuffer) {
        guard !hasFailed, !isInputClosed else { return }
        pipe.receive(ciphertext)
    }

    /// What is to be sent to the other side, also after an error: it may be an alert. Nil if nothing.
    package func takeCiphertext() -> ByteBuffer? { pipe.takeOutput() }

    /// How much `takeCiphertext` would give, in bytes.
    package var pendingCiphertextByteCount: Int { pipe.outputByteCount }

    // MARK: - Handshake

    /// Goes on with the handshake as far as the received bytes allow; a client's begins with the first call.
    ///
    /// - Throws: `peerNotTrusted`, `handshakeFailed`. The session is of no more use then.
    package func handshake() throws(TLSError) -> HandshakeProgress {
        guard !isEstablished else { return .completed }
        guard !hasFailed else { throw .handshakeFailed(reason: "an earlier error") }
        OpenSSLErrors.clear()
        let status = SSL_do_handshake(ssl)
        if status == 1 {
            isEstablished = true
            pipe.forgetDelivered()
            return .completed
        }
        if SSL_get_error(ssl, status) == SSL_ERROR_WANT_READ { return .needsCiphertext }
        fail()
        let verification = SSL_get_verify_result(ssl)
        if SSL_get_verify_mode(ssl) & SSL_VERIFY_PEER != 0, verification != X509_V_OK {
            OpenSSLErrors.clear()
            throw .peerNotTrusted(reason: Self.text(ofVerification: verification))
        }
        throw .handshakeFailed(reason: OpenSSLErrors.takeReason())
    }

    private static func text(ofVerification result: Int) -> String {
        X509_verify_cert_error_string(result).map { String(cString: $0) } ?? "error \(result)"
    }

    /// Nil before the end of the handshake.
    package var version: TLSVersion? {
        guard isEstablished, let name = SSL_get_version(ssl) else { return nil }
        return TLSVersion(rawValue: String(cString: name))
    }

    /// OpenSSL's name of the cipher suite, for example "TLS_AES_256_GCM_SHA384". Nil before the end of the handshake.
    package var cipher: String? {
        guard isEstablished, let cipher = SSL_get_current_cipher(ssl), let name = SSL_CIPHER_get_name(cipher) else {
            return nil
        }
        return String(cString: name)
    }

    /// The subject of the other side's certificate as RFC 2253 writes it, for example "CN=app,O=Example"; nil if it sent
    /// none. It is verified only if the context says so.
    package var peerSubject: String? {
        guard isEstablished, let certificate = SSL_get0_peer_certificate(ssl) else { return nil }
        defer { OpenSSLErrors.clear() }
        guard let sink = BIO_new(BIO_s_mem()) else { return nil }
        defer { BIO_free(sink) }
        guard X509_NAME_print_ex(sink, X509_get_subject_name(certificate), 0, COpenSSL_XN_FLAG_RFC2253) >= 0 else {
            return nil
        }
        return MemoryBIO.text(in: sink, maximumByteCount: 4_096)
    }

    // MARK: - Plaintext

    /// A size that probably holds what `decrypt` will give, in bytes.
    package var plaintextEstimate: Int { pipe.deliveredByteCount + pipe.input.readableBytes }

    /// Decrypts all that was received, and appends it.
    ///
    /// - Throws: `sessionFailed`, also if the handshake is not done. What was decrypted before the error is appended.
    package func decrypt(into plaintext: inout ByteBuffer) throws(TLSError) -> DecryptionOutcome {
        guard !isInputClosed else { return .closed }
        guard isEstablished, !hasFailed else { throw .sessionFailed(reason: "there is no session") }
        while true {
            let room = max(Int(SSL_pending(ssl)), min(plaintextEstimate, Self.maximumRecordByteCount), 1)
            var status: Int32 = 0
            OpenSSLErrors.clear()
            plaintext.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { bytes in
                var count = 0
                status = SSL_read_ex(ssl, bytes.baseAddress, bytes.count, &count)
                return status == 1 ? count : 0
            }
            if status == 1 {
                if SSL_pending(ssl) == 0 { pipe.forgetDelivered() }
                continue
            }
            switch SSL_get_error(ssl, status) {
            case SSL_ERROR_WANT_READ:
                return .needsCiphertext
            case SSL_ERROR_ZERO_RETURN:
                isInputClosed = true
                pipe.dropInput()
                return .closed
            default:
                fail()
                throw .sessionFailed(reason: OpenSSLErrors.takeReason())
            }
        }
    }

    /// Encrypts all of `plaintext` into records of up to 16 KiB.
    ///
    /// - Throws: `outputClosed`, `sessionFailed`.
    package func encrypt(_ plaintext: ByteBuffer) throws(TLSError) {
        guard !isOutputClosed else { throw .outputClosed }
        guard isEstablished, !hasFailed else { throw .sessionFailed(reason: "there is no session") }
        var plaintext = plaintext
        reserveCiphertext(forPlaintext: plaintext.readableBytes)
        while plaintext.readableBytes > 0 {
            OpenSSLErrors.clear()
            var status: Int32 = 0
            plaintext.readWithUnsafeReadableBytes { bytes in
                var count = 0
                status = SSL_write_ex(ssl, bytes.baseAddress, bytes.count, &count)
                return status == 1 ? min(count, bytes.count) : 0
            }
            guard status == 1 else {
                fail()
                throw .sessionFailed(reason: OpenSSLErrors.takeReason())
            }
        }
    }

    /// Makes room for what so many bytes become, so that `encrypt` need not make it bit by bit.
    package func reserveCiphertext(forPlaintext byteCount: Int) {
        guard byteCount > 0 else { return }
        let records = byteCount / Self.maximumRecordByteCount + 1
        pipe.reserveOutput(byteCount + records * Self.recordOverheadByteCount)
    }

    // MARK: - The end

    /// Says to the other side that this one sends no more (close_notify). Without a session there is nothing to say.
    package func closeOutput() {
        guard isEstablished, !hasFailed, !isOutputClosed else { return }
        isOutputClosed = true
        OpenSSLErrors.clear()
        // 0 means that the other side's close_notify has not come yet, which is nothing to wait for.
        _ = SSL_shutdown(ssl)
        OpenSSLErrors.clear()
    }

    /// The connection has ended: whether all that the other side sent has come.
    ///
    /// - Throws: `truncated`, `closedInHandshake`. Nothing if an error was thrown before.
    package func inputEnded() throws(TLSError) {
        guard !hasFailed, !isInputClosed else { return }
        isInputClosed = true
        pipe.dropInput()
        throw isEstablished ? .truncated : .closedInHandshake
    }

    private func fail() {
        hasFailed = true
        pipe.dropInput()
    }
}
