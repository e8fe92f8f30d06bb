import ClusterModel
import MySQLWire
import Testing

@testable import QueryRouting

/// The functions by which applications elect leaders: how a call is known, and what its arguments come to.
@Suite struct ElectionCallTests {
    private static let classifier = StatementClassifier(schema: VirtualSchema(tables: ["CLUSTER", "MEMBERS"]))
    private static let chosen = SessionContext(isVirtualSchemaSelected: true)

    private func route(_ statement: String, _ context: SessionContext = SessionContext()) -> Route {
        Self.classifier.route(Array(statement.utf8), in: context)
    }

    private func call(_ statement: String, _ context: SessionContext = SessionContext()) throws -> ElectionCall {
        let route = route(statement, context)
        guard case .virtual(.election(let call)) = route else {
            Issue.record("\(statement): \(route)")
            throw SQLError.emptyStatement
        }
        return call
    }

    private func refusal(_ statement: String, _ context: SessionContext = SessionContext()) -> SQLError? {
        switch route(statement, context) {
        case .refuse(let error): return error
        case .virtual(.election(let call)):
            do throws(SQLError) {
                _ = try call.request(parameters: [])
                return nil
            } catch { return error }
        default: return nil
        }
    }

    private func text(_ text: String) throws -> ServiceText { try #require(ServiceText(text)) }

    // MARK: Calls

    @Test func `a call is known with the schema, in any case, with an alias, or while the schema is chosen`() throws {
        let arguments = [CallArgument.value(.text("svc")), .value(.text("a")), .value(.integer(10))]
        for statement in [
            "SELECT cluster_schema.elect('svc', 'a', 10)", "select `Cluster_Schema`.`ELECT`( 'svc','a',10 );",
            "(SELECT cluster_schema.elect('svc', 'a', 10) FROM DUAL LIMIT 1)",
        ] {
            let call = try call(statement)
            #expect(call.function == .elect && call.arguments == arguments, "\(statement)")
        }
        #expect(try call("SELECT elect('svc', 'a', 10) AS term", Self.chosen).columnName == "term")
        #expect(try call("SELECT leader('svc')", Self.chosen).columnName == "leader('svc')")
        #expect(route("SELECT elect('svc', 'a', 10)") == .server)
        #expect(route("SELECT app.elect('svc', 'a', 10)", Self.chosen) == .server)
    }

    @Test(arguments: ElectionFunction.allCases)
    func `each function takes as many arguments as its usage says`(function: ElectionFunction) throws {
        for count in 0...6 {
            let list = Array(repeating: "?", count: count).joined(separator: ", ")
            let statement = "SELECT cluster_schema.\(function.rawValue)(\(list))"
            let context = SessionContext(allowsParameters: true)
            if function.argumentCounts.contains(count) {
                let call = try call(statement, context)
                #expect(call.function == function && call.arguments == (0..<count).map { .parameter($0) })
            } else {
                #expect(refusal(statement, context)?.errno == 1210, "\(statement)")
            }
        }
        #expect(refusal("SELECT cluster_schema.\(function.rawValue)(?)")?.errno != nil)
    }

    @Test(
        arguments: [
            "SELECT cluster_schema.leader('s') + 1", "SELECT 1, cluster_schema.leader('s')",
            "SELECT cluster_schema.leader('s') FROM cluster_schema.members", "DO cluster_schema.leader('s')",
            "SELECT 1 FROM app.t WHERE cluster_schema.elect('s', 'a', 10) > 0",
            "SET @t = cluster_schema.elect('s', 'a', 10)", "INSERT INTO app.t SELECT cluster_schema.leader('s')",
        ]
    )
    func `a call amid something else is refused`(statement: String) {
        #expect(refusal(statement)?.errno == 1235)
    }

    // MARK: Arguments

    @Test func `what elect asks for`() throws {
        let terms = try #require(ServiceTerms(leaseMilliseconds: 10_000))
        let all = try #require(ServiceTerms(leaseMilliseconds: 1_500, lockDelayMilliseconds: 250, priority: -3))
        for (arguments, wanted, lasting) in [
            ("'s', 'a', 10", terms, .lease), ("'s', 'a', '10'", terms, .lease), ("'s', 'a', +1e1, 0, 0", terms, .lease),
            ("'s', 'a', 1.5, 0.25, -3", all, .lease), ("'s', 'a', 'session'", terms, .session),
            ("'s', 'a', 'SESSION', 0", terms, .session),
        ] as [(String, ServiceTerms, ElectionDemand.Lasting)] {
            let request = try call("SELECT cluster_schema.elect(\(arguments))").request(parameters: [])
            #expect(request == .demand(.elect(try text("s"), id: try text("a"), wanted, lasting)), "\(arguments)")
        }
        let numbers = try call("SELECT cluster_schema.elect(17, 42, 10)").request(parameters: [])
        #expect(numbers == .demand(.elect(try text("17"), id: try text("42"), terms, .lease)))
    }

    @Test func `what the other functions ask for`() throws {
        let (s, a) = (try text("s"), try text("a"))
        let forced = try #require(ServiceTerms(leaseMilliseconds: 60_000))
        for (call, wanted) in [
            ("resign('s', 'a')", .demand(.resign(s, id: a))),
            ("force_leader('s', 'a')", .demand(.force(s, id: a, forced))),
            ("leader('s')", .leader(s)),
            ("wait_for_leader('s', 7, 2.5)", .wait(s, known: .init(rawValue: 7), seconds: 2.5)),
            ("wait_for_leader('s', 0, 1e9)", .wait(s, known: .zero, seconds: 3600)),
            ("fence_by('s', '7')", .fence(s, .init(rawValue: 7))), ("fence_by('s', 0)", .endFence),
            ("fence_by('s', NULL)", .endFence),
            ("fence_by('s', 18446744073709551615)", .fence(s, .init(rawValue: .max))),
        ] as [(String, ElectionRequest)] {
            #expect(try self.call("SELECT cluster_schema.\(call)").request(parameters: []) == wanted, "\(call)")
        }
    }

    @Test func `parameters and variables stand for values`() throws {
        let call = try call(
            "SELECT cluster_schema.elect(?, @id, ?)",
            SessionContext(allowsParameters: true)
        )
        #expect(call.arguments.variables == ["@id"] && call.arguments.parameterCount == 2)
        let request = try call.request(
            parameters: [.blob(Array("s".utf8)), .decimal("10")],
            variables: [.text("a")]
        )
        let terms = try #require(ServiceTerms(leaseMilliseconds: 10_000))
        #expect(request == .demand(.elect(try text("s"), id: try text("a"), terms, .lease)))
    }

    @Test(
        arguments: [
            ("elect('', 'a', 10)", "service is empty"), ("elect('s', '', 10)", "id is empty"),
            ("elect(NULL, 'a', 10)", "service is NULL"), ("elect('s', NULL, 10)", "id is NULL"),
            ("elect(1.5, 'a', 10)", "service is neither a text nor a whole number"),
            ("elect('a\\0b', 'a', 10)", "service has control characters"),
            ("elect('s', 'a\\nb', 10)", "id has control characters"),
            ("elect('s', 'a', NULL)", "ttl_seconds is NULL"),
            ("elect('s', 'a', 0.999)", "ttl_seconds is not 1 to 86400"),
            ("elect('s', 'a', 86400.1)", "ttl_seconds is not 1 to 86400"),
            ("elect('s', 'a', 'nan')", "ttl_seconds is not 1 to 86400"),
            ("elect('s', 'a', 'for ever')", "ttl_seconds is neither a number nor 'session'"),
            ("elect('s', 'a', 10, -1)", "lock_delay_seconds is not 0 to 60"),
            ("elect('s', 'a', 10, 61)", "lock_delay_seconds is not 0 to 60"),
            ("elect('s', 'a', 10, NULL)", "lock_delay_seconds is NULL"),
            ("elect('s', 'a', 10, 0, 1.5)", "priority is no whole number"),
            ("elect('s', 'a', 10, 0, 2147483648)", "priority is not -2147483648 to 2147483647"),
            ("wait_for_leader('s', NULL, 1)", "known_term is NULL"),
            ("wait_for_leader('s', -1, 1)", "known_term is no term"),
            ("wait_for_leader('s', 1, -1)", "seconds is not 0 or more"),
            ("wait_for_leader('s', 1, NULL)", "seconds is NULL"), ("fence_by('s', 'x')", "term is no term"),
            ("leader(1 + 1)", "arguments are numbers, strings, NULL, variables or parameters"),
            ("leader((SELECT 1))", "arguments are numbers, strings, NULL, variables or parameters"),
        ]
    )
    func `what an argument cannot be is told`(call: String, what: String) throws {
        let error = try #require(refusal("SELECT cluster_schema.\(call)"), "\(call)")
        #expect(error.errno == 1210 && error.sqlState == "HY000", "\(call): \(error)")
        #expect(error.message == "Incorrect arguments to \(call.prefix { $0 != "(" }): \(what)")
    }

    @Test func `names have up to 255 characters, whatever these are`() throws {
        for character in ["a", "'", "\"", "\\", "é", "🎣", " "] {
            let name = String(repeating: character, count: 255)
            let quoted = name.replacing("\\", with: "\\\\").replacing("'", with: "''")
            let request = try call("SELECT cluster_schema.leader('\(quoted)')").request(parameters: [])
            #expect(request == .leader(try text(name)))
            let more = quoted + (character == "'" ? "''" : character == "\\" ? "\\\\" : character)
            let refused = refusal("SELECT cluster_schema.leader('\(more)')")
            #expect(refused?.message == "Incorrect arguments to leader: service is longer than 255 characters")
        }
        let long = String(repeating: "x", count: 10_000)
        #expect(refusal("SELECT cluster_schema.leader('\(long)')")?.errno == 1210)
        let invalid = Array("SELECT cluster_schema.leader('".utf8) + [0xff, 0xfe] + Array("')".utf8)
        guard case .refuse(let error) = Self.classifier.route(invalid, in: SessionContext()) else {
            Issue.record("not refused")
            return
        }
        #expect(error.errno == 1300)
    }

    // MARK: Answers

    @Test func `terms are BIGINT UNSIGNED, and a leader's id a text that may be NULL`() {
        let term = ElectionCall(.elect, columnName: "t", []).column
        #expect(term.type == .longLong && term.flags.contains([.unsigned, .notNull]))
        let leader = ElectionCall(.leader, columnName: "l", []).column
        #expect(leader.type == .varString && !leader.flags.contains(.notNull))
    }
}
