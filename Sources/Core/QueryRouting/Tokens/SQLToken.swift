package import MySQLWire

/// One token of a statement: what it is, and which bytes of the statement it covers.
package struct SQLToken: Hashable, Sendable {
    package enum Kind: UInt8, Sendable {
        /// A keyword or an unquoted name.
        case word
        /// A name in backticks, or in double quotes under ANSI_QUOTES.
        case quotedName
        /// Text in single or double quotes.
        case string
        /// `12`, `1.5`, `.5`, `1e3`.
        case number
        /// `0x1F`.
        case hexadecimalNumber
        /// `x'1F'`.
        case hexadecimalString
        /// `0b101`.
        case bitNumber
        /// `b'101'`.
        case bitString
        /// `@name`, `@'name'`.
        case userVariable
        /// `@@name`, `@@global.name`.
        case systemVariable
        /// `?`.
        case parameter
        /// An operator or a mark: one to three bytes.
        case symbol
    }

    package var kind: Kind
    package var start: Int
    /// The index after the last byte.
    package var end: Int

    package init(kind: Kind, start: Int, end: Int) {
        self.kind = kind
        self.start = start
        self.end = end
    }
}

/// What changes where tokens begin and end: parts of `sql_mode`, and the character set of the statement's bytes.
package struct LexicalMode: Hashable, Sendable {
    /// Double quotes name identifiers.
    package var hasANSIQuotes: Bool
    /// A backslash in a string is a backslash.
    package var hasNoBackslashEscapes: Bool
    package var characterSet: ClientCharacterSet

    package init(
        hasANSIQuotes: Bool = false,
        hasNoBackslashEscapes: Bool = false,
        characterSet: ClientCharacterSet = .utf8mb4
    ) {
        self.hasANSIQuotes = hasANSIQuotes
        self.hasNoBackslashEscapes = hasNoBackslashEscapes
        self.characterSet = characterSet
    }

    package init(_ context: SessionContext) {
        self.init(
            hasANSIQuotes: context.hasANSIQuotes,
            hasNoBackslashEscapes: context.hasNoBackslashEscapes,
            characterSet: context.characterSet
        )
    }
}
