import NIOCore
import QueryRouting
import Testing

@testable import MySQLSession
@testable import MySQLWire

private let ours = "SELECT * FROM cluster_schema.members"
private let sets = "server: SELECT @@character_set_client, @@character_set_results, @@sql_mode"

/// Scripts of events, without a socket.
@Suite("Conversations") struct ConversationTests {
    @Test func `what is not ours goes on and comes back as it is`() {
        var script = Script()
        #expect(script.client("SELECT 1") == ["server: SELECT 1"])
        #expect(script.serverOK() == ["client: OK"])
    }

    @Test func `of pipelined commands each has its answer in its place`() {
        var script = Script()
        #expect(script.client("SELECT 1", ours, "SELECT 2") == ["server: SELECT 1", "patience"])
        // mysqld is asked how the statement is to be read, and what it says is not the client's.
        #expect(script.serverOK() == ["client: OK", sets])
        #expect(script.serverTellsSets() == ["client: OK", "server: SELECT 2"])
        #expect(script.serverOK() == ["client: OK"])
    }

    @Test func `mysqld is asked again only after a command that may have changed what it says`() {
        var script = Script()
        #expect(script.client(ours) == [sets])
        #expect(script.serverTellsSets() == ["client: OK"])
        #expect(script.client(ours) == ["client: OK"])
        _ = script.client("SET NAMES latin1")
        _ = script.serverOK()
        #expect(script.client(ours) == [sets])
    }

    @Test func `what mysqld refuses to tell is the command's answer`() {
        var script = Script()
        _ = script.client(ours)
        #expect(script.serverError(1820, "must reset") == ["client: error 1820"])
        #expect(script.client("SELECT 1") == ["server: SELECT 1"])
    }

    @Test func `all that a statement needs is found out one after the other`() {
        var script = Script()
        #expect(script.client("SELECT @x FROM cluster_schema.connections") == [sets])
        #expect(script.serverTellsSets() == ["server: SELECT @x"])
        #expect(script.serverRows([["1"]]) == ["server: SHOW GRANTS"])
        #expect(script.serverRows([["GRANT PROCESS ON *.* TO app"]]) == ["list sessions"])
        #expect(script.event(.sessions([], ticket: script.ticket)) == ["client: OK"])
    }

    @Test func `mysqld carries out what reads its tables too`() {
        var script = Script()
        // How its bytes are read makes no difference: they are mysqld's to read.
        let mixed = "SELECT * FROM app.t, cluster_schema.members"
        #expect(script.client(mixed) == ["server: /* rows */ \(mixed)"])
        #expect(script.serverOK() == ["client: OK"])
    }

    @Test func `a PREPARE that is refused ends what went by its name`() {
        var script = Script()
        _ = script.client("PREPARE p FROM 'SELECT * FROM cluster_schema.members'")
        #expect(script.serverTellsSets() == ["server: DEALLOCATE PREPARE p"])
        #expect(script.serverError(1243, "Unknown prepared statement handler") == ["client: error 1235"])
    }

    @Test func `SHOW DATABASES is mysqld's answer with our schema in it`() {
        var script = Script()
        _ = script.client("SHOW DATABASES /* cluster_schema */")
        #expect(script.serverTellsSets() == ["server: SHOW DATABASES /* cluster_schema */"])
        #expect(script.serverRows([["app"]]) == ["client: rows"])
    }

    @Test func `CALL wants a privilege, and runs elsewhere`() {
        for (grant, outcome) in [("USAGE", "client: error 1227"), ("SUPER", "call reload")] {
            var script = Script()
            _ = script.client("CALL cluster_schema.reload()")
            #expect(script.serverTellsSets() == ["server: SHOW GRANTS"])
            #expect(script.serverRows([["GRANT \(grant) ON *.* TO app"]]) == [outcome])
            guard outcome == "call reload" else { continue }
            // The client's next command waits.
            #expect(script.client("SELECT 1") == [])
            #expect(script.event(.called(.success([]), ticket: script.ticket)) == ["client: OK", "server: SELECT 1"])
        }
    }

    @Test func `what comes behind a statement that is being read waits, whoever is to answer that`() {
        var script = State.routing.script()
        #expect(script.client("SELECT 2") == [])
        #expect(script.work() == ["server: SELECT 'a long one' /* cluster_ */", "server: SELECT 2"])
    }

