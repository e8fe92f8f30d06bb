import Cryptography

/// mysql_native_password from the client's side.
enum NativePasswordClient {
    static func storedHash(_ password: String) -> String { NativePassword.storedHash(password) }

    static func proof(_ password: String, scramble: [UInt8]) -> [UInt8] {
        NativePassword.response(password: Array(password.utf8), scramble: scramble)
    }
}
