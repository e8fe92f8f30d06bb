internal import ClusterModel
package import MySQLWire

extension ElectionCall {
    /// - Parameters:
    ///   - parameters: of the prepared statement.
    ///   - variables: one for each of the arguments' `variables`.
    /// - Throws: `SQLError` 1210 for what an argument cannot be.
    package func request(
        parameters: [SQLValue],
        variables: [SQLValue] = []
    ) throws(SQLError) -> ElectionRequest {
        let values = arguments.values(parameters: parameters, variables: variables)
        let given = ElectionArguments(function: function, values: values)
        let service = try given.name(0, "service")
        switch function {
        case .elect:
            let (terms, lasting) = try given.terms()
            return .demand(.elect(service, id: try given.name(1, "id"), terms, lasting))
        case .resign: return .demand(.resign(service, id: try given.name(1, "id")))
        case .forceLeader:
            let terms = try given.terms(ElectionDemand.forcedLeaseMilliseconds)
            return .demand(.force(service, id: try given.name(1, "id"), terms))
        case .leader: return .leader(service)
        case .waitForLeader:
            let known = try given.term(1, "known_term")
            let seconds = try given.number(2, "seconds", in: 0...Double.greatestFiniteMagnitude)
            return .wait(service, known: known, seconds: min(seconds, ElectionRequest.maximumSeconds))
        case .fenceBy:
            guard values[1] != .null else { return .endFence }
            let term = try given.term(1, "term")
            return term == .zero ? .endFence : .fence(service, term)
        }
    }
}

/// Reads the values of a call's arguments.
private struct ElectionArguments {
    let function: ElectionFunction
    let values: [SQLValue]

    func name(_ index: Int, _ what: String) throws(SQLError) -> ServiceText {
        guard values[index] != .null else { throw error("\(what) is NULL") }
        guard let text = values[index].name else { throw error("\(what) is neither a text nor a whole number") }
        if let name = ServiceText(text) { return name }
        if text.isEmpty { throw error("\(what) is empty") }
        let isLong = text.unicodeScalars.count > 255
        throw error(isLong ? "\(what) is longer than 255 characters" : "\(what) has control characters")
    }

    func number(_ index: Int, _ what: String, in range: ClosedRange<Double>) throws(SQLError) -> Double {
        guard values[index] != .null else { throw error("\(what) is NULL") }
        guard let number = values[index].number else { throw error("\(what) is no number") }
        // The order matters: a number that is none is in no range.
        guard range.contains(number) else {
            let bounds = range.upperBound < 1e10 ? "\(Int(range.lowerBound)) to \(Int(range.upperBound))" : "0 or more"
            throw error("\(what) is not \(bounds)")
        }
        return number
    }

    func term(_ index: Int, _ what: String) throws(SQLError) -> ServiceTerm {
        guard values[index] != .null else { throw error("\(what) is NULL") }
        guard let number = values[index].wholeNumber else { throw error("\(what) is no term") }
        return ServiceTerm(rawValue: number)
    }

    /// The third argument of elect, and those behind it.
    func terms() throws(SQLError) -> (ServiceTerms, ElectionDemand.Lasting) {
        let isOfSession = values[2].name?.asciiLowercased == "session"
        let lease = isOfSession ? ElectionDemand.sessionLeaseMilliseconds : Self.milliseconds(try lease())
        let delay = values.count > 3 ? Self.milliseconds(try number(3, "lock_delay_seconds", in: 0...60)) : 0
        let bounds = Double(Int32.min)...Double(Int32.max)
        let priority = values.count > 4 ? try number(4, "priority", in: bounds) : 0
        guard priority == priority.rounded() else { throw error("priority is no whole number") }
        return (try terms(lease, delay, Int32(priority)), isOfSession ? .session : .lease)
    }

    private func lease() throws(SQLError) -> Double {
        if values[2] != .null, values[2].number == nil {
            throw error("ttl_seconds is neither a number nor 'session'")
        }
        return try number(2, "ttl_seconds", in: 1...86_400)
    }

    func terms(_ lease: Int, _ delay: Int = 0, _ priority: Int32 = 0) throws(SQLError) -> ServiceTerms {
        let terms = ServiceTerms(leaseMilliseconds: lease, lockDelayMilliseconds: delay, priority: priority)
        guard let terms else { throw error("times are out of bounds") }
        return terms
    }

    private static func milliseconds(_ seconds: Double) -> Int { Int((seconds * 1_000).rounded()) }

    private func error(_ what: String) -> SQLError { .incorrectArguments(of: function, what) }
}

extension SQLValue {
    fileprivate var name: String? {
        switch self {
        case .null, .double: nil
        case .integer(let number): String(number)
        case .unsigned(let number): String(number)
        case .text(let text), .decimal(let text): text
        case .blob(let bytes): String(validating: bytes, as: UTF8.self)
        }
    }

    fileprivate var number: Double? {
        if case .double(let number) = self { number } else { name.flatMap { Double($0) } }
    }

    fileprivate var wholeNumber: UInt64? {
        if case .double(let number) = self { UInt64(exactly: number) } else { name.flatMap { UInt64($0) } }
    }
}
