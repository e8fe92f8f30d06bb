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
        var writer = BinaryWriter()
        switch self {
        case .namePrimary(let member, let epoch, let reason, let time):
            writer.byte(Kind.namePrimary)
            writer.primary(Decisions.Primary(member: member, epoch: epoch, reason: reason, since: time))
        case .elect(let name, let id, let terms, let before, let time):
            writer.byte(Kind.elect)
            writer.text(name)
            writer.counter(before)
            writer.leader(ElectedService.Leader(id: id, terms: terms, since: time))
        case .adjust(let name, let term, let terms):
            writer.byte(Kind.adjust)
            writer.text(name)
            writer.counter(term)
            writer.terms(terms)
        case .vacate(let name, let term, let vacancy):
            writer.byte(Kind.vacate)
            writer.text(name)
            writer.counter(term)
            writer.byte(vacancy.rawValue)
        case .forget(let name, let term):
            writer.byte(Kind.forget)
            writer.text(name)
            writer.counter(term)
        }
        return writer.bytes
    }

    /// - Throws: `DecodingFailure` for what this version cannot read.
    package init(decoding bytes: ArraySlice<UInt8>) throws(DecodingFailure) {
        var reader = BinaryReader(bytes)
        switch try reader.byte() {
        case Kind.namePrimary:
            let primary = try reader.primary()
            self = .namePrimary(primary.member, epoch: primary.epoch, reason: primary.reason, at: primary.since)
        case Kind.elect:
            let (name, before) = (try reader.serviceText(), try reader.counter(ServiceTerm.self))
            let leader = try reader.leader()
            self = .elect(name, id: leader.id, leader.terms, after: before, at: leader.since)
        case Kind.adjust:
            self = .adjust(try reader.serviceText(), try reader.counter(), try reader.terms())
        case Kind.vacate:
            self = .vacate(try reader.serviceText(), try reader.counter(), try reader.choice())
        case Kind.forget:
            self = .forget(try reader.serviceText(), try reader.counter())
        default: throw .malformed
        }
        try reader.end()
    }
}

/// As a snapshot: one byte of version, the primary, then the services in the order of their names.
extension Decisions {
    private static let version: UInt8 = 1

    package var encoded: [UInt8] {
        var writer = BinaryWriter()
        writer.byte(Self.version)
        writer.optional(primary) { $0.primary($1) }
        writer.counter(lastForgottenTerm)
        writer.count(services.count)
        for (name, service) in services.sorted(by: { $0.key < $1.key }) {
            writer.text(name)
            writer.counter(service.term)
            writer.seat(service.seat)
        }
        return writer.bytes
    }

    /// - Throws: `DecodingFailure` for what this version cannot read.
    package init(decoding bytes: ArraySlice<UInt8>) throws(DecodingFailure) {
        var reader = BinaryReader(bytes)
        let version = try reader.byte()
        guard version == Self.version else { throw .unknownVersion(version) }
        let primary = try reader.optional { (reader) throws(DecodingFailure) in try reader.primary() }
        let lastForgotten: ServiceTerm = try reader.counter()
        var services: [ServiceText: ElectedService] = [:]
        for _ in 0..<(try reader.count(atMost: Self.maximumServices)) {
            let name = try reader.serviceText()
            let service = ElectedService(term: try reader.counter(), seat: try reader.seat())
            guard services.updateValue(service, forKey: name) == nil else { throw .malformed }
        }
        try reader.end()
        self.init(primary: primary, services: services, lastForgottenTerm: lastForgotten)
    }
}

extension BinaryWriter {
    package mutating func text(_ text: ServiceText) { counted(text.text.utf8) }

    mutating func primary(_ primary: Decisions.Primary) {
        counter(primary.epoch)
        byte(primary.reason.rawValue)
        time(primary.since)
        optional(primary.member) { $0.member($1) }
    }

    mutating func seat(_ seat: ElectedService.Seat) {
        switch seat {
        case .taken(let leader):
            byte(0)
            self.leader(leader)
        case .vacant(let vacancy, let delay):
            byte(vacancy.rawValue)
            count(delay)
        }
    }

    mutating func leader(_ leader: ElectedService.Leader) {
        text(leader.id)
        terms(leader.terms)
        time(leader.since)
    }

    package mutating func terms(_ terms: ServiceTerms) {
        count(terms.leaseMilliseconds)
        count(terms.lockDelayMilliseconds)
        number(UInt64(UInt32(bitPattern: terms.priority)))
    }
}

extension BinaryReader {
    package mutating func serviceText() throws(DecodingFailure) -> ServiceText {
        guard let text = ServiceText(try text()) else { throw .malformed }
        return text
    }

    mutating func primary() throws(DecodingFailure) -> Decisions.Primary {
        let epoch: Epoch = try counter()
        let reason: PrimaryReason = try choice()
        let since = try time()
        let member = try optional { (reader) throws(DecodingFailure) in try reader.member() }
        return Decisions.Primary(member: member, epoch: epoch, reason: reason, since: since)
    }

    mutating func seat() throws(DecodingFailure) -> ElectedService.Seat {
        let kind = try byte()
        if kind == 0 { return .taken(try leader()) }
        guard let vacancy = ElectedService.Vacancy(rawValue: kind) else { throw .malformed }
        return .vacant(vacancy, lockDelayMilliseconds: try count(atMost: ServiceTerms.lockDelays.upperBound))
    }

    mutating func leader() throws(DecodingFailure) -> ElectedService.Leader {
        ElectedService.Leader(id: try serviceText(), terms: try terms(), since: try time())
    }

    package mutating func terms() throws(DecodingFailure) -> ServiceTerms {
        let (lease, delay) = (try count(), try count())
        guard let priority = UInt32(exactly: try number()),
            let terms = ServiceTerms(
                leaseMilliseconds: lease,
                lockDelayMilliseconds: delay,
                priority: Int32(bitPattern: priority)
            )
        else { throw .malformed }
        return terms
    }
}
