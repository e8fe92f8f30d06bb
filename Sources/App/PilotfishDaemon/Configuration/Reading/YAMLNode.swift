internal import Yams

extension Node {
    /// Counted from 1.
    var line: Int? { mark?.line }

    /// Nothing, `~` or `null`, and not in quotes.
    var isNull: Bool {
        guard case .scalar(let scalar) = self, scalar.style == .plain || scalar.style == .any else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    /// Carries a tag that the text does not have anyway, such as `!!binary`: what it would stand for is not read here.
    var hasForeignTag: Bool {
        let tag: Tag
        let own: String
        switch self {
        case .scalar(let scalar): (tag, own) = (scalar.tag, "tag:yaml.org,2002:str")
        case .sequence(let sequence): (tag, own) = (sequence.tag, "tag:yaml.org,2002:seq")
        case .mapping(let mapping): (tag, own) = (mapping.tag, "tag:yaml.org,2002:map")
        case .alias(let alias): (tag, own) = (alias.tag, "")
        }
        return !["", "!", own].contains(tag.rawValue)
    }
}

/// A key of a mapping.
struct YAMLKey {
    let text: String
    let line: Int?

    /// Nil if the key is a list or a mapping. The mark of a key that stands twice is taken off (see `YAMLDocument`).
    init?(_ node: Node) {
        guard case .scalar(let scalar) = node else { return nil }
        text = YAMLDocument.unmarked(scalar.string)
        line = node.line
    }
}
