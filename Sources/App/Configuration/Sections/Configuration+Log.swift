extension Configuration {
    /// `log`
    package struct Log: Hashable, Sendable {
        package var level: LogLevel
        package var format: LogFormat
    }
}

/// From the most to the least talkative; the names are swift-log's.
package enum LogLevel: String, Sendable, CaseIterable {
    case trace, debug, info, notice, warning, error, critical
}

package enum LogFormat: String, Sendable, CaseIterable {
    case text
    case json
}

extension ConfigurationBuilder {
    func log() -> Configuration.Log {
        .init(level: value(Schema.Log.level), format: value(Schema.Log.format))
    }
}
