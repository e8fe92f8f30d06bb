internal import ClusterModel

extension QuorumRequest {
    private enum Kind: UInt8 {
        case elect = 1
        case force, resign, stepDown, remove
    }

    func encode(into writer: inout BinaryWriter) {
        switch self {
        case .elect(let name, let id, let terms):
            writer.byte(Kind.elect.rawValue)
            writer.candidate(name, id, terms)
        case .force(let name, let id, let terms):
            writer.byte(Kind.force.rawValue)
            writer.candidate(name, id, terms)
        case .resign(let name, let id):
            writer.byte(Kind.resign.rawValue)
            writer.text(name)
            writer.text(id)
        case .stepDown(let term):
            writer.byte(Kind.stepDown.rawValue)
            writer.counter(term)
        case .remove(let member):
            writer.byte(Kind.remove.rawValue)
            writer.member(member)
        }
    }

    init(from reader: inout BinaryReader) throws(DecodingFailure) {
        switch try reader.choice(Kind.self) {
        case .elect: self = .elect(try reader.serviceText(), id: try reader.serviceText(), try reader.terms())
        case .force: self = .force(try reader.serviceText(), id: try reader.serviceText(), try reader.terms())
        case .resign: self = .resign(try reader.serviceText(), id: try reader.serviceText())
        case .stepDown: self = .stepDown(try reader.counter())
        case .remove: self = .remove(try reader.member())
        }
    }
}

extension BinaryWriter {
    fileprivate mutating func candidate(_ name: ServiceText, _ id: ServiceText, _ terms: ServiceTerms) {
        text(name)
        text(id)
        self.terms(terms)
    }
}

extension QuorumAnswer {
    private enum Kind: UInt8 {
        case leads = 1
        case led, locked, done, nothingToDo, refused
    }

    func encode(into writer: inout BinaryWriter) {
        switch self {
        case .leads(let term, let remaining):
            writer.byte(Kind.leads.rawValue)
            writer.counter(term)
            writer.count(remaining)
        case .led(let id, let term, let remaining):
            writer.byte(Kind.led.rawValue)
            writer.text(id)
            writer.counter(term)
            writer.count(remaining)
        case .locked(let remaining):
            writer.byte(Kind.locked.rawValue)
            writer.count(remaining)
        case .done: writer.byte(Kind.done.rawValue)
        case .nothingToDo: writer.byte(Kind.nothingToDo.rawValue)
        case .refused(let refusal):
            writer.byte(Kind.refused.rawValue)
            refusal.encode(into: &writer)
        }
    }

    init(from reader: inout BinaryReader) throws(DecodingFailure) {
        switch try reader.choice(Kind.self) {
        case .leads: self = .leads(try reader.counter(), remainingMilliseconds: try reader.count())
        case .led:
            self = .led(
                by: try reader.serviceText(),
                try reader.counter(),
                remainingMilliseconds: try reader.count()
            )
        case .locked: self = .locked(remainingMilliseconds: try reader.count())
        case .done: self = .done
        case .nothingToDo: self = .nothingToDo
        case .refused: self = .refused(try QuorumRefusal(from: &reader))
        }
    }
}

extension QuorumRefusal {
    private enum Kind: UInt8 {
        case noQuorum = 1
        case notInQuorum, busy, tooManyServices, nobodyElse, primaryLeads, lastVoter, isAlive
    }

    fileprivate func encode(into writer: inout BinaryWriter) {
        let kind: Kind
        switch self {
        case .noQuorum(let missing):
            writer.byte(Kind.noQuorum.rawValue)
            return writer.count(missing)
        case .notInQuorum: kind = .notInQuorum
        case .busy: kind = .busy
        case .tooManyServices: kind = .tooManyServices
        case .nobodyElse: kind = .nobodyElse
        case .primaryLeads: kind = .primaryLeads
        case .lastVoter: kind = .lastVoter
        case .isAlive: kind = .isAlive
        }
        writer.byte(kind.rawValue)
    }

    fileprivate init(from reader: inout BinaryReader) throws(DecodingFailure) {
        switch try reader.choice(Kind.self) {
        case .noQuorum: self = .noQuorum(missing: try reader.count())
        case .notInQuorum: self = .notInQuorum
        case .busy: self = .busy
        case .tooManyServices: self = .tooManyServices
        case .nobodyElse: self = .nobodyElse
        case .primaryLeads: self = .primaryLeads
        case .lastVoter: self = .lastVoter
        case .isAlive: self = .isAlive
        }
    }
}
