/// A pattern of LIKE: `%` stands for any text, `_` for one character, the escape character takes both their meaning.
///
/// ASCII letters match in either case, as under the servers' `_ci` collations.
package struct LikePattern: Hashable, Sendable {
    private enum Element: Hashable, Sendable {
        case anyText
        case anyCharacter
        case scalar(Unicode.Scalar)
    }

    /// A pattern may be so long, in bytes; matching takes time in proportion to text times pattern.
    package static let maximumBytes = 1024

    private let elements: [Element]

    /// Nil if the pattern is too long.
    package init?(_ pattern: String, escape: Unicode.Scalar? = "\\") {
        guard pattern.utf8.count <= Self.maximumBytes else { return nil }
        var elements: [Element] = []
        var isEscaped = false
        for scalar in pattern.unicodeScalars {
            if isEscaped {
                elements.append(.scalar(Self.folded(scalar)))
                isEscaped = false
            } else if scalar == escape {
                isEscaped = true
            } else if scalar == "%" {
                if elements.last != .anyText { elements.append(.anyText) }
            } else {
                elements.append(scalar == "_" ? .anyCharacter : .scalar(Self.folded(scalar)))
            }
        }
        if isEscaped, let escape { elements.append(.scalar(Self.folded(escape))) }
        self.elements = elements
    }

    /// - Complexity: O(text × pattern) at worst; only the last `%` is ever tried again.
    package func matches(_ text: String) -> Bool {
        let scalars = text.unicodeScalars
        var position = scalars.startIndex
        var element = 0
        var retry: (position: String.Index, element: Int)?
        while position < scalars.endIndex {
            if element < elements.count {
                switch elements[element] {
                case .anyText:
                    retry = (position, element + 1)
                    element += 1
                    continue
                case .anyCharacter:
                    position = scalars.index(after: position)
                    element += 1
                    continue
                case .scalar(let wanted):
                    if Self.folded(scalars[position]) == wanted {
                        position = scalars.index(after: position)
                        element += 1
                        continue
                    }
                }
            }
            guard let last = retry else { return false }
            position = scalars.index(after: last.position)
            element = last.element
            retry = (position, last.element)
        }
        return elements[element...].allSatisfy { $0 == .anyText }
    }

    private static func folded(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        scalar.value >= 0x41 && scalar.value <= 0x5a ? Unicode.Scalar(UInt8(scalar.value | 0x20)) : scalar
    }
}
