/// Numbers in base 128, texts with their length before them; the first byte says what it is.
extension Decision {
    private enum Kind {
        static let namePrimary: UInt8 = 1
        static let elect: UInt8 = 2
        static let vacate: UInt8 = 3
        static let forget: UInt8 = 4
        static let adjust: UInt8 = 5
    }

    package var encoded: [UInt8] {
        var writer = DecisionWriter()
        switch self {
        case .namePrimary(let member, let epoch, let reason, let time):
            writer.byte(Kind.namePrimary)
            writer.primary(Decisions.Primary(member: member, epoch: epoch, reason: reason, since: time))
        case .elect(let name, let id, let terms, let before, let time):
            writer.byte(Kind.elect)
            writer.text(name)
            writer.number(before.rawValue)
            writer.leader(ElectedService.Leader(id: id, terms: terms, since: time))
        case .adjust(let name, let term, let terms):
            writer.byte(Kind.adjust)
            writer.text(name)
            writer.number(term.rawValue)
            writer.terms(terms)
        case .vacate(let name, let term, let vacancy):
            writer.byte(Kind.vacate)
            writer.text(name)
            writer.number(term.rawValue)
            writer.byte(vacancy.rawValue)
        case .forget(let name, let term):
            writer.byte(Kind.forget)
            writer.text(name)
            writer.number(term.rawValue)
        }
        return writer.bytes
    }

    /// - Returns: nil for what this version cannot read.
    package init?(decoding bytes: [UInt8]) {
        var reader = DecisionReader(bytes[...])
        switch reader.byte() {
        case Kind.namePrimary:
            guard let primary = reader.primary() else { return nil }
            self = .namePrimary(primary.member, epoch: primary.epoch, reason: primary.reason, at: primary.since)
        case Kind.elect:
            guard let name = reader.text(), let before = reader.counter(ServiceTerm.self),
                let leader = reader.leader()
            else { return nil }
            self = .elect(name, id: leader.id, leader.terms, after: before, at: leader.since)
        case Kind.adjust:
            guard let name = reader.text(), let term = reader.counter(ServiceTerm.self), let terms = reader.terms()
            else { return nil }
            self = .adjust(name, term, terms)
        case Kind.vacate:
            guard let name = reader.text(), let term = reader.counter(ServiceTerm.self),
                let vacancy = reader.byte().flatMap(ElectedService.Vacancy.init)
            else { return nil }
            self = .vacate(name, term, vacancy)
        case Kind.forget:
            guard let name = reader.text(), let term = reader.counter(ServiceTerm.self) else { return nil }
            self = .forget(name, term)
        default: return nil
        }
        guard reader.isAtEnd else { return nil }
    }
}

/// As a snapshot: one byte of version, the primary, then the services in the order of their names.
extension Decisions {
    private static let version: UInt8 = 1

    private enum Flag {
        static let no: UInt8 = 0
        static let yes: UInt8 = 1
    }

    package var encoded: [UInt8] {
        var writer = DecisionWriter()
        writer.byte(Self.version)
        writer.byte(primary == nil ? Flag.no : Flag.yes)
        if let primary { writer.primary(primary) }
        writer.number(lastForgottenTerm.rawValue)
        writer.number(UInt64(services.count))
        for (name, service) in services.sorted(by: { $0.key < $1.key }) {
            writer.text(name)
            writer.number(service.term.rawValue)
            switch service.seat {
            case .taken(let leader):
                writer.byte(0)
                writer.leader(leader)
            case .vacant(let vacancy, let delay):
                writer.byte(vacancy.rawValue)
                writer.number(UInt64(max(0, delay)))
            }
        }
        return writer.bytes
    }

