internal import YAML

/// Walks a YAML tree along the schema and takes down what is written where. Types of single values are not checked
/// here, but shapes and keys are.
struct FileReader {
    /// One of `sql.accounts`, as it is written.
    struct RawAccount {
        /// `sql.accounts[0]`
        var path: String
        var line: Int
        var values: [String: RawSetting]
    }

    /// A key of a mapping.
    private struct Key {
        var text: String
        var line: Int
    }

    private(set) var settings: [String: RawSetting] = [:]
    private(set) var accounts: [RawAccount] = []
    private(set) var issues: [ConfigurationIssue] = []

    private let fileName: String

    init(text: String, fileName: String) {
        self.fileName = fileName
        do {
            guard let root = try YAMLText.parse(text, fileName: fileName), !root.isNull else { return }
            guard case .mapping(let mapping) = root.content, !root.hasForeignTag else {
                report(root.line, nil, "must hold keys such as \"cluster: orders\", not \(kind(of: root))")
                return
            }
            walk(mapping, section: "")
        } catch {
            issues.append(error)
        }
    }

    private mutating func walk(_ mapping: [(key: YAMLNode, value: YAMLNode)], section: String) {
        for (key, node) in entries(of: mapping, section: section) {
            let path = section.isEmpty ? key.text : "\(section).\(key.text)"
            if key.text.contains(".") {
                reportUnknown(key, section: section)
            } else if path == ConfigurationSchema.accountsPath {
                readAccounts(node, line: key.line)
            } else if ConfigurationSchema.settingsByPath[path] != nil {
                guard let value = rawValue(node, path: path, line: key.line) else { continue }
                settings[path] = RawSetting(value: value, place: place(key.line))
            } else if ConfigurationSchema.sections.contains(path) {
                readSection(node, path: path, line: key.line)
            } else {
                reportUnknown(key, section: section)
            }
        }
    }

    private mutating func readSection(_ node: YAMLNode, path: String, line: Int) {
        if node.isNull { return }
        guard case .mapping(let mapping) = node.content, !node.hasForeignTag else {
            let keys = ConfigurationSchema.keys(inSection: path).joined(separator: ", ")
            report(line, path, "must be a section with the keys \(keys), not \(kind(of: node))")
            return
        }
        if mapping.isEmpty, let message = ConfigurationSchema.emptySectionMessages[path] {
            report(line, path, message)
            return
        }
        walk(mapping, section: path)
    }

    private mutating func readAccounts(_ node: YAMLNode, line: Int) {
        if node.isNull { return }
        guard case .sequence(let items) = node.content, !node.hasForeignTag else {
            report(
                line,
                ConfigurationSchema.accountsPath,
                "must be a list of accounts with the keys \(ConfigurationSchema.accountKeys.joined(separator: ", "))"
            )
            return
        }
        for (index, item) in items.enumerated() {
            let path = "\(ConfigurationSchema.accountsPath)[\(index)]"
            guard case .mapping(let mapping) = item.content, !item.hasForeignTag else {
                // Not shown: it may be a password that stands in the wrong place.
                report(
                    item.line,
                    path,
                    "must have the keys \(ConfigurationSchema.accountKeys.joined(separator: ", "))"
                )
                continue
            }
            var account = RawAccount(path: path, line: item.line, values: [:])
            for (key, value) in entries(of: mapping, section: path) {
                guard ConfigurationSchema.accountKeys.contains(key.text) else {
                    reportUnknown(key, section: path, known: ConfigurationSchema.accountKeys)
                    continue
                }
                guard let value = rawValue(value, path: "\(path).\(key.text)", line: key.line) else { continue }
                account.values[key.text] = RawSetting(value: value, place: place(key.line))
            }
            accounts.append(account)
        }
    }

    /// The entries with a key of text, each key once; the others are reported.
    private mutating func entries(
        of mapping: [(key: YAMLNode, value: YAMLNode)],
        section: String
    ) -> [(key: Key, node: YAMLNode)] {
        var entries: [(key: Key, node: YAMLNode)] = []
        var lines: [String: Int] = [:]
        for (keyNode, node) in mapping {
            guard case .scalar(let text, _) = keyNode.content, !keyNode.hasForeignTag else {
                report(keyNode.line, section.isEmpty ? nil : section, "has a key that is no plain text")
                continue
            }
            if let earlier = lines[text] {
                let path = section.isEmpty ? QuotedText.key(text) : "\(section).\(QuotedText.key(text))"
                report(keyNode.line, path, "given twice; it stands on line \(earlier) already")
                continue
            }
            lines[text] = keyNode.line
            entries.append((Key(text: text, line: keyNode.line), node))
        }
        return entries
    }

    /// - Returns: nil if it was reported instead.
    private mutating func rawValue(_ node: YAMLNode, path: String, line: Int) -> RawValue? {
        guard !node.hasForeignTag else {
            report(line, path, "has a YAML tag; write the plain value")
            return nil
        }
        switch node.content {
        case .scalar(let text, _):
            return node.isNull ? .null : .text(text)
        case .mapping:
            return .section
        case .sequence(let items):
            var texts: [String] = []
            for item in items {
                guard case .scalar(let text, _) = item.content, !item.isNull, !item.hasForeignTag else {
                    report(item.line, path, "must be a list of plain values, not of \(kind(of: item))")
                    return nil
                }
                texts.append(text)
            }
            return .list(texts)
        }
    }

    private mutating func reportUnknown(_ key: Key, section: String, known: [String]? = nil) {
        // The search for what was meant is the dear part.
        guard issues.count <= ConfigurationErrors.maximumShownCount else { return }
        let prefix = section.isEmpty ? "" : "\(section)."
        let path = prefix + QuotedText.key(key.text)
        let siblings = known ?? ConfigurationSchema.keys(inSection: section)
        let candidates = known.map { $0.map { prefix + $0 } } ?? ConfigurationSchema.allPaths
        let advice: String
        if candidates.contains(prefix + key.text) {
            let parts = key.text.split(separator: ".")
            advice = "write \(parts.last ?? "") in the section \(prefix)\(parts.dropLast().joined(separator: "."))"
        } else if let sibling = NearestMatch.find(key.text, among: siblings) {
            advice = "did you mean \(prefix)\(sibling)?"
        } else if let elsewhere = candidates.first(where: { $0.hasSuffix(".\(key.text)") }) {
            advice = "did you mean \(elsewhere)?"
        } else if let near = NearestMatch.find(prefix + key.text, among: candidates), near != section {
            advice = "did you mean \(near)?"
        } else {
            let place = section.isEmpty ? "the file" : section
            advice = "\(place) may have the keys \(siblings.joined(separator: ", "))"
        }
        report(key.line, path, "unknown key; \(advice)")
    }

    private mutating func report(_ line: Int, _ key: String?, _ message: String) {
        guard issues.count <= ConfigurationErrors.maximumShownCount else { return }
        issues.append(ConfigurationIssue(.error, at: place(line), key: key, message))
    }

    private func place(_ line: Int) -> ConfigurationIssue.Place { .file(fileName, line: line) }

    /// What a node is, without its text: where a scalar stands in the wrong place it may be a secret.
    private func kind(of node: YAMLNode) -> String {
        if node.isNull { return "null" }
        return switch node.content {
        case .scalar: "a single value"
        case .sequence: "a list"
        case .mapping: "a section of keys"
        }
    }
}
