internal import MySQLWire

/// The form that a client wants answers in: what it negotiated, and its character set.
struct ResultForm: Sendable {
    var capabilities: Capabilities
    var status: StatusFlags
    var characterSets: SessionCharacterSets

    /// - Parameter converter: of the thread.
    func writer(_ converter: any MultiByteConverting) -> ResultSetWriter {
        ResultSetWriter(
            capabilities: capabilities,
            status: status,
            encoding: characterSets.resultEncoding(by: converter)
        )
    }
}
