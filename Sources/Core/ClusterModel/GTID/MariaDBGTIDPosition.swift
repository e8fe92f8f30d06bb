/// MariaDB's GTID positions (`gtid_current_pos`, `gtid_binlog_pos`, `gtid_slave_pos`): of each replication domain the last
/// transaction, which stands for all of the domain with lower numbers.
///
/// So two positions are compared by the numbers of each domain, as MASTER_GTID_WAIT does, and a domain that only one of
/// them has is missing in the other from its first transaction on. Which server a transaction is from is known of the last
/// alone: one number of two servers means two transactions, and that the domain has split. Where the numbers differ,
/// positions cannot tell whether the greater has grown out of the lower.
struct MariaDBGTIDPosition: Hashable, Sendable {
    struct Last: Hashable {
        var server: UInt32
        var sequence: UInt64
    }

    let domains: [UInt32: Last]

    /// - Parameter text: `domain-server-sequence,…`
    init(_ text: some StringProtocol) throws(GTIDError) {
        var reader = try GTIDReader(text)
        var domains: [UInt32: Last] = [:]
        while !reader.isAtEnd {
            if !domains.isEmpty { try reader.need(",") }
            let ids = 0...UInt64(UInt32.max)
            let domain = UInt32(clamping: try reader.number(ids))
            try reader.need("-")
            let server = UInt32(clamping: try reader.number(ids))
            try reader.need("-")
            let last = Last(server: server, sequence: try reader.number(0...UInt64.max))
            guard domains.updateValue(last, forKey: domain) == nil else { throw .repeatedDomain(domain) }
        }
        self.domains = domains
    }

    private init(_ domains: [UInt32: Last]) { self.domains = domains }

    /// As MariaDB writes it.
    var text: String {
        domains.sorted { $0.key < $1.key }.map { "\($0)-\($1.server)-\($1.sequence)" }.joined(separator: ",")
    }

    var isEmpty: Bool { domains.isEmpty }

    func contains(_ other: Self) -> Bool { other.subtracting(self).isEmpty }

    /// - Returns: nil where a domain has split: no position holds both sides.
    func union(_ other: Self) -> Self? {
        guard domains.allSatisfy({ !Self.isSplit($1, other.domains[$0]) }) else { return nil }
        return Self(domains.merging(other.domains) { $0.sequence < $1.sequence ? $1 : $0 })
    }

    func subtracting(_ other: Self) -> GTIDDifference {
        var texts: [String] = []
        var count: UInt64 = 0
        for (domain, last) in domains.sorted(by: { $0.key < $1.key }) {
            let known = other.domains[domain]
            let missing =
                Self.isSplit(last, known) ? 1 : last.sequence - min(last.sequence, known?.sequence ?? 0)
            guard missing > 0 else { continue }
            let before = missing > 1 ? " and \(missing - 1) before it" : ""
            texts.append("\(domain)-\(last.server)-\(last.sequence)\(before)")
            count = count.addingClamping(missing)
        }
        return GTIDDifference(text: texts.joined(separator: ", "), count: count)
    }

    private static func isSplit(_ one: Last, _ other: Last?) -> Bool {
        one.sequence > 0 && one.sequence == other?.sequence && one.server != other?.server
    }
}
