package import NIOCore

/// The first packet of a connection (MariaDB: "Initial handshake packet"; MySQL: `HandshakeV10`).
package struct ServerGreeting: Hashable, Sendable {
    package var serverVersion: String
    package var connectionID: UInt32
    /// The challenge, without its closing NUL; 20 bytes for the methods of today.
    package var scramble: [UInt8]
    package var capabilities: Capabilities
    package var characterSet: UInt8
    package var status: StatusFlags
    /// The authentication method that the server will try first; empty without CLIENT_PLUGIN_AUTH.
    package var authenticationPlugin: String

    package init(
        serverVersion: String,
        connectionID: UInt32,
        scramble: [UInt8],
        capabilities: Capabilities,
        characterSet: UInt8,
        status: StatusFlags,
        authenticationPlugin: String
    ) {
        self.serverVersion = serverVersion
        self.connectionID = connectionID
        self.scramble = scramble
        self.capabilities = capabilities
        self.characterSet = characterSet
        self.status = status
        self.authenticationPlugin = authenticationPlugin
    }

    /// The version as `SELECT VERSION()` gives it: MariaDB puts `5.5.5-` before it in greetings, for replicas that
    /// could not read its real number (MariaDB: "Initial handshake packet").
    package var plainServerVersion: String {
        let prefix = "5.5.5-"
        let isPrefixed = serverVersion.hasPrefix(prefix) && serverVersion.contains("MariaDB")
        return isPrefixed ? String(serverVersion.dropFirst(prefix.count)) : serverVersion
    }

    package var isMariaDB: Bool { serverVersion.contains("MariaDB") }

    /// What a server says instead of a greeting when it will not talk (too many connections, host blocked).
    package enum Reply: Hashable, Sendable {
        case greeting(ServerGreeting)
        case refusal(SQLError)
    }

    /// - Throws: `malformedGreeting` for bytes that are neither a version 10 greeting nor an error packet.
    package static func parse(_ payload: ByteBuffer) throws(ProtocolViolation) -> Reply {
        var bytes = payload
        guard let protocolVersion: UInt8 = bytes.readInteger() else { throw .malformedGreeting("empty") }
        if protocolVersion == 0xff {
            guard let error = SQLError(errorPacket: payload) else { throw .malformedGreeting("cut error packet") }
            return .refusal(error)
        }
        guard protocolVersion == 10 else { throw .malformedGreeting("protocol version \(protocolVersion)") }
        guard let version = bytes.readNULTerminatedBytes(), version.count <= 255,
            let connectionID = bytes.readInteger(endianness: .little, as: UInt32.self),
            let firstPart = bytes.readBytes(length: 8),
            bytes.readSlice(length: 1) != nil,
            let capabilitiesLow = bytes.readInteger(endianness: .little, as: UInt16.self),
            let characterSet: UInt8 = bytes.readInteger(),
            let status = bytes.readInteger(endianness: .little, as: UInt16.self),
            let capabilitiesHigh = bytes.readInteger(endianness: .little, as: UInt16.self),
            let scrambleLength: UInt8 = bytes.readInteger(),
            bytes.readSlice(length: 6) != nil,
            let extended = bytes.readInteger(endianness: .little, as: UInt32.self)
        else { throw .malformedGreeting("cut") }

        var raw = UInt64(capabilitiesLow) | UInt64(capabilitiesHigh) << 16
        if !Capabilities(rawValue: raw).contains(.mysql) { raw |= UInt64(extended) << 32 }
        let capabilities = Capabilities(rawValue: raw)
        var scramble = firstPart
        if capabilities.contains(.secureConnection) {
            let length = max(13, Int(scrambleLength) - 8)
            guard let secondPart = bytes.readBytes(length: length) else { throw .malformedGreeting("cut scramble") }
            scramble += secondPart
            if scramble.last == 0 { scramble.removeLast() }
        }
        var plugin: [UInt8] = []
        if capabilities.contains(.pluginAuth) {
            // Some old servers leave the closing NUL out.
            plugin = bytes.readNULTerminatedBytes() ?? bytes.readBytes(length: bytes.readableBytes) ?? []
        }
        return .greeting(
            ServerGreeting(
                serverVersion: String(decoding: version, as: UTF8.self),
                connectionID: connectionID,
                scramble: scramble,
                capabilities: capabilities,
                characterSet: characterSet,
                status: StatusFlags(rawValue: status),
                authenticationPlugin: String(decoding: plugin, as: UTF8.self)
            )
        )
    }

    package func write(to writer: inout PacketWriter) {
        writer.packet { buffer in
            buffer.writeInteger(10 as UInt8)
            buffer.writeNULTerminated(serverVersion.utf8)
            buffer.writeInteger(connectionID, endianness: .little)
            buffer.writeBytes(scramble.prefix(8))
            buffer.writeInteger(0 as UInt8)
            buffer.writeInteger(UInt16(truncatingIfNeeded: capabilities.rawValue), endianness: .little)
            buffer.writeInteger(characterSet)
            buffer.writeInteger(status.rawValue, endianness: .little)
            buffer.writeInteger(UInt16(truncatingIfNeeded: capabilities.rawValue >> 16), endianness: .little)
            buffer.writeInteger(capabilities.contains(.pluginAuth) ? UInt8(clamping: scramble.count + 1) : 0)
            buffer.writeRepeatingByte(0, count: 6)
            buffer.writeInteger(UInt32(truncatingIfNeeded: capabilities.rawValue >> 32), endianness: .little)
            buffer.writeBytes(scramble.dropFirst(8))
            buffer.writeRepeatingByte(0, count: max(1, 13 - max(0, scramble.count - 8)))
            if capabilities.contains(.pluginAuth) { buffer.writeNULTerminated(authenticationPlugin.utf8) }
        }
    }
}
