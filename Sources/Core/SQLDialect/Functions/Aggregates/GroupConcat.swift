import MySQLWire

/// GROUP_CONCAT with its DISTINCT, ORDER BY and SEPARATOR.
final class GroupConcat: AggregateState {
    private struct Entry {
        var text: String
        /// Texts in the form that compares, numbers as they are.
        var keys: [Key]
    }

    private enum Key {
        case null
        case number(Double)
        case text([UInt32])
    }

    private var entries: [Entry] = []
    private var directions: [Bool] = []
    private var separator = ","
    private var isDistinct = false
    private var seen: Set<[UInt32]> = []
    private var bytes = 0

    /// Separator, DISTINCT, the value, then for each key the key and 1 if it goes down.
    func step(_ arguments: [SQLValue]) throws(SQLFunction.Failure) {
        guard arguments.count >= 3, let text = arguments[2].text else { return }
        if entries.isEmpty {
            separator = arguments[0].text ?? ","
            isDistinct = arguments[1].integer == 1
            directions = stride(from: 4, to: arguments.count, by: 2).map { arguments[$0].integer == 1 }
        }
        if isDistinct, !seen.insert(TextFolding.scalars(text, isBinary: false)).inserted { return }
        let keys = stride(from: 3, to: arguments.count, by: 2).map { Self.key(arguments[$0]) }
        bytes += text.utf8.count + 64 * (1 + keys.count)
        guard bytes <= AggregateFunctions.maximumBytes else { throw .tooLong }
        entries.append(Entry(text: text, keys: keys))
    }

    private static func key(_ value: SQLValue) -> Key {
        switch value {
        case .null: .null
        case .integer(let number): .number(Double(number))
        case .unsigned(let number): .number(Double(number))
        case .double(let number): .number(number)
        case .text, .decimal, .blob: .text(TextFolding.scalars(value.text ?? "", isBinary: false))
        }
    }

    func result() throws(SQLFunction.Failure) -> SQLValue {
        guard !entries.isEmpty else { return .null }
        var order = Array(entries.indices)
        if !directions.isEmpty {
            order.sort { left, right in
                for (index, isDown) in directions.enumerated() {
                    let difference = Self.compare(entries[left].keys[index], entries[right].keys[index])
                    if difference != 0 { return isDown ? difference > 0 : difference < 0 }
                }
                return left < right
            }
        }
        var result = ""
        var isFirst = true
        for index in order {
            if !isFirst { result += separator }
            isFirst = false
            result += entries[index].text
            // As the servers do at group_concat_max_len: the rest is left out.
            if result.utf8.count > MySQLFunctions.maximumBytes { break }
        }
        guard result.utf8.count > MySQLFunctions.maximumBytes else { return .text(result) }
        var kept = result.utf8.prefix(MySQLFunctions.maximumBytes)
        while let last = kept.last, last & 0xc0 == 0x80 { kept = kept.dropLast() }
        if let last = kept.last, last >= 0xc0 { kept = kept.dropLast() }
        return .text(String(decoding: kept, as: UTF8.self))
    }

    private static func compare(_ left: Key, _ right: Key) -> Int {
        switch (left, right) {
        case (.null, .null): return 0
        case (.null, _): return -1
        case (_, .null): return 1
        case (.number(let left), .number(let right)): return left < right ? -1 : left > right ? 1 : 0
        case (.text(let left), .text(let right)):
            if left == right { return 0 }
            return left.lexicographicallyPrecedes(right) ? -1 : 1
        case (.number, .text): return -1
        case (.text, .number): return 1
        }
    }
}
