package import MySQLWire

/// A row of SHOW WARNINGS.
package struct Diagnostic: Hashable, Sendable {
    package enum Level: String, Sendable {
        case note = "Note"
        case warning = "Warning"
        case error = "Error"
    }

    package var level: Level
    package var code: UInt16
    package var message: String

    package init(level: Level, code: UInt16, message: String) {
        self.level = level
        self.code = code
        self.message = message
    }

    package init(_ error: SQLError) {
        self.init(level: .error, code: error.errno, message: error.message)
    }
}

/// A question about the diagnostics of the session's last statement.
package enum DiagnosticsQuestion: Hashable, Sendable {
    /// SHOW WARNINGS, SHOW ERRORS.
    case list(onlyErrors: Bool, offset: Int, count: Int?)
    /// SHOW COUNT(*) WARNINGS, SELECT @@warning_count and their kin.
    case counts([Count])

    package struct Count: Hashable, Sendable {
        package var onlyErrors: Bool
        /// The column's name.
        package var name: String

        package init(onlyErrors: Bool, name: String) {
            self.onlyErrors = onlyErrors
            self.name = name
        }
    }
}
