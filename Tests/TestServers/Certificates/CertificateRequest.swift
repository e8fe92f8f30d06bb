internal import COpenSSL

/// What a certificate is to say.
struct CertificateRequest {
    var commonName: String
    /// In seconds from now.
    var validity: (from: Int, until: Int)
    /// Extensions by their number, with values in OpenSSL's spelling (x509v3_config(5)).
    var extensions: [(Int32, String)]

    /// Makes the certificate (version 3, SHA-256) and writes it in PEM.
    func sign(subjectKey: SigningKey, issuerName: String, issuerKey: SigningKey, into file: String) throws {
        guard let certificate = X509_new() else { throw TestServerError("no memory for a certificate") }
        defer { X509_free(certificate) }
        // The highest bit stays clear, as a serial number is positive.
        let serial = Int.random(in: 1...Int.max)
        guard X509_set_version(certificate, Int(X509_VERSION_3)) == 1,
            ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial) == 1,
            X509_gmtime_adj(X509_getm_notBefore(certificate), validity.from) != nil,
            X509_gmtime_adj(X509_getm_notAfter(certificate), validity.until) != nil,
            X509_set_pubkey(certificate, subjectKey.pointer) == 1
        else { throw TestServerError("cannot fill in the certificate of \(commonName)") }
        try Self.set(commonName, in: X509_get_subject_name(certificate))
        try Self.set(issuerName, in: X509_get_issuer_name(certificate))
        for (number, value) in extensions {
            var context = X509V3_CTX()
            X509V3_set_ctx(&context, certificate, certificate, nil, nil, 0)
            guard let made = X509V3_EXT_conf_nid(nil, &context, number, value) else {
                throw TestServerError("not the value of an extension: \(value)")
            }
            defer { X509_EXTENSION_free(made) }
            guard X509_add_ext(certificate, made, -1) == 1 else { throw TestServerError("cannot add \(value)") }
        }
        guard X509_sign(certificate, issuerKey.pointer, EVP_sha256()) > 0, let sink = BIO_new_file(file, "w") else {
            throw TestServerError("cannot sign the certificate of \(commonName)")
        }
        defer { BIO_free(sink) }
        guard PEM_write_bio_X509(sink, certificate) == 1 else { throw TestServerError("cannot write \(file)") }
    }

    private static func set(_ commonName: String, in name: OpaquePointer?) throws {
        let bytes = Array(commonName.utf8)
        let status = X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, bytes, Int32(bytes.count), -1, 0)
        guard status == 1 else { throw TestServerError("not a common name: \(commonName)") }
    }
}
