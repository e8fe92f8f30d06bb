package import NIOCore

/// Writes the server's side of answers of our own, in the form that the client negotiated.
package struct ResultSetWriter {
    private let deprecatesEOF: Bool
    /// The status flags that every OK and EOF of the answer carries.
    private var status: StatusFlags
    private let metadata: ResultMetadata
    package let encoding: ResultEncoding

    package init(capabilities: Capabilities, status: StatusFlags, encoding: ResultEncoding = .unconverted) {
        self.deprecatesEOF = capabilities.contains(.deprecateEOF)
        self.status = status
        self.encoding = encoding
        self.metadata = ResultMetadata(capabilities, encoding)
    }

    /// An OK packet (MariaDB: "OK_Packet").
    package func writeOK(to writer: inout PacketWriter) {
        writer.packet { writeOKBody(header: 0x00, to: &$0) }
    }

    /// The two forms that rows can have.
    package enum RowFormat: Sendable {
        /// Of COM_QUERY's answer.
        case text
        /// Of COM_STMT_EXECUTE's answer.
        case binary
    }

    /// A result set (MariaDB: "Result set packets").
    package func write(_ result: ResultSet, as format: RowFormat = .text, to writer: inout PacketWriter) {
        writeDefinitions(of: result, to: &writer)
        if !deprecatesEOF { writeEOF(to: &writer) }
        for row in result.rows {
            writer.packet { buffer in
                switch format {
                case .text: for (value, column) in zip(row, result.columns) { write(value, column, to: &buffer) }
                case .binary: writeBinary(row, columns: result.columns, to: &buffer)
                }
            }
        }
        writeEnd(to: &writer)
    }

    /// The answer to a COM_STMT_EXECUTE that opens a cursor: all of a result but its rows.
    package func writeCursor(on result: ResultSet, to writer: inout PacketWriter) {
        writeDefinitions(of: result, to: &writer)
        with(.cursorExists).writeEnd(to: &writer)
    }

    /// The answer to COM_STMT_FETCH.
    ///
    /// - Parameter isAtEnd: there were no more rows than these, and the cursor is closed.
    package func writeFetched(_ rows: [ByteBuffer], isAtEnd: Bool, to writer: inout PacketWriter) {
        for row in rows { writer.packet { $0.writeImmutableBuffer(row) } }
        with(isAtEnd ? .lastRowSent : .cursorExists).writeEnd(to: &writer)
    }

    private func with(_ flag: StatusFlags) -> ResultSetWriter {
        var writer = self
        writer.status.insert(flag)
        return writer
    }

    private func writeDefinitions(of result: ResultSet, to writer: inout PacketWriter) {
        writer.packet { metadata.writeColumnCount(result.columns.count, to: &$0) }
        for column in result.columns { writer.packet { metadata.write(column, to: &$0) } }
    }

    /// The answer to COM_STMT_PREPARE (MariaDB: "COM_STMT_PREPARE"): the counts, then a definition for each parameter
    /// and column.
    package func writePrepared(
        id: UInt32,
        parameterCount: Int,
        columns: [ColumnDefinition],
        to writer: inout PacketWriter
    ) {
        writer.packet { buffer in
            buffer.writeInteger(0x00 as UInt8)
            buffer.writeInteger(id, endianness: .little)
            buffer.writeInteger(UInt16(clamping: columns.count), endianness: .little)
            buffer.writeInteger(UInt16(clamping: parameterCount), endianness: .little)
            buffer.writeInteger(0 as UInt8)
            buffer.writeInteger(0 as UInt16)  // warnings
            if metadata.isOptional { buffer.writeInteger(1 as UInt8) }
        }
        for definitions in [Array(repeating: Self.parameter, count: parameterCount), columns] where !definitions.isEmpty
        {
            for definition in definitions { writer.packet { metadata.write(definition, to: &$0) } }
            if !deprecatesEOF { writeEOF(to: &writer) }
        }
    }

    private static let parameter = ColumnDefinition(
        name: "?",
        characterSet: CharacterSet.binary,
        length: 0,
        flags: .binary
    )

    private func writeEnd(to writer: inout PacketWriter) {
        if deprecatesEOF {
            writer.packet { writeOKBody(header: 0xfe, to: &$0) }
        } else {
            writeEOF(to: &writer)
        }
    }

    /// The answer to COM_FIELD_LIST: definitions with an empty default value, then the end.
    package func writeFieldList(_ columns: [ColumnDefinition], to writer: inout PacketWriter) {
        for column in columns {
            writer.packet { buffer in
                metadata.write(column, to: &buffer)
                buffer.writeInteger(0xfb as UInt8)
            }
        }
        writeEnd(to: &writer)
    }

    /// An EOF packet, for the commands that are answered with one (COM_SET_OPTION) and to end rows.
    package func writeEOF(to writer: inout PacketWriter) {
        writer.packet { buffer in
            buffer.writeInteger(0xfe as UInt8)
            buffer.writeInteger(0 as UInt16)
            buffer.writeInteger(status.rawValue, endianness: .little)
        }
    }

    private func writeOKBody(header: UInt8, to buffer: inout ByteBuffer) {
        buffer.writeInteger(header)
        buffer.writeInteger(0 as UInt16)  // affected rows and last insert id, one byte each
        buffer.writeInteger(status.rawValue, endianness: .little)
        buffer.writeInteger(0 as UInt16)  // warnings
    }

    /// A header, a bitmap of the NULLs that begins with two unused bits, and the values.
    func writeBinary(_ row: [SQLValue], columns: [ColumnDefinition], to buffer: inout ByteBuffer) {
        buffer.writeInteger(0x00 as UInt8)
        var nulls = [UInt8](repeating: 0, count: (columns.count + 9) / 8)
        for (index, value) in row.enumerated() where value == .null || columns[index].type == .null {
            nulls[(index + 2) / 8] |= 1 << UInt8((index + 2) % 8)
        }
        buffer.writeBytes(nulls)
        for (value, column) in zip(row, columns) where value != .null {
            if let bytes = encoded(value, column) {
                buffer.writeLengthEncoded(bytes)
            } else {
                BinaryValue.write(value, as: column.type, to: &buffer)
            }
        }
    }

    /// The bytes of a text that is converted.
    private func encoded(_ value: SQLValue, _ column: ColumnDefinition) -> [UInt8]? {
        guard case .text(let text) = value, column.characterSet != CharacterSet.binary else { return nil }
        return encoding.bytes(text)
    }

    private func write(_ value: SQLValue, _ column: ColumnDefinition, to buffer: inout ByteBuffer) {
        switch value {
        case .null: buffer.writeInteger(0xfb as UInt8)
        case .integer(let number): buffer.writeLengthEncoded(String(number).utf8)
        case .unsigned(let number): buffer.writeLengthEncoded(String(number).utf8)
        case .double(let number):
            // A column with fixed digits shows all of them.
            let isFixed = column.type == .double && column.decimals < 0x1f
            let text = isFixed ? DoubleText.fixed(number, scale: Int(column.decimals)) : DoubleText.shortest(number)
            buffer.writeLengthEncoded(text.utf8)
        case .text(let text), .decimal(let text):
            if let bytes = encoded(value, column) {
                buffer.writeLengthEncoded(bytes)
            } else {
                buffer.writeLengthEncoded(text.utf8)
            }
        case .blob(let bytes): buffer.writeLengthEncoded(bytes)
        }
    }
}

