package import MySQLWire

/// `SELECT cluster_schema.wait_for_change(known, seconds)`: answered once the topology has another version, or when the
/// time is over.
package struct WaitForChange: Hashable, Sendable {
    /// The function's name, in lower case.
    package static let name = "wait_for_change"
    /// The longest wait, in seconds; a longer one is cut to this.
    package static let maximumSeconds = 3600.0

    /// The alias, or the item as it is written.
    package var columnName: String
    /// The version that the client has; NULL for none.
    package var known: CallArgument
    /// Negative and NULL stand for 0.
    package var seconds: CallArgument

    package init(columnName: String, known: CallArgument, seconds: CallArgument) {
        self.columnName = columnName
        self.known = known
        self.seconds = seconds
    }

    package var parameterCount: Int { arguments.parameterCount }

    /// The variables whose values have to be asked for, in the arguments' order.
    package var variables: [String] { arguments.variables }

    private var arguments: [CallArgument] { [known, seconds] }

    /// What the arguments come to.
    package struct Terms: Hashable, Sendable {
        /// Nil for NULL and for what no version can be: the wait is over at once.
        package var known: UInt64?
        /// From 0 to `maximumSeconds`.
        package var seconds: Double

        package init(known: UInt64?, seconds: Double) {
            self.known = known
            self.seconds = seconds
        }
    }

    /// - Parameters:
    ///   - parameters: of the prepared statement.
    ///   - variables: one for each of `variables`.
    package func terms(parameters: [SQLValue], variables: [SQLValue] = []) -> Terms {
        let values = arguments.values(parameters: parameters, variables: variables)
        let known = Self.version(values[0])
        let seconds = Self.number(values[1]) ?? 0
        // The order matters: a number that is none compares as false.
        return Terms(known: known, seconds: seconds > 0 ? min(seconds, Self.maximumSeconds) : 0)
    }

    private static func version(_ value: SQLValue) -> UInt64? {
        switch value {
        case .integer(let number): UInt64(exactly: number)
        case .unsigned(let number): number
        case .text(let text), .decimal(let text): UInt64(text) ?? number(value).flatMap { UInt64(exactly: $0) }
        case .double, .blob, .null: number(value).flatMap { UInt64(exactly: $0) }
        }
    }

    private static func number(_ value: SQLValue) -> Double? {
        switch value {
        case .null: nil
        case .integer(let number): Double(number)
        case .unsigned(let number): Double(number)
        case .double(let number): number
        case .text(let text), .decimal(let text): Double(text) ?? 0
        case .blob(let bytes): Double(String(decoding: bytes, as: UTF8.self)) ?? 0
        }
    }

    /// The one column of the answer: BIGINT UNSIGNED.
    package var column: ColumnDefinition {
        ColumnDefinition(
            name: columnName,
            characterSet: CharacterSet.binary,
            length: 20,
            type: .longLong,
            flags: [.unsigned, .notNull, .binary]
        )
    }

    package func answer(version: UInt64) -> ResultSet {
        ResultSet(columns: [column], rows: [[.integer(Int64(clamping: version))]])
    }
}
