internal import Clocks
package import Configuration
internal import Logging

/// What `serve` says while it does not log yet, or no more: as its log would say it.
package enum StartLine {
    /// - Parameter line: for people, beginning with `pilotfish: `.
    /// - Returns: the line itself, or an entry of a log in JSON; without a line break.
    package static func text(_ line: String, level: LogLevel, format: LogFormat) -> String {
        guard format == .json else { return line }
        let prefix = "pilotfish: "
        return String(
            LineLogHandler.line(
                at: Clocks.wall,
                level: Logger.Level(rawValue: level.rawValue) ?? .error,
                label: "pilotfish",
                message: line.hasPrefix(prefix) ? String(line.dropFirst(prefix.count)) : line,
                metadata: [:],
                format: .json
            ).dropLast()
        )
    }
}