    /// - Returns: nil for what this version cannot read.
    package init?(decoding bytes: [UInt8]) {
        var reader = DecisionReader(bytes[...])
        guard reader.byte() == Self.version, let hasPrimary = reader.byte(), hasPrimary <= Flag.yes else { return nil }
        var primary: Primary?
        if hasPrimary == Flag.yes {
            guard let read = reader.primary() else { return nil }
            primary = read
        }
        guard let lastForgotten = reader.counter(ServiceTerm.self), let count = reader.number(),
            count <= UInt64(Self.maximumServices)
        else { return nil }
        var services: [ServiceText: ElectedService] = [:]
        for _ in 0..<count {
            guard let name = reader.text(), services[name] == nil, let term = reader.counter(ServiceTerm.self),
                let kind = reader.byte()
            else { return nil }
            if kind == 0 {
                guard let leader = reader.leader() else { return nil }
                services[name] = ElectedService(term: term, seat: .taken(leader))
            } else {
                guard let vacancy = ElectedService.Vacancy(rawValue: kind), let delay = reader.number(),
                    let delay = Int(exactly: delay), ServiceTerms.lockDelays.contains(delay)
                else { return nil }
                services[name] = ElectedService(term: term, seat: .vacant(vacancy, lockDelayMilliseconds: delay))
            }
        }
        guard reader.isAtEnd else { return nil }
        self.init(primary: primary, services: services, lastForgottenTerm: lastForgotten)
    }
}

private struct DecisionWriter {
    private(set) var bytes: [UInt8] = []

    mutating func byte(_ value: UInt8) { bytes.append(value) }

    mutating func number(_ value: UInt64) { Base128.append(value, to: &bytes) }

    mutating func time(_ time: WallTime) { number(UInt64(bitPattern: time.microsecondsSince1970)) }

    mutating func text(_ text: ServiceText) {
        number(UInt64(text.text.utf8.count))
        bytes += text.text.utf8
    }

    mutating func primary(_ primary: Decisions.Primary) {
        number(primary.epoch.rawValue)
        byte(primary.reason.rawValue)
        time(primary.since)
        byte(primary.member == nil ? 0 : 1)
        bytes += primary.member?.bytes ?? []
    }

    mutating func leader(_ leader: ElectedService.Leader) {
        text(leader.id)
        terms(leader.terms)
        time(leader.since)
    }

    mutating func terms(_ terms: ServiceTerms) {
        number(UInt64(max(0, terms.leaseMilliseconds)))
        number(UInt64(max(0, terms.lockDelayMilliseconds)))
        number(UInt64(UInt32(bitPattern: terms.priority)))
    }
}

private struct DecisionReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func byte() -> UInt8? { rest.popFirst() }

    mutating func number() -> UInt64? { Base128.take(from: &rest) }

    mutating func counter<Counter: MonotonicCounter>(_ type: Counter.Type) -> Counter? {
        number().map(Counter.init(rawValue:)).flatMap { $0 <= Counter.greatestTold ? $0 : nil }
    }

    mutating func time() -> WallTime? {
        number().map { WallTime(microsecondsSince1970: Int64(bitPattern: $0)) }
    }

    mutating func text() -> ServiceText? {
        guard let count = number(), count <= UInt64(rest.count) else { return nil }
        defer { rest = rest.dropFirst(Int(count)) }
        return String(validating: rest.prefix(Int(count)), as: UTF8.self).flatMap(ServiceText.init)
    }

    mutating func primary() -> Decisions.Primary? {
        guard let epoch = counter(Epoch.self), let reason = byte().flatMap(PrimaryReason.init), let since = time(),
            let hasMember = byte(), hasMember <= 1
        else { return nil }
        guard hasMember == 1 else {
            return Decisions.Primary(member: nil, epoch: epoch, reason: reason, since: since)
        }
        guard let member = MemberID(bytes: rest.prefix(16)) else { return nil }
        rest = rest.dropFirst(16)
        return Decisions.Primary(member: member, epoch: epoch, reason: reason, since: since)
    }

    mutating func leader() -> ElectedService.Leader? {
        guard let id = text(), let terms = terms(), let since = time() else { return nil }
        return ElectedService.Leader(id: id, terms: terms, since: since)
    }

    mutating func terms() -> ServiceTerms? {
        guard let lease = number().flatMap({ Int(exactly: $0) }), let delay = number().flatMap({ Int(exactly: $0) }),
            let priority = number().flatMap({ UInt32(exactly: $0) })
        else { return nil }
        return ServiceTerms(
            leaseMilliseconds: lease,
            lockDelayMilliseconds: delay,
            priority: Int32(bitPattern: priority)
        )
    }
}
