/// Writes tagged fields: one byte of tag, a length as a little-endian base-128 number, the bytes.
///
/// A reader skips tags that it does not know, so fields can be added without a new protocol version.
struct FieldWriter {
    private(set) var bytes: [UInt8] = []

    mutating func field(_ tag: UInt8, bytes content: [UInt8]) {
        bytes.append(tag)
        Base128.append(UInt64(content.count), to: &bytes)
        bytes.append(contentsOf: content)
    }

    mutating func field(_ tag: UInt8, _ text: String) {
        field(tag, bytes: Array(text.utf8))
    }

    mutating func field(_ tag: UInt8, _ number: UInt64) {
        var content: [UInt8] = []
        var rest = number
        while rest > 0 {
            content.append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
        field(tag, bytes: content)
    }

    mutating func field(_ tag: UInt8, _ flag: Bool) {
        field(tag, flag ? 1 : 0 as UInt64)
    }
}

/// Reads what `FieldWriter` wrote. Lengths are checked against the bytes that are there before anything is taken.
struct FieldReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    /// The next field, or nil at the end.
    mutating func next() throws(RecordDecodingError) -> (tag: UInt8, content: ArraySlice<UInt8>)? {
        guard let tag = rest.popFirst() else { return nil }
        guard let length = Base128.take(from: &rest), length <= UInt64(rest.count) else { throw .truncated }
        let content = rest.prefix(Int(length))
        rest = rest.dropFirst(Int(length))
        return (tag, content)
    }

    static func text(_ content: ArraySlice<UInt8>) throws(RecordDecodingError) -> String {
        guard let text = String(validating: content, as: UTF8.self) else { throw .notUTF8 }
        return text
    }

    static func number(_ content: ArraySlice<UInt8>) throws(RecordDecodingError) -> UInt64 {
        guard content.count <= 8 else { throw .outOfRange }
        return content.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// A number to be reckoned with: one that nothing can have is cut, so that sums of some do not overflow.
    static func count(_ content: ArraySlice<UInt8>) throws(RecordDecodingError) -> Int {
        Int(min(try number(content), greatestCount))
    }

    /// In milliseconds, some 8,900 years.
    private static let greatestCount: UInt64 = 1 << 48
}

/// Why the bytes of a member's record cannot be used.
package enum RecordDecodingError: Error, Equatable {
    case truncated
    case notUTF8
    case outOfRange
    case tooLong
    case missing(field: String)
}