    @Test func `an event loop reads no long statement`() {
        let longest = TablesRequest.longestReading
        // One that is to be read in two ways takes twice as long.
        for (sets, longest) in [(SessionCharacterSets(), longest), (nil, longest / 2)] {
            for (count, isLong) in [(longest, false), (longest + 1, true)] {
                let statement = RoutedStatement(
                    bytes: Array(repeating: UInt8(ascii: "("), count: count),
                    context: SessionContext(),
                    characterSets: sets
                )
                #expect(TablesRequest.route(statement).isLongReading == isLong)
            }
        }
        #expect(!TablesRequest.fields(table: "members", pattern: "").isLongReading)
    }

    @Test func `nor long parameters, of which texts in other sets take longest`() {
        for (count, isLong) in [(1_000, false), (1_030, true)] {
            let reading = ExecutionReading(
                content: ByteBuffer(repeating: 0, count: count),
                parameterCount: 1,
                knownTypes: [],
                longData: [0: Array(repeating: 0x81, count: 1_024)],
                capabilities: Script.capabilities,
                set: .gbk
            )
            #expect(TablesRequest.execution(reading).isLongReading == isLong)
        }
        var script = Script(isLocal: true)
        #expect(script.command(Command.statementPrepare, Array(ours.utf8)) == ["client: OK"])
        script.keepsWork = true
        let id = (0..<4).map { UInt8(truncatingIfNeeded: PreparedStatementID.firstOwn >> (8 * UInt32($0))) }
        #expect(script.command(Command.statementExecute, id + [0, 1, 0, 0, 0]) == ["work"])
        #expect(script.client(ours) == [])
        #expect(script.work(keepsNext: true) == ["work"])
        #expect(script.work() == ["client: OK", "client: OK"])
    }

    @Test func `SET of a sidecar account's session changes how it is read, whoever has read the SET`() {
        var script = Script(isLocal: true)
        script.keepsWork = true
        #expect(script.client("SET NAMES latin1") == ["work"])
        #expect(script.work() == ["client: OK"])
        #expect(script.conversation.reading.characterSets.client == .latin1)
    }

    @Test func `an answer of another command's ticket is nobody's`() {
        var script = Script(isLocal: true)
        script.keepsWork = true
        #expect(script.client(ours) == ["work"])
        let late = script.ticket
        #expect(script.event(.interrupted) == ["abandon", "client: error 1317"])
        #expect(script.event(.tables(.success(.rewritten([])), ticket: late)) == [])
        #expect(script.client(ours) == ["work"])
        #expect(script.event(.tables(.success(.rewritten([])), ticket: late)) == [])
        #expect(script.work() == ["client: OK"])
    }

    // MARK: Long polls

    @Test func `a long poll ends by a change, and the client's next command waits behind it`() {
        var script = Script(isLocal: true)
        #expect(script.client("SELECT cluster_schema.wait_for_change(1, 5)") == ["wait 5"])
        let isWaiting = script.conversation.isWaiting
        #expect(isWaiting && script.wants.client)
        #expect(script.client(ours) == [])
        #expect(script.topologyChanges(to: 2) == ["client: rows", "client: OK"])
    }

    @Test func `what has changed already, or a sidecar that stops, is no wait`() {
        var script = Script(isLocal: true)
        script.surroundings = Script.surroundings(version: 2, primary: "")
        #expect(script.client("SELECT cluster_schema.wait_for_change(1, 5)") == ["client: rows"])
        script.surroundings = Script.surroundings(version: 1, primary: "")
        script.surroundings.isDraining = true
        #expect(script.client("SELECT cluster_schema.wait_for_change(1, 5)") == ["client: rows", "close"])
    }

    // MARK: Every state

    /// What a conversation may be doing when something happens.
    enum State: String, CaseIterable {
        case idle, relaying, inTransaction, routing, asking, working, listing, calling, electing, waiting,
            awaitingService, killing, holding, changingUser

