extension ValueType where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of an enumeration's raw values; for a misspelt one, the nearest is named.
    static var suggestingChoice: ValueType {
        let names = Value.allCases.map(\.rawValue)
        let name = "one of \(names.joined(separator: ", "))"
        return .scalar(name, show: { $0.rawValue }) { text throws(ValueProblem) in
            if let value = Value(rawValue: text) { return value }
            guard let near = NearestMatch.find(text, among: names) else { return nil }
            throw ValueProblem("must be \(name), not \(QuotedText.quoted(text)); did you mean \(near)?")
        }
    }
}
