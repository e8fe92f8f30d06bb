import MySQLWire
import QueryRouting
import Testing

@Suite("CALL")
struct CallClassifierTests {
    private static let classifier = StatementClassifier(schema: VirtualSchema(tables: ["MEMBERS"]))
    private static let chosen = SessionContext(isVirtualSchemaSelected: true)

    private func route(_ statement: String, in context: SessionContext = SessionContext()) -> Route {
        Self.classifier.route(Array(statement.utf8), in: context)
    }

    private func error(_ statement: String, in context: SessionContext = SessionContext()) -> UInt16? {
        if case .refuse(let error) = route(statement, in: context) { error.errno } else { nil }
    }

    @Test("names a procedure in any case, with the schema or while it is chosen")
    func names() {
        let reload = Route.virtual(.call(ProcedureCall(.reload)))
        for statement in [
            "CALL cluster_schema.reload()", "call CLUSTER_SCHEMA.Reload ( )", "CALL `cluster_schema`.`reload`",
            "CALL cluster_schema.reload();",
        ] {
            #expect(route(statement) == reload, "\(statement)")
        }
        #expect(route("CALL reload()", in: Self.chosen) == reload)
        #expect(route("CALL app.reload()", in: Self.chosen) == .server)
        #expect(route("CALL reload()") == .server)
        #expect(error("CALL cluster_schema.nothing()") == 1305)
    }

    @Test("takes literals, variables and, while it is prepared, parameters")
    func arguments() {
        #expect(
            route("CALL cluster_schema.maintenance('d''b2', TRUE, @why)")
                == .virtual(
                    .call(
                        ProcedureCall(
                            .maintenance,
                            [.value(.text("d'b2")), .value(.integer(1)), .variable("@why")]
                        )
                    )
                )
        )
        #expect(
            route("CALL cluster_schema.failover(NULL)") == .virtual(.call(ProcedureCall(.failover, [.value(.null)])))
        )
        #expect(
            route("CALL cluster_schema.switchover(-5)")
                == .virtual(.call(ProcedureCall(.switchover, [.value(.integer(-5))])))
        )
        var preparing = SessionContext()
        preparing.allowsParameters = true
        let prepared = ProcedureCall(.maintenance, [.parameter(0), .value(.integer(0)), .parameter(1)])
        #expect(route("CALL cluster_schema.maintenance(?, 0, ?)", in: preparing) == .virtual(.call(prepared)))
        #expect(prepared.parameterCount == 2)
    }

    @Test(
        "refuses what is no call",
        arguments: [
            ("CALL cluster_schema.switchover()", 1318), ("CALL cluster_schema.reload(1)", 1318),
            ("CALL cluster_schema.maintenance('db2', 1)", 1318), ("CALL cluster_schema.switchover('a'", 1064),
            ("CALL cluster_schema.switchover('a',)", 1235), ("CALL cluster_schema.switchover(?)", 1064),
            ("CALL cluster_schema.switchover(CONCAT('a', 'b'))", 1235), ("CALL cluster_schema.switchover(1 + 1)", 1235),
            ("CALL cluster_schema.switchover(-'a')", 1064), ("CALL cluster_schema.reload x", 1064),
        ] as [(String, UInt16)]
    )
    func refused(statement: String, errno: UInt16) {
        #expect(error(statement) == errno)
    }

    @Test("the values are checked against the parameters")
    func values() throws {
        let call = ProcedureCall(.maintenance, [.parameter(0), .variable("@on"), .value(.text("why"))])
        #expect(
            try call.values(parameters: [.integer(7)], variables: [.text("1")])
                == [.text("7"), .integer(1), .text("why")]
        )
        let failing: [(SQLValue, SQLValue, UInt16)] = [
            (.null, .integer(1), 1048), (.text("a"), .integer(2), 1366), (.text("a"), .text("yes"), 1366),
            (.text("a"), .null, 1048), (.text(String(repeating: "x", count: 256)), .integer(0), 1406),
        ]
        for (name, flag, errno) in failing {
            #expect {
                try call.values(parameters: [name], variables: [flag])
            } throws: { error in
                (error as? SQLError)?.errno == errno
            }
        }
        #expect(try ProcedureCall(.failover, [.value(.null)]).values(parameters: [], variables: []) == [.null])
    }
}