        func script() -> Script {
            var script = Script()
            switch self {
            case .idle: break
            case .relaying: _ = script.client("SELECT 1")
            case .inTransaction:
                _ = script.client("BEGIN")
                _ = script.serverOK(status: [.autocommit, .inTransaction])
            case .routing:
                script.keepsWork = true
                _ = script.client("SELECT 'a long one' /* cluster_ */")
            case .asking: _ = script.client(ours)
            case .working:
                _ = script.client(ours)
                script.keepsWork = true
                _ = script.serverTellsSets()
                _ = script.work(keepsNext: true)
            case .listing:
                _ = script.client("SELECT * FROM cluster_schema.connections")
                _ = script.serverTellsSets()
                _ = script.serverRows([["GRANT USAGE ON *.* TO app"]])
            case .calling:
                _ = script.client("CALL cluster_schema.reload()")
                _ = script.serverTellsSets()
                _ = script.serverRows([["GRANT SUPER ON *.* TO app"]])
            case .electing:
                _ = script.client("SELECT cluster_schema.elect('s', 'a', 10)")
                _ = script.serverTellsSets()
            case .waiting:
                _ = script.client("SELECT cluster_schema.wait_for_change(1, 5)")
                _ = script.serverTellsSets()
            case .awaitingService:
                _ = script.client("SELECT cluster_schema.wait_for_leader('s', 0, 5)")
                _ = script.serverTellsSets()
            case .killing: _ = script.client("KILL QUERY 9")
            case .holding:
                script.surroundings = Script.surroundings(version: 1, primary: "db1:3306", isLocalPrimary: true)
                _ = script.client("INSERT INTO t VALUES (1)")
                _ = script.serverError(1290, Self.readOnly)
            case .changingUser:
                _ = script.command(Command.changeUser, Array("other\0".utf8) + [0] + Array("\0".utf8))
            }
            return script
        }

        static let readOnly =
            "The MariaDB server is running with the --read-only option so it cannot execute this statement"
    }

    @Test(arguments: State.allCases)
    func `KILL QUERY ends what the sidecar has made wait, and nothing else`(state: State) {
        var script = state.script()
        let heard = script.event(.interrupted)
        switch state {
        case .idle, .relaying, .inTransaction, .killing, .holding, .changingUser: #expect(heard == [])
        // When mysqld has answered what it was asked.
        case .asking:
            #expect(heard == [])
            #expect(script.serverTellsSets() == ["client: error 1317"])
        case .routing, .working, .listing, .calling, .electing: #expect(heard == ["abandon", "client: error 1317"])
        case .waiting: #expect(heard == ["leave queue", "client: error 1317"])
        case .awaitingService: #expect(heard == ["leave service", "client: error 1317"])
        }
        switch state {
        case .routing, .asking, .working, .listing, .calling, .electing, .waiting, .awaitingService:
            script.keepsWork = false
            #expect(script.client("SELECT 2") == ["server: SELECT 2"])
        default: break
        }
    }

    @Test(arguments: State.allCases)
    func `when the session ends nobody is left waiting`(state: State) {
        var script = state.script()
        let left = script.abandon()
        switch state {
        case .routing, .working, .listing, .calling, .electing: #expect(left == ["abandon"])
        case .waiting: #expect(left == ["leave queue"])
        case .awaitingService: #expect(left == ["leave service"])
        default: #expect(left == [])
        }
        // Whatever comes later is nobody's.
        #expect(script.client("SELECT 2") == [])
        #expect(script.serverOK() == [])
        #expect(script.event(.sessions([], ticket: script.ticket)) == [])
        let isBusy = script.conversation.hasCommandUnderWay
        #expect(!isBusy)
    }

    @Test(arguments: State.allCases)
    func `a sidecar that stops ends sessions at rest alone`(state: State) {
        var script = state.script()
        let (isAtRest, isBusy) = (script.conversation.isAtRest, script.conversation.hasCommandUnderWay)
        #expect(isAtRest == (state == .idle))
        #expect(isBusy == (state != .idle && state != .inTransaction))
    }

    @Test(arguments: State.allCases)
    func `a client that ends its side has what it sent carried out, and mysqld hears of the end behind it`(
        state: State
    ) {
        var script = state.script()
        let heard = script.event(.clientEnded)
        switch state {
        case .idle, .relaying, .inTransaction: #expect(heard == ["end of input"])
        case .asking, .holding, .changingUser, .killing: #expect(heard == [])
        // It is given all the time that it takes: it may be mysqld's.
        case .routing:
            #expect(heard == [])
            #expect(script.work() == ["server: SELECT 'a long one' /* cluster_ */", "end of input"])
        case .working, .listing, .calling, .electing:
            #expect(heard == ["bound"])
            #expect(script.event(.expired(ticket: script.ticket)) == ["abandon", "client: error 1317", "end of input"])
        case .waiting: #expect(heard == ["leave queue", "client: rows", "end of input"])
        case .awaitingService: #expect(heard == ["leave service", "client: rows", "end of input"])
        }
        #expect(!script.wants.client)
    }

    @Test(arguments: State.allCases)
    func `when mysqld ends the session the client hears of it at once, or amid a command when the probe has looked`(
        state: State
    ) {
        var script = state.script()
        let heard = script.event(.serverEnded)
        switch state {
        case .idle, .inTransaction:
            #expect(heard == ["close"])
            #expect(script.client("SELECT 2") == [])
        default: #expect(heard == ["failure", "close when probed"])
        }
    }

