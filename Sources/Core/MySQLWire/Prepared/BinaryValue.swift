internal import NIOCore

/// Values as the binary protocol writes them (MariaDB: "Resultset row", binary; MySQL:
/// `page_protocol_binary_resultset`).
enum BinaryValue {
    /// Whether values of a type are texts in the client's set: VARCHAR, JSON, ENUM, SET, VAR_STRING, STRING.
    static func isText(_ type: UInt8) -> Bool {
        switch type {
        case 0x0f, 0xf5, 0xf7, 0xf8, 0xfd, 0xfe: true
        default: false
        }
    }

    /// A parameter that a client sent, but no text; nil when its bytes are cut or its type is unknown.
    static func read(_ type: StatementExecution.ParameterType, from bytes: inout ByteBuffer) -> SQLValue? {
        switch type.code {
        case 0x06:  // NULL
            .null
        case 0x01:  // TINY
            type.isUnsigned
                ? bytes.readInteger(as: UInt8.self).map { .integer(Int64($0)) }
                : bytes.readInteger(as: Int8.self).map { .integer(Int64($0)) }
        case 0x02, 0x0d:  // SHORT, YEAR
            type.isUnsigned
                ? bytes.readInteger(endianness: .little, as: UInt16.self).map { .integer(Int64($0)) }
                : bytes.readInteger(endianness: .little, as: Int16.self).map { .integer(Int64($0)) }
        case 0x03, 0x09:  // LONG, INT24
            type.isUnsigned
                ? bytes.readInteger(endianness: .little, as: UInt32.self).map { .integer(Int64($0)) }
                : bytes.readInteger(endianness: .little, as: Int32.self).map { .integer(Int64($0)) }
        case 0x08:  // LONGLONG
            bytes.readInteger(endianness: .little, as: UInt64.self).map { bits in
                type.isUnsigned && bits > UInt64(Int64.max) ? .unsigned(bits) : .integer(Int64(bitPattern: bits))
            }
        case 0x04:  // FLOAT
            bytes.readInteger(endianness: .little, as: UInt32.self).map { .double(Double(Float(bitPattern: $0))) }
        case 0x05:  // DOUBLE
            bytes.readInteger(endianness: .little, as: UInt64.self).map { .double(Double(bitPattern: $0)) }
        case 0x07, 0x0a, 0x0c:  // TIMESTAMP, DATE, DATETIME
            readDateTime(isDate: type.code == 0x0a, from: &bytes)
        case 0x0b:  // TIME
            readTime(from: &bytes)
        case 0x00, 0xf6:  // DECIMAL, NEWDECIMAL: digits with their length
            // No number of a server's has as many digits as are kept.
            bytes.readLengthEncodedSlice().map {
                .decimal(String(decoding: $0.readableBytesView.prefix(4096), as: UTF8.self))
            }
        case 0x10, 0xf9...0xfc, 0xff:  // BIT, BLOB, GEOMETRY: bytes with their length
            bytes.readLengthEncodedSlice().map { .text(String(decoding: $0.readableBytesView, as: UTF8.self)) }
        default:
            nil
        }
    }

    private static func readDateTime(isDate: Bool, from bytes: inout ByteBuffer) -> SQLValue? {
        guard let length = bytes.readInteger(as: UInt8.self), [0, 4, 7, 11].contains(length),
            var field = bytes.readSlice(length: Int(length))
        else { return nil }
        let year = field.readInteger(endianness: .little, as: UInt16.self) ?? 0
        let month = field.readInteger(as: UInt8.self) ?? 0
        let day = field.readInteger(as: UInt8.self) ?? 0
        let date = "\(padded(Int(year), 4))-\(padded(Int(month), 2))-\(padded(Int(day), 2))"
        return .text(isDate ? date : date + " " + readClock(&field, days: 0))
    }

    private static func readTime(from bytes: inout ByteBuffer) -> SQLValue? {
        guard let length = bytes.readInteger(as: UInt8.self), [0, 8, 12].contains(length),
            var field = bytes.readSlice(length: Int(length))
        else { return nil }
        let isNegative = field.readInteger(as: UInt8.self) == 1
        let days = field.readInteger(endianness: .little, as: UInt32.self) ?? 0
        return .text((isNegative ? "-" : "") + readClock(&field, days: Int(days)))
    }

