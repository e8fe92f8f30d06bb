package import MySQLWire

/// The sidecar's own accounts, as a login asks for them. All comparisons take the same time whatever they compare.
package protocol AccountVerifying {
    /// There is no account at all.
    var isEmpty: Bool { get }

    /// The methods that the account's stored passwords are made for, one at least, the preferred first; empty if there is
    /// no such account.
    func methods(of user: String) -> [AuthenticationMethod]

    /// - Parameter proof: mysql_native_password's answer to the scramble: 20 bytes, or none for an empty password.
    func verify(user: String, nativePasswordProof proof: [UInt8], scramble: [UInt8]) -> Bool

    /// - Parameter proof: caching_sha2_password's answer to the scramble: 32 bytes, or none for an empty password.
    /// - Returns: nil if it takes the password itself to tell.
    func verify(user: String, cachingSHA2Proof proof: [UInt8], scramble: [UInt8]) -> Bool?

    /// - Parameter password: without a closing NUL.
    func verify(user: String, password: [UInt8]) -> Bool

    /// Whether the account may act, and not read alone (`role: operator`).
    func isOperator(_ user: String) -> Bool
}

extension AccountVerifying {
    package func isOperator(_ user: String) -> Bool { false }
}