/// Column counts and definitions, whose form depends on what was negotiated.
private struct ResultMetadata {
    let isOptional: Bool
    let isCached: Bool
    let isExtended: Bool
    let encoding: ResultEncoding

    init(_ capabilities: Capabilities, _ encoding: ResultEncoding) {
        self.encoding = encoding
        isOptional = capabilities.contains(.optionalMetadata)
        isCached = capabilities.contains(.mariaDBCacheMetadata)
        isExtended = capabilities.contains(.mariaDBExtendedMetadata)
    }

    func writeColumnCount(_ count: Int, to buffer: inout ByteBuffer) {
        if isOptional { buffer.writeInteger(1 as UInt8) }
        buffer.writeLengthEncodedInteger(UInt64(count))
        if isCached { buffer.writeInteger(1 as UInt8) }
    }

    func write(_ definition: ColumnDefinition, to buffer: inout ByteBuffer) {
        let column = encoding.described(definition)
        buffer.writeLengthEncoded("def".utf8)
        for name in [column.schema, column.table, column.originalTable, column.name, column.originalName] {
            if let bytes = encoding.bytes(name) {
                buffer.writeLengthEncoded(bytes)
            } else {
                buffer.writeLengthEncoded(name.utf8)
            }
        }
        if isExtended { buffer.writeInteger(0 as UInt8) }
        buffer.writeInteger(12 as UInt8)  // length of the fixed fields below
        buffer.writeInteger(column.characterSet, endianness: .little)
        buffer.writeInteger(column.length, endianness: .little)
        buffer.writeInteger(column.type.rawValue)
        buffer.writeInteger(column.flags.rawValue, endianness: .little)
        buffer.writeInteger(column.decimals)
        buffer.writeInteger(0 as UInt16)
    }
}
