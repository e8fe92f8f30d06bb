import Foundation
import MySQLWire
import QueryRouting
import SQLDialect
import Testing
import VirtualTables

@Suite("docs/tables.md")
struct DocumentationTests {
    private let text: String

    init() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        text = try String(contentsOf: root.appending(path: "docs/tables.md"), encoding: .utf8)
    }

    @Test(
        "every table is there with its columns, types, NULL rules and meanings",
        arguments: TableCatalog.standard.tables
    )
    func tables(table: TableDefinition) {
        let rows = table.columns.map { column in
            "| \(column.name) | \(column.type.displayed) | \(column.isNullable ? "YES" : "NO") | \(column.comment) |"
        }
        let section =
            "### \(table.name)\n\n\(table.comment)\n\n| Column | Type | Null | Meaning |\n|---|---|---|---|\n"
            + rows.joined(separator: "\n") + "\n\n"
        #expect(text.contains(section))
    }

    @Test("no other table is described")
    func nothingElse() {
        let described = text.split(separator: "\n").filter { $0.hasPrefix("### ") }.map { String($0.dropFirst(4)) }
        #expect(described.sorted() == TableCatalog.standard.tables.map(\.name))
    }

    @Test("the example queries run")
    func examples() throws {
        let fixture = try EngineFixture()
        let blocks = text.components(separatedBy: "```sql\n").dropFirst().compactMap {
            $0.components(separatedBy: "\n```").first
        }
        #expect(blocks.count >= 5)
        for block in blocks { #expect(try !fixture.result(block).columns.isEmpty, "\(block)") }
    }

    @Test("the example statements on tables of the server are rewritten for it")
    func mixedExamples() throws {
        let fixture = try EngineFixture()
        let blocks = text.components(separatedBy: "```mysql\n").dropFirst().compactMap {
            $0.components(separatedBy: "\n```").first
        }
        let statements = blocks.flatMap { $0.components(separatedBy: ";\n") }
        #expect(statements.count >= 3)
        for statement in statements {
            let route = fixture.engine.route(Array(statement.utf8), in: EngineFixture.serverContext)
            guard case .mixed(let mixed) = route else {
                Issue.record("\(statement): \(route)")
                continue
            }
            let text = try fixture.engine.rewrite(mixed, in: EngineFixture.serverContext)
            #expect(!StatementMarker.isCandidate(text), "\(statement)")
        }
    }

    @Test("each file in sql/tables is read, and every column says what it means")
    func definitions() {
        let tables = TableCatalog.standard.tables
        #expect(
            tables.map(\.name) == [
                "CLUSTER", "CONNECTIONS", "EVENTS", "FAILOVERS", "MEMBERS", "PRIMARY_MEMBER", "REPLICATION", "SERVICES",
                "SETTINGS", "STATUS", "VOTERS",
            ]
        )
        for table in tables {
            #expect(table.comment.hasSuffix("."))
            for column in table.columns {
                #expect(column.comment.hasSuffix("."), "\(table.name).\(column.name)")
                #expect(
                    column.isNullable == column.comment.contains("NULL"),
                    "\(table.name).\(column.name): the comment says when it is NULL"
                )
            }
        }
    }
}
