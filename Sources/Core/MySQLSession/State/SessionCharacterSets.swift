package import MySQLWire
package import QueryRouting

/// In which sets a session's statements are read and its answers go out.
package struct SessionCharacterSets: Hashable, Sendable {
    /// `character_set_client`; nil for one that is not known here.
    package var client: ClientCharacterSet? = .utf8mb4
    /// `character_set_results`; nil if texts are not converted, or the set is not known here.
    package var results: ClientCharacterSet? = .utf8mb4
    /// What a server tells of texts that are converted.
    package var resultsCollation = CharacterSet.utf8mb4

    package init() {}

    /// As after a login that names a collation; the servers' default in its place if they do not know it, or have it for
    /// nobody's statements.
    init(loginCollation: UInt16) {
        guard let set = ClientCharacterSet(collation: loginCollation), set.isForStatements else { return }
        client = set
        results = set
        resultsCollation = loginCollation
    }

    /// - Parameter resultsCollation: as mysqld described the texts of its answer.
    init(client: String, results: String?, resultsCollation: UInt16) {
        self.client = ClientCharacterSet(named: client)
        self.results = results.flatMap { ClientCharacterSet(named: $0) }
        self.resultsCollation = resultsCollation
    }

    package mutating func take(_ change: CharacterSetChange) {
        if let set = change.client { client = set }
        switch change.results {
        case .unchanged: break
        case .unconverted: results = nil
        case .set(let set):
            results = set
            resultsCollation = set.collation
        }
    }

    package func resultEncoding(by converter: any MultiByteConverting) -> ResultEncoding {
        guard let results else { return .unconverted }
        return ResultEncoding(TextCoder(results, converter), collation: resultsCollation)
    }
}