    @Test func `a session without a mysqld behind it does not end with one`() {
        var script = Script(isLocal: true)
        #expect(script.event(.serverEnded) == [])
        #expect(!script.client(ours).isEmpty)
    }

    @Test(arguments: State.allCases)
    func `a command waits exactly while something of ours is under way`(state: State) {
        var script = state.script()
        let isFollowed = [.idle, .relaying, .inTransaction].contains(state)
        #expect(script.client("SELECT 2") == (isFollowed ? ["server: SELECT 2"] : []))
    }

    // MARK: KILL

    @Test func `a connection is killed by the server's id for it, and the next command waits for the verdict`() {
        var script = Script()
        #expect(script.client("KILL QUERY 9", "SELECT 1") == ["server: KILL QUERY 90"])
        #expect(script.serverOK() == ["client: OK", "kill query 90", "server: SELECT 1"])
        _ = script.serverOK()
        _ = script.client("KILL QUERY 9")
        #expect(script.serverError(1095, "not owner") == ["client: error 1095"])
    }

    // MARK: Refused writes

    @Test func `a refused write names the primary`() {
        var script = Script(primary: "db2:3306")
        _ = script.client("INSERT INTO t VALUES (1)")
        #expect(script.serverError(1290, State.readOnly) == ["client: error 1290"])
    }

    @Test func `a refusal of what the tables call the primary waits for the probe, and answers behind it too`() {
        var script = State.holding.script()
        #expect(!script.wants.server && !script.wants.client)
        // The probe has seen it, and the next primary is not known yet.
        script.surroundings = Script.surroundings(version: 2, primary: "")
        script.surroundings.isPrimarySought = true
        #expect(script.event(.topologyChanged) == [])
        #expect(script.event(.refusalIsDue) == ["hold"])
        script.surroundings = Script.surroundings(version: 3, primary: "db2:3306")
        #expect(script.event(.topologyChanged) == ["client: error 1290"])
        #expect(script.client("SELECT 1") == ["server: SELECT 1"])
    }

    @Test func `a probe that sees nothing holds nobody up for longer than its time`() {
        var script = State.holding.script()
        #expect(script.event(.refusalIsDue) == ["client: error 1290"])
    }

    // MARK: Change of user

    @Test func `behind a change of user nothing that was prepared is left`() {
        var script = Script()
        let prepared = script.command(Command.statementPrepare, Array(ours.utf8))
        #expect(prepared == [sets])
        #expect(script.serverTellsSets() == ["client: OK"])
        let change = script.command(Command.changeUser, Array("other\0".utf8) + [0] + Array("\0".utf8))
        #expect(change == ["change of user to other"])
        #expect(script.client(ours) == [])
        #expect(script.conversation.takeClientBytes().readableBytes > 0)
        let next = script.conversation.succeeded(
            by: Script.setting(user: "other"),
            status: .autocommit,
            in: script.surroundings
        )
        #expect(next.context.user == "other" && next.statements.isEmpty && !next.isReadingKnown)
    }

    @Test func `a change that mysqld refuses leaves the session, without what it had prepared`() {
        var script = State.changingUser.script()
        #expect(script.event(.userIsUnchanged) == [])
        #expect(script.client("SELECT 1") == ["server: SELECT 1"])
    }

    // MARK: Patience

    @Test func `a client that waits long has mysqld asked whether there is more to come`() {
        var script = Script()
        _ = script.client("SELECT SLEEP(9)", ours)
        #expect(script.event(.patienceEnded) == ["server: command \(Command.ping)"])
        #expect(script.serverOK() == ["client: OK"])
        // The ping's own answer is not the client's.
        #expect(script.serverOK() == [sets])
    }

    // MARK: Backpressure, accounts of the sidecar's

    @Test func `a client that does not read gets no more answers of ours`() {
        var script = Script(isLocal: true)
        #expect(script.event(.clientIsFull) == [])
        #expect(script.client(ours) == [])
        #expect(!script.wants.client)
        #expect(script.event(.clientBecameWritable) == ["client: OK"])
    }

    @Test func `an answer that there is no room for is refused`() {
        var script = Script(isLocal: true)
        script.surroundings.roomForAnswers = 1
        #expect(script.client(ours) == ["client: error 1041"])
    }

    @Test func `an account of the sidecar's has no other tables`() {
        var script = Script(isLocal: true)
        #expect(script.client("SELECT * FROM app.t") == ["client: error 1235"])
        #expect(script.command(Command.ping) == ["client: OK"])
        #expect(script.command(Command.statistics) == ["uptime"])
        #expect(script.command(Command.quit) == ["close"])
    }
}
