import ClusterModel
import NIOCore
import QueryRouting
import Testing

@testable import MySQLSession
@testable import MySQLWire

private let sets = "server: SELECT @@character_set_client, @@character_set_results, @@sql_mode"

/// What applications ask of elections, by scripts of events.
@Suite struct ElectionConversationTests {
    private static func call(_ call: String) -> String { "SELECT cluster_schema.\(call)" }

    /// An answer's one value in the text protocol.
    private func value(_ actions: [Conversation.Action]) -> String? {
        for case .toClient(var bytes) in actions {
            var packets: [ByteBuffer] = []
            while let packet = try? PacketReader.next(from: &bytes, limit: 1 << 24) { packets.append(packet.payload) }
            guard packets.count == 4, var row = packets.dropFirst(2).first else { continue }
            if row.getInteger(at: row.readerIndex, as: UInt8.self) == 0xfb { return "NULL" }
            return row.readInteger(as: UInt8.self).flatMap { row.readString(length: Int($0)) }
        }
        return nil
    }

    private func packet(_ statement: String) -> ByteBuffer {
        Script.packet([Command.query] + Array(statement.utf8))
    }

    /// A session of mysqld's that has told how its statements are read.
    private func fenced(by term: UInt64 = 7) -> Script {
        var script = Script()
        script.services.set("s", term: 7, leader: "a")
        _ = script.client(Self.call("fence_by('s', \(term))"))
        #expect(script.serverTellsSets() == ["client: rows"])
        return script
    }

    // MARK: The quorum's answers

    @Test func `elect is asked of the quorum, and answered when this node has applied it`() {
        var script = Script(isLocal: true)
        #expect(script.client(Self.call("elect('s', 'a', 10)")) == ["elect a for s by lease"])
        // The client's next command waits.
        #expect(script.client(Self.call("leader('s')")) == [])
        #expect(script.event(.elected(.success(7), ticket: script.ticket)) == ["await s for 1.0"])
        script.services.set("s", term: 6, leader: "b")
        #expect(script.event(.serviceChanged) == [])
        script.services.set("s", term: 7, leader: "a")
        #expect(script.event(.serviceChanged) == ["leave service", "client: rows", "client: rows"])
    }

    @Test func `what does not get here in time is answered all the same`() {
        var script = Script(isLocal: true)
        _ = script.client(Self.call("elect('s', 'a', 10)"))
        _ = script.event(.elected(.success(7), ticket: script.ticket))
        let outcome = script.conversation.handle(.serviceWaitEnded, in: script.surroundings)
        #expect(value(outcome.actions) == "7")
    }

    @Test func `who does not lead is told 0 at once, and what the quorum refuses as an error`() {
        var script = Script(isLocal: true)
        _ = script.client(Self.call("elect('s', 'a', 10)"))
        #expect(script.event(.elected(.success(0), ticket: script.ticket)) == ["client: rows"])
        _ = script.client(Self.call("elect('s', 'a', 10)"))
        let error = SQLError(errno: 1205, sqlState: "HY000", message: "2 voters are missing")
        #expect(script.event(.elected(.failure(error), ticket: script.ticket)) == ["client: error 1205"])
        _ = script.client(Self.call("resign('s', 'a')"))
        script.services.set("s", term: 7, leader: "a")
        #expect(script.event(.elected(.success(1), ticket: script.ticket)) == ["await s for 1.0"])
        script.services.set("s", term: 7, leader: nil)
        #expect(script.event(.serviceChanged) == ["leave service", "client: rows"])
    }

    @Test func `force_leader is for those who may call procedures`() {
        let statement = Self.call("force_leader('s', 'b')")
        for (isOperator, heard) in [(true, "force b on s"), (false, "client: error 1227")] {
            var script = Script(isLocal: true, isOperator: isOperator)
            #expect(script.client(statement) == [heard])
        }
        for (grant, heard) in [("SUPER", "force b on s"), ("USAGE", "client: error 1227")] {
            var script = Script()
            _ = script.client(statement)
            #expect(script.serverTellsSets() == ["server: SHOW GRANTS"])
            #expect(script.serverRows([["GRANT \(grant) ON *.* TO app"]]) == [heard])
        }
    }

    @Test func `without a quorum each function says so, and a bad argument is told in its place`() {
        for function in ["elect('s', 'a', 1)", "leader('s')", "wait_for_leader('s', 0, 1)", "fence_by('s', 1)"] {
            var script = Script(isLocal: true)
            script.surroundings.services = nil
            #expect(script.client(Self.call(function)) == ["client: error 1235"])
        }
        var script = Script(isLocal: true)
        #expect(script.client(Self.call("elect('', 'a', 1)")) == ["client: error 1210"])
    }

