internal import Clocks
internal import ClusterModel
package import Logging

/// Gives one line an entry to the log's writer: readable text, or JSON for machines.
package struct LineLogHandler: LogHandler {
    /// The logger of what clients do: those who are not let in must not fill the log.
    package static let clientsLabel = "pilotfish.clients"

    package enum Format: Sendable {
        case text
        case json
    }

    package var metadata: Logger.Metadata = [:]
    private var ownLevel: Logger.Level?
    private let sharedLevel: SharedLogLevel
    private let label: String
    private let format: Format
    private let writer: LogWriter

    package init(label: String, level: SharedLogLevel, format: Format, writer: LogWriter) {
        self.label = label
        self.sharedLevel = level
        self.format = format
        self.writer = writer
    }

    /// The line that tells of lines that nobody took.
    package static func lossLine(_ count: Int, format: Format) -> String {
        line(
            at: Clocks.wall,
            level: .warning,
            label: "pilotfish",
            message: "lines of the log were lost: nobody took them",
            metadata: ["count": "\(count)"],
            format: format
        )
    }

    /// That of the process, unless one logger has been given its own.
    package var logLevel: Logger.Level {
        get { ownLevel ?? sharedLevel.current }
        set { ownLevel = newValue }
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var all = metadata.merging(event.metadata ?? [:]) { _, new in new }
        let message = event.message.description
        if label == Self.clientsLabel {
            guard let heldBack = writer.admit(message) else { return }
            if heldBack > 0 { all["held_back"] = "\(heldBack)" }
        }
        writer.append(
            Self.line(
                at: Clocks.wall,
                level: event.level,
                label: label,
                message: message,
                metadata: all,
                format: format
            )
        )
    }

    static func line(
        at time: WallTime,
        level: Logger.Level,
        label: String,
        message: String,
        metadata: Logger.Metadata,
        format: Format
    ) -> String {
        let stamp = Timestamp.text(of: time)
        let pairs = metadata.sorted { $0.key < $1.key }
        switch format {
        case .text:
            let rest = pairs.map { " \($0.key)=\(quotedIfNeeded("\($0.value)"))" }.joined()
            return "\(stamp) \(level) \(label): \(escaped(message))\(rest)\n"
        case .json:
            let fields =
                [("time", stamp), ("level", "\(level)"), ("logger", label), ("message", message)]
                + pairs.map { ($0.key, "\($0.value)") }
            return "{" + fields.map { "\(jsonString($0.0)):\(jsonString($0.1))" }.joined(separator: ",") + "}\n"
        }
    }

    private static func quotedIfNeeded(_ text: String) -> String {
        let isPlain = !text.isEmpty && text.unicodeScalars.allSatisfy { $0.value > 0x20 && $0 != "\"" && $0 != "=" }
        return isPlain ? text : jsonString(text)
    }

    /// What a peer sent must not begin a line of its own.
    private static func escaped(_ text: String) -> String {
        text.contains(where: \.isNewline) ? String(jsonString(text).dropFirst().dropLast()) : text
    }

    private static func jsonString(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7f:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
