internal import CYAML

/// The events that libyaml makes of a text, each copied out of it.
///
/// All of the unsafe code is here. It is right because the parser, which points into itself and into the text, lies with
/// the text at addresses that stay until `deinit`, because an event is deleted before the next is asked for, and because
/// the parser is asked for nothing behind an error or the end, after which it has no events.
struct YAMLEvents: ~Copyable {
    struct Event {
        enum Kind: Equatable {
            case documentStart
            case alias(String)
            case scalar(String, isPlain: Bool)
            case sequenceStart
            case mappingStart
            /// Of a sequence or mapping.
            case end
            case streamEnd
            /// Of no meaning for the tree.
            case other
        }

        var kind: Kind
        /// Counted from 1.
        var line: Int
        var anchor: String?
        var hasForeignTag = false
    }

    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let text: UnsafeMutableBufferPointer<UInt8>
    private var end: Result<Event, YAMLError>?

    /// - Parameter text: in UTF-8 without a byte order mark. Not empty: libyaml asserts that there is a text.
    init(_ text: [UInt8]) throws(YAMLError) {
        precondition(!text.isEmpty)
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        guard yaml_parser_initialize(parser) == 1 else {
            parser.deallocate()
            throw YAMLError(problem: .outOfMemory, line: nil)
        }
        self.parser = parser
        self.text = .allocate(capacity: text.count)
        _ = self.text.initialize(from: text)
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, self.text.baseAddress, self.text.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
        text.deallocate()
    }

    /// The next event; behind the last one that again, and behind an error that error.
    mutating func next() throws(YAMLError) -> Event {
        if let end { return try end.get() }
        var raw = yaml_event_t()
        guard yaml_parser_parse(parser, &raw) == 1 else {
            let error = error()
            end = .failure(error)
            throw error
        }
        defer { yaml_event_delete(&raw) }
        let event = Self.copy(raw)
        if event.kind == .streamEnd { end = .success(event) }
        return event
    }

    private static func copy(_ raw: yaml_event_t) -> Event {
        var event = Event(kind: .other, line: line(raw.start_mark))
        switch raw.type {
        case YAML_DOCUMENT_START_EVENT: event.kind = .documentStart
        case YAML_ALIAS_EVENT: event.kind = .alias(string(raw.data.alias.anchor) ?? "")
        case YAML_SCALAR_EVENT:
            let scalar = raw.data.scalar
            // It may hold NUL. The parser has checked that it is UTF-8.
            let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            event.kind = .scalar(text, isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE)
            event.anchor = string(scalar.anchor)
            event.hasForeignTag = isForeign(string(scalar.tag), own: YAML_STR_TAG)
        case YAML_SEQUENCE_START_EVENT:
            event.kind = .sequenceStart
            event.anchor = string(raw.data.sequence_start.anchor)
            event.hasForeignTag = isForeign(string(raw.data.sequence_start.tag), own: YAML_SEQ_TAG)
        case YAML_MAPPING_START_EVENT:
            event.kind = .mappingStart
            event.anchor = string(raw.data.mapping_start.anchor)
            event.hasForeignTag = isForeign(string(raw.data.mapping_start.tag), own: YAML_MAP_TAG)
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: event.kind = .end
        case YAML_STREAM_END_EVENT: event.kind = .streamEnd
        default: break
        }
        return event
    }

    private static func isForeign(_ tag: String?, own: String) -> Bool {
        tag.map { !["", "!", own].contains($0) } ?? false
    }

    private static func string(_ pointer: UnsafePointer<yaml_char_t>?) -> String? {
        pointer.map { String(cString: $0) }
    }

    private static func line(_ mark: yaml_mark_t) -> Int { Int(clamping: mark.line) + 1 }

    private func error() -> YAMLError {
        guard parser.pointee.error != YAML_MEMORY_ERROR, let words = parser.pointee.problem else {
            return YAMLError(problem: .outOfMemory, line: nil)
        }
        var line = Self.line(parser.pointee.problem_mark)
        if parser.pointee.error == YAML_READER_ERROR {
            // It has no mark yet, only how many bytes stand before it.
            line = 1 + text.prefix(Int(clamping: parser.pointee.problem_offset)).count { $0 == UInt8(ascii: "\n") }
        }
        return YAMLError(problem: .invalid(String(cString: words)), line: line)
    }
}
