package import ClusterModel
package import MySQLWire

/// A call of one of the functions by which applications elect leaders, with as many arguments as it takes.
package struct ElectionCall: Hashable, Sendable {
    package var function: ElectionFunction
    /// The alias, or the item as it is written.
    package var columnName: String
    package var arguments: [CallArgument]

    package init(_ function: ElectionFunction, columnName: String, _ arguments: [CallArgument]) {
        self.function = function
        self.columnName = columnName
        self.arguments = arguments
    }

    /// The one column of the answer: BIGINT UNSIGNED, and for a leader's id VARCHAR.
    package var column: ColumnDefinition {
        guard function == .leader else {
            return ColumnDefinition(
                name: columnName,
                characterSet: CharacterSet.binary,
                length: 20,
                type: .longLong,
                flags: [.unsigned, .notNull, .binary]
            )
        }
        return ColumnDefinition(name: columnName, length: 255 * 4)
    }

    package func answer(_ value: SQLValue) -> ResultSet { ResultSet(columns: [column], rows: [[value]]) }
}

/// What a call comes to.
package enum ElectionRequest: Hashable, Sendable {
    case demand(ElectionDemand)
    case leader(ServiceText)
    /// Until the service's present term is another than that.
    case wait(ServiceText, known: ServiceTerm, seconds: Double)
    case fence(ServiceText, ServiceTerm)
    case endFence

    /// The longest wait; a longer one is cut to this.
    package static let maximumSeconds = 3600.0
}

/// What the quorum alone can do.
package enum ElectionDemand: Hashable, Sendable {
    /// How long a reign lasts.
    package enum Lasting: Hashable, Sendable {
        /// Until its lease has run out, unless it is renewed.
        case lease
        /// As long as the session of the client, too: the sidecar renews it.
        case session
    }

    case elect(ServiceText, id: ServiceText, ServiceTerms, Lasting)
    case resign(ServiceText, id: ServiceText)
    case force(ServiceText, id: ServiceText, ServiceTerms)

    /// Of a reign that lasts as long as a session; the sidecar renews it in a third of that.
    package static let sessionLeaseMilliseconds = 10_000
    /// Of a leader by force, which has so long to hear of it and to elect itself.
    package static let forcedLeaseMilliseconds = 60_000
}
