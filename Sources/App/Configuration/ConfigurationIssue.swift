/// Something wrong with a configuration, or worth knowing, as one line: where, which key, what to do.
package struct ConfigurationIssue: Hashable, Sendable {
    package enum Severity: Hashable, Sendable {
        case warning
        case error
    }

    /// Where a value was given.
    package enum Place: Hashable, Sendable {
        /// - Parameter line: counted from 1; nil where the whole file is meant.
        case file(String, line: Int?)
        case environment(variable: String)
        /// Neither: there is no file, and the value is a default.
        case nowhere
    }

    package var severity: Severity
    package var place: Place
    /// The key's full path; nil where no key is concerned.
    package var key: String?
    /// What is wrong and what to do.
    package var message: String

    package init(_ severity: Severity, at place: Place, key: String? = nil, _ message: String) {
        self.severity = severity
        self.place = place
        self.key = key
        self.message = message
    }

    /// For example `pilotfish: /etc/pilotfish/pilotfish.yaml:12: sql.lisen: unknown key; did you mean sql.listen?`
    package var line: String {
        var parts = ["pilotfish"]
        if severity == .warning { parts.append("warning") }
        switch place {
        case .file(let name, let line?): parts.append("\(QuotedText.escaped(name)):\(line)")
        case .file(let name, nil): parts.append(QuotedText.escaped(name))
        case .environment(let variable): parts.append(QuotedText.escaped(variable))
        case .nowhere: break
        }
        if let key { parts.append(key) }
        parts.append(message)
        return parts.joined(separator: ": ")
    }

    /// The order in which issues are shown: the file's by line, the environment's by name, the rest.
    static func precedes(_ left: Self, _ right: Self) -> Bool {
        func rank(_ issue: Self) -> (Int, Int, String) {
            switch issue.place {
            case .file(_, let line?): (0, line, "")
            case .environment(let variable): (1, 0, variable)
            case .file(_, nil), .nowhere: (2, 0, "")
            }
        }
        return rank(left) < rank(right)
    }
}

/// Why there is no configuration: every error that was found.
package struct ConfigurationErrors: Error, Hashable, Sendable {
    /// A file of another kind would give an error for each of its lines.
    static let maximumShownCount = 50

    /// At least one, in the order to be shown.
    package var issues: [ConfigurationIssue]
    /// What `log.format` says, as far as it could be read.
    package var logFormat: LogFormat

    /// - Parameter found: all errors, in any order; only the first ones are kept.
    init(_ found: [ConfigurationIssue], logFormat: LogFormat = .text) {
        self.logFormat = logFormat
        let ordered = found.sorted(by: ConfigurationIssue.precedes)
        issues = Array(ordered.prefix(Self.maximumShownCount))
        guard ordered.count > issues.count, let last = issues.last else { return }
        issues.append(ConfigurationIssue(.error, at: last.place, "more errors follow, which are not shown"))
    }

    /// One line for each, ready to be printed.
    package var lines: [String] { issues.map(\.line) }
}

/// A configuration and what its writer should know.
package struct LoadedConfiguration: Sendable {
    package var configuration: Configuration
    package var warnings: [ConfigurationIssue]
}