    private static func readClock(_ field: inout ByteBuffer, days: Int) -> String {
        let hours = Int(field.readInteger(as: UInt8.self) ?? 0) + days * 24
        let minutes = Int(field.readInteger(as: UInt8.self) ?? 0)
        let seconds = Int(field.readInteger(as: UInt8.self) ?? 0)
        let micros = Int(field.readInteger(endianness: .little, as: UInt32.self) ?? 0)
        return "\(padded(hours, 2)):\(padded(minutes, 2)):\(padded(seconds, 2)).\(padded(micros, 6))"
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    // MARK: Writing

    /// A value of a row, in the form that its column's type asks for. NULL is in the row's bitmap and not written.
    static func write(_ value: SQLValue, as type: ColumnType, to buffer: inout ByteBuffer) {
        switch type {
        case .null:
            break
        case .long:
            buffer.writeInteger(UInt32(truncatingIfNeeded: integer(value)), endianness: .little)
        case .longLong:
            buffer.writeInteger(integer(value), endianness: .little)
        case .double:
            buffer.writeInteger(double(value).bitPattern, endianness: .little)
        case .date, .dateTime:
            writeDateTime(text(value), to: &buffer)
        case .time:
            writeTime(text(value), to: &buffer)
        case .newDecimal, .varString, .blob:
            if case .blob(let bytes) = value {
                buffer.writeLengthEncoded(bytes)
            } else {
                buffer.writeLengthEncoded(text(value).utf8)
            }
        }
    }

    private static func integer(_ value: SQLValue) -> Int64 {
        switch value {
        case .integer(let number): number
        case .unsigned(let number): Int64(bitPattern: number)
        case .double(let number): Int64(exactly: number.rounded()) ?? 0
        case .text(let text), .decimal(let text): Int64(text) ?? 0
        case .null, .blob: 0
        }
    }

    private static func double(_ value: SQLValue) -> Double {
        switch value {
        case .integer(let number): Double(number)
        case .unsigned(let number): Double(number)
        case .double(let number): number
        case .text(let text), .decimal(let text): Double(text) ?? 0
        case .null, .blob: 0
        }
    }

    private static func text(_ value: SQLValue) -> String {
        switch value {
        case .integer(let number): String(number)
        case .unsigned(let number): String(number)
        case .double(let number): DoubleText.shortest(number)
        case .text(let text), .decimal(let text): text
        case .blob(let bytes): String(decoding: bytes, as: UTF8.self)
        case .null: ""
        }
    }

    /// - Parameter text: `YYYY-MM-DD[ hh:mm:ss[.uuuuuu]]`; anything else is the zero date.
    private static func writeDateTime(_ text: String, to buffer: inout ByteBuffer) {
        let fields = text.split { !$0.isNumber }
        guard fields.count >= 6 || fields.count == 3 else {
            buffer.writeInteger(0 as UInt8)
            return
        }
        let numbers = fields.map { Int($0) ?? 0 }
        guard numbers.count >= 6 else {
            buffer.writeInteger(4 as UInt8)
            buffer.writeInteger(UInt16(clamping: numbers[0]), endianness: .little)
            for field in numbers[1...2] { buffer.writeInteger(UInt8(clamping: field)) }
            return
        }
        writeDateTime(numbers, micros: fields.count > 6 ? microseconds(fields[6]) : 0, to: &buffer)
    }

    private static func writeDateTime(_ fields: [Int], micros: Int, to buffer: inout ByteBuffer) {
        buffer.writeInteger(micros == 0 ? 7 : 11 as UInt8)
        buffer.writeInteger(UInt16(clamping: fields[0]), endianness: .little)
        for field in fields[1...5] { buffer.writeInteger(UInt8(clamping: field)) }
        if micros != 0 { buffer.writeInteger(UInt32(clamping: micros), endianness: .little) }
    }

    /// - Parameter digits: of a second's fraction, one to six.
    private static func microseconds(_ digits: Substring) -> Int {
        (digits.utf8.count..<max(digits.utf8.count, 6)).reduce(Int(digits.prefix(6)) ?? 0) { value, _ in value * 10 }
    }

    /// - Parameter text: `[-]hhh:mm:ss[.uuuuuu]`; anything else is zero.
    private static func writeTime(_ text: String, to buffer: inout ByteBuffer) {
        let fields = text.split { !$0.isNumber }
        guard fields.count >= 3, let hours = UInt32(fields[0]) else {
            buffer.writeInteger(0 as UInt8)
            return
        }
        let micros = fields.count > 3 ? microseconds(fields[3]) : 0
        buffer.writeInteger(micros == 0 ? 8 : 12 as UInt8)
        buffer.writeInteger(text.hasPrefix("-") ? 1 : 0 as UInt8)
        buffer.writeInteger(hours / 24, endianness: .little)
        buffer.writeInteger(UInt8(hours % 24))
        for field in fields[1...2] { buffer.writeInteger(UInt8(field) ?? 0) }
        if micros != 0 { buffer.writeInteger(UInt32(clamping: micros), endianness: .little) }
    }
}
