import ClusterModel
import Simulator

@testable import Raft

/// Carries out the commands of a story, one a line, on a bench. Peers are numbers, entries are TERM:INDEX, a ROUTE is
/// FROM>TO with `*` for anybody.
///
/// ```
/// cluster N [KEY=NUMBER …]         founders 1 to N; keys as in `setting`
/// run MS | run until leader | run until N leads
/// cut ROUTE…   isolate N   heal    what is sent is lost
/// hold ROUTE [KIND]                what is sent (of that kind) is kept back
/// held   drop [ROUTE [KIND]]   release [ROUTE [KIND]]
/// crash N   start N   pause N   resume N   wipe N   reluctance N MS
/// stall-disk N   write N   free-disk N   break-disk N
/// propose N TEXT   read N   connection-lost N OTHER
/// learner N   promote N   demote N   remove N       asked of the leader
/// transfer N OTHER   slow-gate N   gate-closed N
/// deliver ROUTE term TERM MESSAGE  as `held` shows them
/// show [N…]   log N
/// ```
struct ScenarioScript {
    private var bench: RaftBench?

    /// - Returns: the output.
    mutating func perform(_ line: String) -> [String] {
        var words = line.split(separator: " ").map { String($0) }
        let command = words.removeFirst()
        do {
            guard command != "cluster" else { return try begin(words) }
            guard let bench else { throw ScriptError("no cluster yet") }
            return try perform(command, words, on: bench)
        } catch {
            return ["ERROR: \(error)"]
        }
    }

    private mutating func begin(_ words: [String]) throws(ScriptError) -> [String] {
        var settings = RaftSettings.bench
        for word in words.dropFirst() { try set(word, in: &settings) }
        let bench = RaftBench(voters: try number(words, 0), settings: settings)
        self.bench = bench
        return bench.takeNotes()
    }

    private func set(_ word: String, in settings: inout RaftSettings) throws(ScriptError) {
        let parts = word.split(separator: "=").map { String($0) }
        let value = try number(parts, 1)
        switch parts[0] {
        case "append-bytes": settings.maximumAppendBytes = value
        case "inflight-messages": settings.maximumInflightMessages = value
        case "inflight-bytes": settings.maximumInflightBytes = value
        case "uncommitted-bytes": settings.maximumUncommittedBytes = value
        case "snapshot-entries": settings.snapshotAfterEntries = value
        case "kept-entries": settings.keptEntries = value
        case "chunk-bytes": settings.snapshotChunkBytes = value
        case "snapshot-bytes": settings.maximumSnapshotBytes = value
        default: throw ScriptError("unknown setting \(word)")
        }
    }

    private func perform(_ command: String, _ words: [String], on bench: RaftBench) throws(ScriptError) -> [String] {
        var shown: [String] = []
        switch command {
        case "run": try run(words, on: bench)
        case "cut": for word in words { bench.network.cut(try route([word])) }
        case "isolate":
            bench.network.cut(BenchNetwork.Route(from: try number(words, 0)))
            bench.network.cut(BenchNetwork.Route(to: try number(words, 0)))
        case "heal": bench.network.heal()
        case "hold": bench.network.hold(try route(words))
        case "drop": bench.network.drop(try route(words))
        case "release": bench.network.release(try route(words))
        case "held": shown = bench.network.held.map { bench.text($0) }
        case "show":
            let peers = words.isEmpty ? bench.peers : try peers(words, bench)
            shown = peers.map { bench.show($0) }
        case "log": shown = bench.log(of: try peer(words, 0, bench))
        case "deliver":
            var parser = MessageParser(words)
            let message = try parser.message(on: bench)
            bench.deliver(.message(message), to: bench.peer(bench.number(of: message.to)))
        default:
            if let event = try event(command, words, on: bench) {
                bench.deliver(event.event, to: event.peer)
            } else {
                try change(command, try peer(words, 0, bench), words, on: bench)
            }
        }
        bench.settle()
        return bench.takeNotes() + shown
    }

