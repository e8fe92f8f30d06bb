package import NIOCore

/// The client's answer to the greeting (MariaDB: "Client handshake response"; MySQL: `HandshakeResponse41`).
package struct HandshakeResponse: Hashable, Sendable {
    package var capabilities: Capabilities
    package var characterSet: UInt8
    /// As it came. What mysqld makes of it is another matter (`accountName`).
    private var user: [UInt8]
    package var authenticationResponse: [UInt8]
    /// Empty for none.
    private var databaseBytes: [UInt8]
    private var plugin: [UInt8]
    /// The compression level that the client wants; nil without zstd.
    package var zstdLevel: UInt8?
    /// The connection attribute `program_name`, which the servers' own programs send; empty for most others.
    package var programName: String
    /// The connection attribute `_client_name`, by which the client's library calls itself; empty if it does not.
    package var libraryName: String
    /// Connection attributes as they came, with their length; empty without any.
    private var attributes = ByteBuffer()
    /// In bytes, as the client announces it.
    private var largestPacket: UInt32

    /// The length of a request for TLS, which is the head of a response.
    package static let tlsRequestBytes = 32

    /// Whether a payload asks for TLS and is not a response yet.
    package static func isTLSRequest(_ payload: ByteBuffer) -> Bool {
        guard payload.readableBytes == tlsRequestBytes,
            let low = payload.getInteger(at: payload.readerIndex, endianness: .little, as: UInt32.self)
        else { return false }
        return Capabilities(rawValue: UInt64(low)).isSuperset(of: [.protocol41, .tls])
    }

    /// - Throws: `malformedHandshakeResponse` for a cut packet, a TLS request or a protocol before 4.1.
    package init(_ payload: ByteBuffer) throws(ProtocolViolation) {
        var bytes = payload
        guard let low = bytes.readInteger(endianness: .little, as: UInt32.self) else {
            throw .malformedHandshakeResponse("cut")
        }
        guard Capabilities(rawValue: UInt64(low)).contains(.protocol41) else {
            throw .malformedHandshakeResponse("a client of protocol 4.1 or later is needed")
        }
        guard let largestPacket = bytes.readInteger(endianness: .little, as: UInt32.self),
            let characterSet: UInt8 = bytes.readInteger(),
            bytes.readSlice(length: 19) != nil,
            let extended = bytes.readInteger(endianness: .little, as: UInt32.self)
        else { throw .malformedHandshakeResponse("cut") }
        var raw = UInt64(low)
        if !Capabilities(rawValue: raw).contains(.mysql) { raw |= UInt64(extended) << 32 }
        let capabilities = Capabilities(rawValue: raw)
        if bytes.readableBytes == 0 {
            throw .malformedHandshakeResponse(
                capabilities.contains(.tls) ? "TLS was asked for and is not offered here" : "no user"
            )
        }
        guard let user = bytes.readNULTerminatedBytes() else { throw .malformedHandshakeResponse("no user") }

        let response: [UInt8]?
        if capabilities.contains(.pluginAuthLengthEncoded) {
            response = bytes.readLengthEncodedSlice().map { Array($0.readableBytesView) }
        } else if capabilities.contains(.secureConnection) {
            let length: UInt8? = bytes.readInteger()
            response = length.flatMap { bytes.readBytes(length: Int($0)) }
        } else {
            response = bytes.readNULTerminatedBytes()
        }
        guard let response else { throw .malformedHandshakeResponse("cut authentication response") }

        var database: [UInt8]?
        if capabilities.contains(.connectWithDatabase) {
            // PHP's and older clients leave an empty name out altogether.
            database = bytes.readNULTerminatedBytes()
        }
        var plugin: [UInt8] = []
        if capabilities.contains(.pluginAuth) {
            plugin = bytes.readNULTerminatedBytes() ?? bytes.readBytes(length: bytes.readableBytes) ?? []
        }
        let attributesIndex = bytes.readerIndex
        let attributes = capabilities.contains(.connectAttributes) ? bytes.readLengthEncodedSlice() : nil
        if attributes != nil {
            let length = bytes.readerIndex - attributesIndex
            self.attributes = payload.getSlice(at: attributesIndex, length: length) ?? ByteBuffer()
        }
        if capabilities.contains(.zstdCompression) { zstdLevel = bytes.readInteger() }
        self.capabilities = capabilities
        self.largestPacket = largestPacket
        self.characterSet = characterSet
        self.user = user
        self.authenticationResponse = response
        self.databaseBytes = database ?? []
        self.plugin = plugin
        self.programName = attributes.flatMap { Self.attribute("program_name", in: $0) } ?? ""
        self.libraryName = attributes.flatMap { Self.attribute("_client_name", in: $0) } ?? ""
    }

    /// Attributes are keys and values in turn (MySQL: `page_protocol_connection_phase_packets_protocol_handshake_response`).
    private static func attribute(_ name: StaticString, in attributes: ByteBuffer) -> String? {
        var rest = attributes
        while let key = rest.readLengthEncodedSlice(), let value = rest.readLengthEncodedSlice() {
            if key.readableBytesView.elementsEqual("\(name)".utf8), value.readableBytes <= 255 {
                return String(decoding: value.readableBytesView, as: UTF8.self)
            }
        }
        return nil
    }

    /// Empty when the client did not say.
    package var authenticationPlugin: String { String(decoding: plugin, as: UTF8.self) }

    package var database: String? {
        databaseBytes.isEmpty ? nil : String(decoding: databaseBytes, as: UTF8.self)
    }

    /// The user as mysqld will read it; nil if that is not certain.
    package func accountName(serverVersion: String) -> AccountName? {
        AccountName(user, in: .login, characterSet: UInt16(characterSet), serverVersion: serverVersion)
    }

    /// The payload for mysqld, with capabilities that were never offered taken out again, and without the proof.
    ///
    /// - Parameters:
    ///   - negotiated: what both sides may use.
    ///   - keepingDatabase: false when the database is one that only this sidecar knows.
    package func relayed(
        as name: AccountName,
        negotiated: Capabilities,
        keepingDatabase: Bool
    ) -> ByteBuffer {
        Self.payload(
            Fields(
                capabilities: capabilities.intersection(negotiated),
                largestPacket: largestPacket,
                characterSet: characterSet,
                user: name,
                database: keepingDatabase ? databaseBytes : [],
                attributes: attributes
            )
        )
    }
}
