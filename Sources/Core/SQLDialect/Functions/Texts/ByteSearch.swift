/// Searches of elements in elements, in linear time.
enum ByteSearch {
    /// The parts between the marks.
    static func split(_ bytes: [UInt8], at mark: [UInt8]) -> [ArraySlice<UInt8>] {
        var parts: [ArraySlice<UInt8>] = []
        var start = 0
        while let found = first(of: mark, in: bytes[start...]) {
            parts.append(bytes[start..<found])
            start = found + mark.count
        }
        parts.append(bytes[start...])
        return parts
    }

    /// Where the first occurrence begins, by Knuth, Morris and Pratt: linear, whatever the texts.
    static func first<Element: Equatable>(of wanted: [Element], in text: ArraySlice<Element>) -> Int? {
        guard !wanted.isEmpty else { return text.startIndex }
        var failures = [Int](repeating: 0, count: wanted.count)
        var matched = 0
        for index in wanted.indices.dropFirst() {
            while matched > 0, wanted[index] != wanted[matched] { matched = failures[matched - 1] }
            if wanted[index] == wanted[matched] { matched += 1 }
            failures[index] = matched
        }
        matched = 0
        for index in text.indices {
            while matched > 0, text[index] != wanted[matched] { matched = failures[matched - 1] }
            if text[index] == wanted[matched] { matched += 1 }
            if matched == wanted.count { return index - matched + 1 }
        }
        return nil
    }
}
