/// How far a server has got, in GTIDs: for each origin the numbers of its transactions.
///
/// Sources: MariaDB's `gtid_current_pos` (`domain-server-number`, and within a domain a number stands for all before it),
/// MySQL's `gtid_executed` (`uuid:1-5:7`, since 8.3 also `uuid:tag:1-5`).
struct GTIDPosition {
    /// Ascending and apart from each other, by MariaDB's domain or MySQL's uuid and tag.
    private var ranges: [String: [ClosedRange<UInt64>]] = [:]

    /// - Returns: nil for a text that holds no GTID, or something else.
    init?(_ text: String, flavor: ServerFlavor) {
        for part in text.utf8.split(separator: UInt8(ascii: ",")) {
            let isRead =
                switch flavor {
                case .mariaDB: addMariaDB(part)
                case .mySQL: addMySQL(part)
                }
            guard isRead else { return nil }
        }
        guard !ranges.isEmpty else { return nil }
        for (origin, found) in ranges { ranges[origin] = Self.joined(found) }
    }

    /// Whether every transaction of the other position is in this one, too.
    func holds(_ other: GTIDPosition) -> Bool {
        other.ranges.allSatisfy { origin, wanted in
            let held = ranges[origin] ?? []
            return wanted.allSatisfy { range in
                held.contains { $0.lowerBound <= range.lowerBound && range.upperBound <= $0.upperBound }
            }
        }
    }

    private mutating func addMariaDB(_ part: Substring.UTF8View) -> Bool {
        let numbers = part.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard numbers.count == 3, let number = Self.number(numbers[2]) else { return false }
        ranges[String(Substring(numbers[0])), default: []].append(0...number)
        return true
    }

    private mutating func addMySQL(_ part: Substring.UTF8View) -> Bool {
        let fields = part.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard let uuid = fields.first, fields.count >= 2 else { return false }
        var origin = Substring(uuid).lowercased()
        for field in fields.dropFirst() {
            let bounds = field.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
            guard let first = bounds.first.flatMap(Self.number) else {
                origin = Substring(uuid).lowercased() + ":" + Substring(field).lowercased()
                continue
            }
            guard bounds.count <= 2, let last = Self.number(bounds[bounds.count - 1]), last >= first else {
                return false
            }
            ranges[origin, default: []].append(first...last)
        }
        return true
    }

    private static func number(_ digits: Substring.UTF8View) -> UInt64? {
        digits.first == UInt8(ascii: "+") ? nil : UInt64(Substring(digits))
    }

    private static func joined(_ ranges: [ClosedRange<UInt64>]) -> [ClosedRange<UInt64>] {
        var result: [ClosedRange<UInt64>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = result.last, range.lowerBound <= last.upperBound || range.lowerBound - 1 == last.upperBound {
                result[result.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                result.append(range)
            }
        }
        return result
    }
}
