/// How texts go out to a client: in its `character_set_results`.
package struct ResultEncoding {
    /// Nil for texts as they are, which is UTF-8.
    private let coder: TextCoder?
    /// As the servers name the set to clients.
    private let collation: UInt16

    /// - Parameter collation: what a server tells of texts in the session.
    package init(_ coder: TextCoder, collation: UInt16) {
        self.coder = coder.set == .utf8mb4 || coder.set == .binary ? nil : coder
        self.collation = collation
        self.maximumCharacterBytes = coder.set.maximumCharacterBytes
    }

    /// Where `character_set_results` is NULL: each text in its own set, and ours are utf8mb4.
    package static var unconverted: ResultEncoding { ResultEncoding() }

    private init() {
        coder = nil
        collation = CharacterSet.utf8mb4
        maximumCharacterBytes = 4
    }

    private let maximumCharacterBytes: UInt32

    /// The same column with the set and the length that a client sees.
    func described(_ column: ColumnDefinition) -> ColumnDefinition {
        guard column.characterSet != CharacterSet.binary else { return column }
        var column = column
        column.characterSet = collation
        if maximumCharacterBytes != 4 {
            let characters = column.length / ClientCharacterSet.utf8mb4.maximumCharacterBytes
            column.length = characters.multipliedReportingOverflow(by: maximumCharacterBytes).partialValue
        }
        return column
    }

    package func bytes(_ text: String) -> [UInt8]? { coder?.encode(text) }
}
