/// What is to be found out about a password of one of the sidecar's own accounts.
package enum PasswordCheck: Hashable, Sendable {
    /// mysql_native_password's answer to the scramble.
    case nativeProof([UInt8], scramble: [UInt8])
    /// caching_sha2_password's answer to the scramble.
    case cachingSHA2Proof([UInt8], scramble: [UInt8])
    /// The password itself, without a closing NUL.
    case password([UInt8])
    /// The password, encrypted by the sidecar's key.
    case ciphertext([UInt8], scramble: [UInt8])

    /// Takes milliseconds: not for an event loop.
    package var isSlow: Bool {
        switch self {
        case .nativeProof, .cachingSHA2Proof: false
        case .password, .ciphertext: true
        }
    }
}

extension AccountVerifying {
    /// - Returns: nil if it takes the password itself to tell.
    package func verify(user: String, _ check: PasswordCheck, cipher: some PasswordCipher) -> Bool? {
        switch check {
        case .nativeProof(let proof, let scramble):
            verify(user: user, nativePasswordProof: proof, scramble: scramble)
        case .cachingSHA2Proof(let proof, let scramble):
            verify(user: user, cachingSHA2Proof: proof, scramble: scramble)
        case .password(let password):
            verify(user: user, password: password)
        case .ciphertext(let bytes, let scramble):
            cipher.decrypt(bytes, scramble: scramble).map { verify(user: user, password: $0) } ?? false
        }
    }
}
