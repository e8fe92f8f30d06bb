/// Makes a tree of a YAML text.
package enum YAMLDocument {
    /// What a text may ask for. Values that aliases stand for count as often as they do.
    package struct Limits: Sendable {
        package var depth = 100
        package var nodes = 200_000
        /// Few texts need any, and a forgotten quotation mark makes many.
        package var aliases = 16

        package init() {}
    }

    /// - Parameter bytes: one document in UTF-8, with or without a byte order mark.
    /// - Returns: nil if there is nothing in it but blanks and comments.
    package static func parse(_ bytes: [UInt8], limits: Limits = Limits()) throws(YAMLError) -> YAMLNode? {
        let mark: [UInt8] = [0xef, 0xbb, 0xbf]
        // Ends with a line whatever the text does: errors at its end are then on a line that exists for the parser.
        let bytes = bytes.dropFirst(bytes.starts(with: mark) ? mark.count : 0) + [UInt8(ascii: "\n")]
        var builder = try TreeBuilder(events: YAMLEvents(Array(bytes)), limits: limits)
        return try builder.document()
    }
}

/// The events of one document as a tree.
private struct TreeBuilder: ~Copyable {
    private struct Anchored {
        var node: YAMLNode
        /// How many nodes it is, its own aliases written out.
        var nodeCount: Int
    }

    private var events: YAMLEvents
    private let limits: YAMLDocument.Limits
    private var anchors: [String: Anchored] = [:]
    private var nodeCount = 0
    private var aliasCount = 0

    init(events: consuming YAMLEvents, limits: YAMLDocument.Limits) {
        self.events = events
        self.limits = limits
    }

    mutating func document() throws(YAMLError) -> YAMLNode? {
        guard try nextThatCounts().kind != .streamEnd else { return nil }
        let root = try node(from: try events.next(), depth: 0)
        let last = try nextThatCounts()
        guard last.kind == .streamEnd else {
            throw YAMLError(problem: .invalid("but found another document"), line: last.line)
        }
        return root
    }

    /// The beginning of a document, or the end of all.
    private mutating func nextThatCounts() throws(YAMLError) -> YAMLEvents.Event {
        while true {
            let event = try events.next()
            if event.kind != .other { return event }
        }
    }

    private mutating func node(from event: YAMLEvents.Event, depth: Int) throws(YAMLError) -> YAMLNode {
        guard depth <= limits.depth else { throw YAMLError(problem: .tooDeep, line: event.line) }
        if case .alias(let name) = event.kind { return try target(of: name, line: event.line) }
        let countBefore = nodeCount
        try count(1, line: event.line)
        let content: YAMLNode.Content
        switch event.kind {
        case .scalar(let text, let isPlain): content = .scalar(text, isPlain: isPlain)
        case .sequenceStart:
            var items: [YAMLNode] = []
            while let item = try nodeBeforeEnd(depth: depth + 1) { items.append(item) }
            content = .sequence(items)
        case .mappingStart:
            var entries: [(key: YAMLNode, value: YAMLNode)] = []
            while let key = try nodeBeforeEnd(depth: depth + 1) {
                entries.append((key, try node(from: try events.next(), depth: depth + 1)))
            }
            content = .mapping(entries)
        case .alias, .end, .documentStart, .streamEnd, .other:
            // The parser's grammar has none of them here.
            throw YAMLError(problem: .invalid("did not find expected node content"), line: event.line)
        }
        let node = YAMLNode(content: content, line: event.line, hasForeignTag: event.hasForeignTag)
        // Here and not at its beginning: an alias within its own value stands for nothing.
        if let anchor = event.anchor { anchors[anchor] = Anchored(node: node, nodeCount: nodeCount - countBefore) }
        return node
    }

    private mutating func nodeBeforeEnd(depth: Int) throws(YAMLError) -> YAMLNode? {
        let event = try events.next()
        return event.kind == .end ? nil : try node(from: event, depth: depth)
    }

    private mutating func target(of name: String, line: Int) throws(YAMLError) -> YAMLNode {
        aliasCount += 1
        guard aliasCount <= limits.aliases else { throw YAMLError(problem: .tooManyAliases, line: line) }
        guard let anchored = anchors[name] else {
            throw YAMLError(problem: .invalid("found undefined alias"), line: line)
        }
        try count(anchored.nodeCount, line: line)
        return anchored.node
    }

    private mutating func count(_ nodes: Int, line: Int) throws(YAMLError) {
        nodeCount += nodes
        guard nodeCount <= limits.nodes else { throw YAMLError(problem: .tooManyNodes, line: line) }
    }
}
