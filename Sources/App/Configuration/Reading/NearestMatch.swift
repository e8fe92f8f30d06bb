/// Finds what somebody meant to write.
enum NearestMatch {
    /// - Parameters:
    ///   - word: what was written.
    ///   - candidates: what would have been right.
    /// - Returns: the candidate with the smallest edit distance; nil if even that is too far to be meant.
    static func find(_ word: String, among candidates: some Sequence<String>) -> String? {
        // Keys are short; a long one resembles none of them, and the work grows with the length.
        let written = Array(word.lowercased().utf8.prefix(101))
        guard written.count <= 100 else { return nil }
        let allowed = max(2, written.count / 3)
        var best: (candidate: String, distance: Int)?
        for candidate in candidates {
            let distance = distance(written, Array(candidate.lowercased().utf8))
            if distance <= allowed, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.candidate
    }

    /// How many insertions, removals, replacements and swaps of neighbours lead from one to the other (optimal string
    /// alignment).
    static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforePrevious = [Int](repeating: 0, count: right.count + 1)
        var previous = Array(0...right.count)
        for (row, character) in left.enumerated() {
            var current = [row + 1]
            current.reserveCapacity(right.count + 1)
            for (column, other) in right.enumerated() {
                var cost = min(
                    previous[column + 1] + 1,
                    current[column] + 1,
                    previous[column] + (character == other ? 0 : 1)
                )
                if row > 0, column > 0, character == right[column - 1], left[row - 1] == other {
                    cost = min(cost, beforePrevious[column - 1] + 1)
                }
                current.append(cost)
            }
            beforePrevious = previous
            previous = current
        }
        return previous[right.count]
    }
}
