import QueryRouting
import Testing

/// Statements of as many tokens as are read at all. Where the time rises with the square of their number, a test takes many
/// minutes; where it rises with the number, a second or two.
@Suite("Long statements")
struct LongStatementRoutingTests {
    private static let classifier = StatementClassifier(schema: VirtualSchema(tables: ["MEMBERS"]))

    private func route(_ statement: String, times: Int = 1, isSelected: Bool = false) -> Route {
        let context = SessionContext(isVirtualSchemaSelected: isSelected)
        var route = Route.server
        for _ in 0..<times { route = Self.classifier.route(Array(statement.utf8), in: context) }
        return route
    }

    @Test("many tables of ours beside one of the server", .timeLimit(.minutes(1)))
    func tables() {
        let tables = (0..<33_000).map { ",members a\($0)" }.joined()
        guard case .mixed(let mixed) = route("SELECT 1 FROM a.b\(tables)", times: 20, isSelected: true) else {
            Issue.record("not the server's with rows of ours")
            return
        }
        #expect(mixed.edits.count == 33_000)
    }

    @Test("many statements on the list of schemas", .timeLimit(.minutes(1)))
    func lists() {
        let list = String(repeating: "select 1 from information_schema.schemata;", count: 14_000)
        #expect(route(list, times: 2) == .server)
    }

    @Test("conditions in each other, of which one has an OR", arguments: [false, true])
    func conditions(hasOr: Bool) {
        let condition = String(repeating: "(db='cluster_schema' and ", count: 16_000) + (hasOr ? "1 or 1" : "1")
        // Only the innermost is optional by it.
        let route = route("SHOW PROCEDURE STATUS WHERE \(condition)\(String(repeating: ")", count: 16_000))")
        guard case .virtual = route else {
            Issue.record("\(route)")
            return
        }
    }

    @Test("functions in each other")
    func calls() {
        let value = "\(String(repeating: "lower(", count: 49_000))'cluster_schema'"
        guard case .virtual = route("SELECT 1 FROM information_schema.tables WHERE table_schema=\(value)") else {
            Issue.record("not ours")
            return
        }
    }
}
