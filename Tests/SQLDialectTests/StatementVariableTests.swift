import QueryRouting
import SQLDialect
import Testing

@Suite("The variables of a statement")
struct StatementVariableTests {
    @Test("are named once each, in their order, with sql_mode where || needs it")
    func names() {
        #expect(
            StatementVariables.names(in: "SELECT @b, @@x.y, @b || @a, @, @@, '@c'", mode: LexicalMode())
                == ["@b", "@@x.y", "@@sql_mode", "@a"]
        )
    }

    /// Where each is compared with all before it, this takes minutes.
    @Test("are found in a long statement", .timeLimit(.minutes(1)))
    func many() {
        let text = "SELECT " + (0..<49_000).map { "@a_long_name_\($0)" }.joined(separator: ",")
        for _ in 0..<40 { #expect(StatementVariables.names(in: text, mode: LexicalMode()).count == 49_000) }
    }
}
