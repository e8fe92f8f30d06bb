import NIOCore

@testable import MySQLSession
@testable import MySQLWire

/// Three accounts: `topology` by mysql_native_password, `sha` by caching_sha2_password and `both` by both. A proof is the scramble itself,
/// in sha's case only while it is cached; the password is `secret`.
struct ThreeAccounts: AccountVerifying {
    var isCached = true
    var isEmpty: Bool { false }

    func methods(of user: String) -> [AuthenticationMethod] {
        switch user {
        case "topology": [.nativePassword]
        case "sha": [.cachingSHA2]
        case "both": [.cachingSHA2, .nativePassword]
        default: []
        }
    }

    func verify(user: String, nativePasswordProof proof: [UInt8], scramble: [UInt8]) -> Bool { proof == scramble }

    func verify(user: String, cachingSHA2Proof proof: [UInt8], scramble: [UInt8]) -> Bool? {
        isCached ? proof == scramble : nil
    }

    func verify(user: String, password: [UInt8]) -> Bool { password == Array("secret".utf8) }
}

/// What mysqld and clients say at a login.
enum LoginPackets {
    static func greeting(plugin: String = "mysql_native_password") -> ServerGreeting {
        ServerGreeting(
            serverVersion: "5.5.5-10.11.6-MariaDB",
            connectionID: 42,
            scramble: Array(repeating: 33, count: 20),
            capabilities: [
                .protocol41, .secureConnection, .pluginAuth, .pluginAuthLengthEncoded, .tls, .compress, .deprecateEOF,
                .connectWithDatabase, .connectAttributes, .mariaDBProgress,
            ],
            characterSet: 45,
            status: .autocommit,
            authenticationPlugin: plugin
        )
    }

    static func response(
        user: String,
        proof: [UInt8] = Array(repeating: 9, count: 20),
        database: String? = nil,
        plugin: String = "mysql_native_password",
        capabilities extra: Capabilities = [],
        without missing: Capabilities = []
    ) -> PacketReader.Packet {
        var capabilities: Capabilities = [.mysql, .protocol41, .secureConnection, .pluginAuth, .connectAttributes]
        capabilities.formUnion(extra)
        capabilities.subtract(missing)
        if database != nil { capabilities.insert(.connectWithDatabase) }
        var bytes = ByteBuffer()
        bytes.writeInteger(UInt32(truncatingIfNeeded: capabilities.rawValue), endianness: .little)
        bytes.writeInteger(0x0100_0000 as UInt32, endianness: .little)
        bytes.writeInteger(45 as UInt8)
        bytes.writeRepeatingByte(0, count: 23)
        bytes.writeNULTerminated(user.utf8)
        bytes.writeInteger(UInt8(proof.count))
        bytes.writeBytes(proof)
        if let database { bytes.writeNULTerminated(database.utf8) }
        if capabilities.contains(.pluginAuth) { bytes.writeNULTerminated(plugin.utf8) }
        bytes.writeLengthEncoded([3, 97, 98, 99, 1, 120])
        return PacketReader.Packet(sequence: 1, payload: bytes)
    }
}
