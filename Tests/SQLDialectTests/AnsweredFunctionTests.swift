import Foundation
import Testing

@testable import SQLDialect

/// docs/tables.md says in one table what is answered here and what mysqld carries out.
@Suite struct AnsweredFunctionTests {
    /// The words in capital letters of one of the table's columns.
    private static func words(ofColumn column: Int) throws -> Set<String> {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "docs/tables.md"), encoding: .utf8)
        let start = try #require(text.range(of: "| | answered by the sidecar, always |")).lowerBound
        let end = try #require(text.range(of: "\n\n", range: start..<text.endIndex)).lowerBound
        let cells = text[start..<end].split(separator: "\n").dropFirst(2).map { $0.split(separator: "|")[column] }
        return Set(cells.joined(separator: " ").matches(of: /\w+/).map { String($0.output) })
    }

    @Test("docs/tables.md names every function that is answered, and none that is mysqld's")
    func documented() throws {
        let answered = try Self.words(ofColumn: 1)
        let known = Set(FunctionSpecification.all.keys).union(StatementWriter.aggregates)
        #expect(known.count > 60)
        for name in known { #expect(answered.contains(name.uppercased()), "\(name)") }
        for name in FunctionSpecification.refused.keys { #expect(!answered.contains(name.uppercased()), "\(name)") }
    }

    @Test("no function is both answered and refused")
    func disjoint() {
        let known = Set(FunctionSpecification.all.keys).union(StatementWriter.aggregates)
        #expect(known.isDisjoint(with: FunctionSpecification.refused.keys))
    }
}
