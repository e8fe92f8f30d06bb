/// Code that must stand any input, and what must hold for it.
///
/// Whatever `run` does follows from the input alone, so that a kept input reproduces a failure.
package protocol FuzzTarget {
    /// - Parameter random: the source of every choice.
    func makeInput(using random: inout FuzzRandom) -> [UInt8]

    /// - Throws: `FuzzFailure` when something that must hold does not.
    func run(_ input: [UInt8]) throws(FuzzFailure)
}

/// Something that must hold did not.
package struct FuzzFailure: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}

func require(_ condition: Bool, _ what: @autoclosure () -> String) throws(FuzzFailure) {
    if !condition { throw FuzzFailure(what()) }
}

/// The targets by name.
package enum FuzzTargets: String, CaseIterable, Sendable {
    case packets
    case handshake
    case authentication
    case session
    case compression
    case tokenizer
    case proxyHeader = "proxy-header"
    case gossip
    case peerStream = "peer-stream"
    case raft
    case quorum
    case gtid
    case execute
    case sql

    /// - Parameter corpus: the recordings and statements to begin with.
    package func make(_ corpus: Corpus) throws -> any FuzzTarget {
        switch self {
        case .packets: PacketsTarget(corpus)
        case .handshake: HandshakeTarget(corpus)
        case .authentication: AuthenticationTarget(corpus)
        case .compression: CompressionTarget(corpus)
        case .session: SessionTarget(corpus)
        case .tokenizer: TokenizerTarget(corpus)
        case .proxyHeader: ProxyHeaderTarget()
        case .gossip: GossipTarget()
        case .peerStream: PeerStreamTarget()
        case .raft: RaftTarget()
        case .quorum: QuorumTarget()
        case .gtid: GTIDTarget()
        case .execute: ExecuteTarget(corpus)
        case .sql: try SQLTarget(corpus)
        }
    }

    /// What a case may take where that is not what it may of most.
    package func adjust(_ limits: inout FuzzRun.Limits) {
        guard self == .sql else { return }
        limits.caseNanoseconds = 3_000_000_000
        limits.growthKiB = 200 * 1024
    }
}

/// An input's parts: eight bytes that seed the choices of the case, and what the code is shown.
struct FuzzInput {
    var random: FuzzRandom
    var payload: [UInt8]

    init(_ input: [UInt8]) {
        var seed: UInt64 = 0
        for byte in input.prefix(8).reversed() { seed = seed << 8 | UInt64(byte) }
        random = FuzzRandom(seed: seed)
        payload = Array(input.dropFirst(8))
    }

    static func encode(_ payload: [UInt8], using random: inout FuzzRandom) -> [UInt8] {
        random.bytes(8) + payload
    }
}
