package import NIOCore

/// What COM_STMT_EXECUTE asks for (MariaDB: "COM_STMT_EXECUTE"; MySQL: `page_protocol_com_stmt_execute`).
package struct StatementExecution: Hashable, Sendable {
    /// The type of a parameter as the client sends it.
    package struct ParameterType: Hashable, Sendable {
        package var code: UInt8
        package var isUnsigned: Bool

        package init(code: UInt8, isUnsigned: Bool) {
            self.code = code
            self.isUnsigned = isUnsigned
        }
    }

    package var parameters: [SQLValue]
    /// As sent now, or as sent the last time.
    package var types: [ParameterType]
    /// The rows are to come by COM_STMT_FETCH.
    package var opensCursor: Bool

    /// - Parameters:
    ///   - payload: what follows the statement id.
    ///   - parameterCount: as the statement was prepared.
    ///   - knownTypes: of the last execution, for clients that do not send them again.
    ///   - longData: what COM_STMT_SEND_LONG_DATA sent, by the parameter's position.
    ///   - decode: reads a text in the client's set.
    /// - Throws: `SQLError` 1210 for bytes that do not hold what they announce.
    package init(
        _ payload: ByteBuffer,
        parameterCount: Int,
        knownTypes: [ParameterType],
        longData: [Int: [UInt8]],
        capabilities: Capabilities,
        decode: ([UInt8]) throws(SQLError) -> String = { bytes throws(SQLError) in
            String(decoding: bytes, as: UTF8.self)
        }
    ) throws(SQLError) {
        var bytes = payload
        guard let flags = bytes.readInteger(as: UInt8.self), bytes.readSlice(length: 4) != nil else {
            throw Self.malformed
        }
        opensCursor = flags & Self.readOnlyCursor != 0
        var count = parameterCount
        let hasAttributes = capabilities.contains(.queryAttributes)
        if hasAttributes, parameterCount > 0 || flags & Self.parameterCountAvailable != 0 {
            // Query attributes are parameters behind those of the statement.
            guard let all = bytes.readLengthEncodedInteger(), all >= UInt64(parameterCount), all <= 0xffff else {
                throw Self.malformed
            }
            count = Int(all)
        }
        types = knownTypes
        parameters = []
        guard count > 0 else { return }
        guard let nulls = bytes.readBytes(length: (count + 7) / 8), let isBound = bytes.readInteger(as: UInt8.self)
        else { throw Self.malformed }
        if isBound == 1 { types = try Self.readTypes(count, hasNames: hasAttributes, from: &bytes) }
        guard types.count >= count else { throw Self.malformed }
        for index in 0..<count {
            if let data = longData[index] {
                parameters.append(.text(try decode(data)))
            } else if nulls[index / 8] & (1 << UInt8(index % 8)) != 0 {
                parameters.append(.null)
            } else if BinaryValue.isText(types[index].code), let text = bytes.readLengthEncodedSlice() {
                parameters.append(.text(try decode(Array(text.readableBytesView))))
            } else if let value = BinaryValue.read(types[index], from: &bytes) {
                parameters.append(value)
            } else {
                throw Self.malformed
            }
        }
        parameters.removeLast(count - parameterCount)
    }

    private static let readOnlyCursor: UInt8 = 1
    private static let parameterCountAvailable: UInt8 = 8

    private static func readTypes(
        _ count: Int,
        hasNames: Bool,
        from bytes: inout ByteBuffer
    ) throws(SQLError) -> [ParameterType] {
        var types: [ParameterType] = []
        for _ in 0..<count {
            guard let code = bytes.readInteger(as: UInt8.self), let flags = bytes.readInteger(as: UInt8.self) else {
                throw malformed
            }
            if hasNames, bytes.readLengthEncodedSlice() == nil { throw malformed }
            types.append(ParameterType(code: code, isUnsigned: flags & 0x80 != 0))
        }
        return types
    }

    private static let malformed = SQLError(
        errno: 1210,
        sqlState: "HY000",
        message: "Incorrect arguments to mysqld_stmt_execute"
    )
}