    private func run(_ words: [String], on bench: RaftBench) throws(ScriptError) {
        guard words.first == "until" else { return bench.run(forMilliseconds: try number(words, 0)) }
        let wanted = words.last == "leads" ? try number(words, 1) : nil
        let came = bench.run(withinMilliseconds: 20_000) {
            bench.leader.map { wanted == nil || $0.number == wanted } ?? false
        }
        if !came { bench.note("NOBODY LEADS WITHIN 20 SECONDS") }
    }

    /// What happens to a process and its disk.
    private func change(
        _ command: String,
        _ peer: BenchPeer,
        _ words: [String],
        on bench: RaftBench
    ) throws(ScriptError) {
        switch command {
        case "crash": bench.crash(peer)
        case "start": bench.start(peer)
        case "pause": peer.isPaused = peer.node != nil
        case "resume": bench.resume(peer)
        case "wipe":
            guard peer.node == nil else { throw ScriptError("\(peer.number) is running") }
            peer.disk = .init()
        case "stall-disk": peer.disk.isStalled = true
        case "free-disk": peer.disk.isStalled = false
        case "write": bench.write(peer)
        case "slow-gate": peer.isGateByHand = true
        case "reluctance":
            peer.reluctanceMilliseconds = try number(words, 1)
            bench.deliver(.reluctance(milliseconds: peer.reluctanceMilliseconds), to: peer)
        default: throw ScriptError("unknown command \(command)")
        }
    }

    /// What a node is told.
    private func event(
        _ command: String,
        _ words: [String],
        on bench: RaftBench
    ) throws(ScriptError) -> (event: RaftEvent, peer: BenchPeer)? {
        switch command {
        case "propose":
            let text = words.dropFirst().joined(separator: " ")
            let proposal = Proposal(id: bench.request(text), command: Array(text.utf8))
            return (.propose([proposal]), try peer(words, 0, bench))
        case "read": return (.read(bench.request("the question")), try peer(words, 0, bench))
        case "transfer":
            return (.transfer(to: try peer(words, 1, bench).id), try peer(words, 0, bench))
        case "gate-closed":
            let peer = try peer(words, 0, bench)
            guard let closing = peer.closing else { throw ScriptError("its gate is not to be closed") }
            return (.gateClosed(closing), peer)
        case "connection-lost":
            return (.connectionLost(try peer(words, 1, bench).id), try peer(words, 0, bench))
        case "break-disk": return (.storeFailed, try peer(words, 0, bench))
        case "learner", "promote", "demote", "remove":
            let subject = try peer(words, 0, bench)
            if command == "learner", subject.node == nil { bench.start(subject) }
            guard let leader = bench.leader else { throw ScriptError("nobody leads") }
            let change: MembershipChange =
                switch command {
                case "learner": .addLearner(subject.id, subject.member)
                case "promote": .promote(subject.id)
                case "demote": .demote(subject.id)
                default: .remove(subject.id)
                }
            return (.change(bench.request("\(command) \(subject.number)"), change), leader)
        default: return nil
        }
    }

    // MARK: Words

    private func number(_ words: [String], _ place: Int) throws(ScriptError) -> Int {
        guard words.indices.contains(place), let number = Int(words[place]) else {
            throw ScriptError("a number is missing")
        }
        return number
    }

    private func peer(_ words: [String], _ place: Int, _ bench: RaftBench) throws(ScriptError) -> BenchPeer {
        bench.peer(try number(words, place))
    }

    private func peers(_ words: [String], _ bench: RaftBench) throws(ScriptError) -> [BenchPeer] {
        var peers: [BenchPeer] = []
        for place in words.indices { peers.append(try peer(words, place, bench)) }
        return peers
    }

    /// All routes and kinds if there are no words.
    private func route(_ words: [String]) throws(ScriptError) -> BenchNetwork.Route {
        guard let first = words.first else { return BenchNetwork.Route() }
        let ends = first.split(separator: ">").map { String($0) }
        guard ends.count == 2, ends.allSatisfy({ $0 == "*" || Int($0) != nil }) else {
            throw ScriptError("\(first) is no route")
        }
        return BenchNetwork.Route(from: Int(ends[0]), to: Int(ends[1]), kind: words.dropFirst().first)
    }
}

struct ScriptError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
