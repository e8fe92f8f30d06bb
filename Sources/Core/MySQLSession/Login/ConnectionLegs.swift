/// Which of a session's two connections nobody can listen in on, in the eyes of client and server.
package struct ConnectionLegs: Hashable, Sendable {
    /// The client is connected by TLS.
    package var isClientSecure: Bool
    /// mysqld is connected by TLS or by its unix socket.
    package var isServerSecure: Bool
    /// mysqld is connected by TLS: sha256_password, other than caching_sha2_password, wants a password encrypted over
    /// its unix socket as well.
    package var isServerEncrypted: Bool
    /// The client is on this host: some clients (libmariadb 3.3) send a password in clear where TLS was only wished
    /// for, and there it does no harm.
    package var isClientLocal: Bool

    package init(
        isClientSecure: Bool,
        isServerSecure: Bool,
        isServerEncrypted: Bool? = nil,
        isClientLocal: Bool = false
    ) {
        self.isClientSecure = isClientSecure
        self.isServerSecure = isServerSecure
        self.isServerEncrypted = isServerEncrypted ?? isServerSecure
        self.isClientLocal = isClientLocal
    }
}
