internal import MySQLWire

/// The form that a client wants answers in: what it negotiated, and its character set.
struct ResultForm: Sendable {
    var capabilities: Capabilities
    var status: StatusFlags
    /// Nil for texts as they are.
    var results: ClientCharacterSet?
    /// As the servers name the set to clients.
    var collation: UInt16

    /// - Parameter converter: of the thread.
    func encoding(_ converter: any MultiByteConverting) -> ResultEncoding {
        results.map { ResultEncoding(TextCoder($0, converter), collation: collation) } ?? .unconverted
    }

    func writer(_ converter: any MultiByteConverting) -> ResultSetWriter {
        ResultSetWriter(capabilities: capabilities, status: status, encoding: encoding(converter))
    }
}