    @Test func `prepared, with parameters, and variables that mysqld knows`() {
        var script = Script(isLocal: true)
        let statement = Array("SELECT cluster_schema.elect(?, ?, ?)".utf8)
        #expect(script.command(Command.statementPrepare, statement) == ["client: OK"])
        let id = (0..<4).map { UInt8(truncatingIfNeeded: PreparedStatementID.firstOwn >> (8 * UInt32($0))) }
        let types: [UInt8] = [0xfd, 0, 0xfd, 0, 0x08, 0]
        let values: [UInt8] = [1, UInt8(ascii: "s"), 1, UInt8(ascii: "a"), 10, 0, 0, 0, 0, 0, 0, 0]
        #expect(
            script.command(Command.statementExecute, id + [0, 1, 0, 0, 0] + [0, 1] + types + values)
                == ["elect a for s by lease"]
        )
        #expect(script.event(.elected(.success(0), ticket: script.ticket)) == ["client: rows"])

        var other = Script()
        _ = other.client(Self.call("elect('s', @id, 10)"))
        #expect(other.serverTellsSets() == ["server: SELECT @id"])
        #expect(other.serverRows([["a"]]) == ["elect a for s by lease"])
    }

    // MARK: What this node knows

    @Test(arguments: ["a", nil])
    func `leader tells the id, or NULL`(leader: String?) {
        var script = Script(isLocal: true)
        script.services.set("s", term: 7, leader: leader)
        // Answered with what is read from the services when the wait is over.
        let number = value(answer(to: "wait_for_leader('s', 1, 5)", &script))
        #expect(number == (leader == nil ? "0" : "7"))
        #expect(value(answer(to: "leader('s')", &script)) == leader ?? "NULL")
    }

    /// What a statement that is answered at once brings about.
    private func answer(to call: String, _ script: inout Script) -> [Conversation.Action] {
        var outcome = script.conversation.handle(.clientSent(packet(Self.call(call))), in: script.surroundings)
        var actions: [Conversation.Action] = []
        while true {
            actions += outcome.actions
            var next: Conversation.Event?
            for case .work(let request, let ticket) in outcome.actions {
                next = .tables(script.result(request), ticket: ticket)
            }
            guard let next else { return actions }
            outcome = script.conversation.handle(next, in: script.surroundings)
        }
    }

    @Test func `wait_for_leader ends by another term, by a vacancy, or by its time`() {
        var script = Script(isLocal: true)
        script.services.set("s", term: 7, leader: "a")
        #expect(script.client(Self.call("wait_for_leader('s', 6, 5)")) == ["client: rows"])
        for (term, leader, known) in [(8, "b", 7), (8, nil, 8), (9, "b", 0)] as [(UInt64, String?, Int)] {
            #expect(script.client(Self.call("wait_for_leader('s', \(known), 5)")) == ["await s for 5.0"])
            let (isWaiting, isExecuting) = (script.conversation.isAwaitingService, script.conversation.isExecuting)
            #expect(isWaiting && !isExecuting && script.wants.client)
            #expect(script.event(.serviceChanged) == [])
            script.services.set("s", term: term, leader: leader)
            #expect(script.event(.serviceChanged) == ["leave service", "client: rows"])
        }
        _ = script.client(Self.call("wait_for_leader('s', 9, 5)"))
        #expect(script.event(.serviceWaitEnded) == ["leave service", "client: rows"])
        #expect(script.client(Self.call("wait_for_leader('s', 9, 0)")) == ["client: rows"])
        script.surroundings.isDraining = true
        #expect(script.client(Self.call("wait_for_leader('s', 9, 5)")) == ["client: rows", "close"])
    }

    // MARK: Reigns of sessions

    @Test func `a reign of the session ends with it, with its reset and with another login`() {
        func script() -> Script {
            var script = Script()
            _ = script.client(Self.call("elect('s', 'a', 'session')"))
            #expect(script.serverTellsSets() == ["elect a for s by session"])
            script.services.set("s", term: 1, leader: "a")
            #expect(script.event(.elected(.success(1), ticket: script.ticket)) == ["client: rows"])
            return script
        }
        var ended = script()
        #expect(ended.abandon() == ["end reigns"])
        #expect(ended.abandon() == [])
        var closed = script()
        #expect(closed.event(.serverEnded) == ["end reigns", "close"])
        var reset = script()
        #expect(reset.command(Command.resetConnection) == ["end reigns", "server: command 31"])
        _ = reset.serverOK()
        #expect(reset.command(Command.resetConnection) == ["server: command 31"])
        var changed = script()
        let change = Array("other\0".utf8) + [0] + Array("\0".utf8)
        #expect(changed.command(Command.changeUser, change) == ["end reigns", "change of user to other"])
    }

    @Test func `one that is asked for while the client leaves ends, too`() {
        var script = Script(isLocal: true)
        #expect(script.client(Self.call("elect('s', 'a', 'session')")) == ["elect a for s by session"])
        #expect(script.abandon() == ["abandon", "end reigns"])
    }

    // MARK: The fence

    @Test func `statements go on while the term is the present one, and no longer`() {
        var script = fenced()
        #expect(script.client("INSERT INTO t VALUES (1)") == ["server: INSERT INTO t VALUES (1)"])
        _ = script.serverOK()
        script.services.set("s", term: 8, leader: "b")
        #expect(script.client("INSERT INTO t VALUES (2)") == ["client: error 1644"])
        // What is answered here is answered on.
        #expect(script.client(Self.call("leader('s')")) == [sets])
        #expect(script.serverTellsSets() == ["client: rows"])
        #expect(script.client("SELECT 1", "SELECT 2") == ["client: error 1644", "client: error 1644"])
        #expect(script.command(Command.ping) == ["server: command 14"])
        _ = script.serverOK()
        #expect(script.client(Self.call("fence_by('s', 8)")) == ["client: rows"])
        #expect(script.client("INSERT INTO t VALUES (3)") == ["server: INSERT INTO t VALUES (3)"])
    }

    @Test func `nor while nobody leads`() {
        var script = fenced()
        script.services.set("s", term: 7, leader: nil)
        #expect(script.client("SELECT 1") == ["client: error 1644"])
    }

    @Test(arguments: ["fence_by('s', 0)", "fence_by('s', NULL)"])
    func `a fence is ended by term 0 and by NULL`(end: String) {
        var script = fenced()
        script.services.set("s", term: 8, leader: "b")
        #expect(script.client("SELECT 1") == ["client: error 1644"])
        #expect(script.client(Self.call(end)) == ["client: rows"])
        #expect(script.client("SELECT 1") == ["server: SELECT 1"])
    }

    @Test func `and by a reset of the session`() {
        var script = fenced()
        script.services.set("s", term: 8, leader: "b")
        #expect(script.command(Command.resetConnection) == ["server: command 31"])
        _ = script.serverOK()
        #expect(script.client("SELECT 1") == ["server: SELECT 1"])
    }

    @Test func `each command that mysqld would carry out is refused, whatever it is, and those that it would not pass`()
    {
        for command in UInt8.min...UInt8.max where command != Command.query {
            var script = fenced()
            script.services.set("s", term: 8, leader: "b")
            let heard = script.command(command, [1, 0, 0, 0, 0, 1, 0, 0, 0])
            switch command {
            case Command.changeUser: #expect(heard == ["change of user to \u{1}"] || heard.last == "close", "\(heard)")
            case Command.tableDump, Command.clone, Command.groupReplicationStream, Command.multiple:
                #expect(heard == ["client: error 1047"])
            case _ where SessionMachine.passesFence(command): #expect(heard == ["server: command \(command)"])
            case Command.statementPrepare:
                #expect(heard == ["client: error 1644"])
            default: #expect(heard == ["client: error 1644"], "\(command)")
            }
        }
    }

    @Test func `a long statement is refused before it has come, and ends the session`() {
        var script = fenced()
        script.services.set("s", term: 8, leader: "b")
        let length = 20_000_000 & 0xffffff
        let head = ByteBuffer(bytes: [UInt8(length & 0xff), UInt8(length >> 8 & 0xff), UInt8(length >> 16), 0, 3, 65])
        #expect(script.event(.clientSent(head)) == ["client: error 1644", "close"])
    }

    @Test func `of a statement that has begun mysqld does not get the rest`() {
        var script = fenced()
        let statement = "INSERT INTO t VALUES ('" + String(repeating: "x", count: 100_000) + "')"
        var packet = packet(statement)
        let first = packet.readSlice(length: 70_000) ?? ByteBuffer()
        #expect(script.conversation.handle(.clientSent(first), in: script.surroundings).actions.count == 1)
        script.services.set("s", term: 8, leader: "b")
        #expect(script.event(.clientSent(packet)) == ["client: error 1644", "close"])
    }

    @Test func `a statement that was looked at is looked at again before it goes`() {
        var script = fenced()
        script.keepsWork = true
        let statement = "SELECT 'a long one' /* cluster_ */"
        #expect(script.client(statement) == ["work"])
        script.services.set("s", term: 8, leader: "b")
        #expect(script.work() == ["client: error 1644"])
    }

    @Test func `a term that this node has not heard of yet is waited for`() {
        var script = Script()
        script.services.set("s", term: 6, leader: "b")
        _ = script.client(Self.call("fence_by('s', 7)"))
        #expect(script.serverTellsSets() == ["await s for 1.0"])
        script.services.set("s", term: 7, leader: "a")
        #expect(script.event(.serviceChanged) == ["leave service", "client: rows"])
        #expect(script.client("SELECT 1") == ["server: SELECT 1"])
    }

    @Test func `a session without a fence is followed where its bytes lie`() throws {
        var script = Script()
        let bytes = packet("SELECT 1")
        let followed = try script.conversation.followClient(bytes.readableBytesUInt8Span)
        #expect(followed?.count == bytes.readableBytes)
        var other = fenced()
        #expect(try other.conversation.followClient(bytes.readableBytesUInt8Span) == nil)
    }
}
