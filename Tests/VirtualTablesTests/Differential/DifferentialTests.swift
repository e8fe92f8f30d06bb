import Foundation
import MySQLClient
import MySQLWire
import QueryRouting
import SQLDialect
import TestServers
import Testing
import VirtualTables

/// The engine beside a real server: the same tables, the same statements, the same answers.
@Suite("As MariaDB answers")
struct DifferentialTests {
    @Test("rows, types and errors are those of a real server with the same rows")
    func sameAnswers() async throws {
        let fixture = try EngineFixture()
        var context = EngineFixture.serverContext
        context.isVirtualSchemaSelected = true
        let server = try await MariaDBServer.start(options: ["--lower-case-table-names=1"])
        do {
            try await compare(fixture, context, server)
            await server.remove()
        } catch {
            await server.remove()
            throw error
        }
    }

    private func compare(_ fixture: EngineFixture, _ start: SessionContext, _ server: MariaDBServer) async throws {
        try await server.execute("CREATE DATABASE cluster_schema")
        for table in TableCatalog.standard.tables {
            for statement in try copy(of: table, fixture) { try await server.execute(statement) }
        }
        var context = start
        context.serverVersion = try await server.value("SELECT VERSION()") ?? ""
        let statements = DifferentialStatement.all
        let types = try await ServerTypes.read(of: statements.map(\.text), from: server)
        for (index, statement) in statements.enumerated() {
            let expected = await answer(of: server, to: statement.text)
            let actual = self.answer(of: fixture, to: statement.text, in: context)
            compare(statement, expected: expected, actual: actual, types: types[index] ?? [])
        }
    }

    // MARK: The tables in the server

    private func copy(of table: TableDefinition, _ fixture: EngineFixture) throws -> [String] {
        let columns = table.columns.map { column in
            "`\(column.name)` \(column.type.displayed) \(column.isNullable ? "NULL" : "NOT NULL")"
        }
        let rows = try fixture.result("SELECT * FROM cluster_schema.\(table.name)").rows.map { row in
            "(" + row.map(\.literal).joined(separator: ", ") + ")"
        }
        let create = "CREATE TABLE cluster_schema.\(table.name) (\(columns.joined(separator: ", "))) CHARSET utf8mb4"
        if rows.isEmpty { return [create] }
        return [create, "INSERT INTO cluster_schema.\(table.name) VALUES \(rows.joined(separator: ", "))"]
    }

    // MARK: Answers

    private enum Answer {
        case rows([[String?]])
        case error(Int, String)
    }

    private func answer(of server: MariaDBServer, to statement: String) async -> Answer {
        do {
            let result = try await server.query(
                "USE cluster_schema",
                "SET NAMES utf8mb4, time_zone = '+00:00', timestamp = 1700000000.123456",
                statement
            )
            return .rows(result.rows)
        } catch let error as AdminError {
            return .error(Int(error.code), error.text)
        } catch {
            return .error(0, "\(error)")
        }
    }

    private func answer(
        of fixture: EngineFixture,
        to statement: String,
        in context: SessionContext
    ) -> (Answer, [ColumnDefinition]) {
        do {
            guard
                case .resultSet(let result) = try fixture.engine.run(.select(statement), parameters: [], in: context)
            else { return (.error(0, "no rows"), []) }
            let prepared = try fixture.engine.describe(.select(statement), in: context)
            #expect(prepared.columns == result.columns, "prepared otherwise than run: \(statement)")
            return (.rows(result.rows.map { row in zip(row, result.columns).map { $0.wireText($1) } }), result.columns)
        } catch {
            return (.error(Int(error.errno), error.message), [])
        }
    }

    private func compare(
        _ statement: DifferentialStatement,
        expected: Answer,
        actual: (Answer, [ColumnDefinition]),
        types: [ServerTypes.Column]
    ) {
        if case .rightOrRefused = statement.comparison, case .error(1235, _) = actual.0 { return }
        switch (expected, actual.0) {
        case (.rows(let expected), .rows(let rows)):
            if case .error = statement.comparison {
                Issue.record("the server answers \(statement.text)")
            }
            let isOrdered = statement.text.contains("ORDER BY")
            let (left, right) = isOrdered ? (expected, rows) : (sorted(expected), sorted(rows))
            if !areEqual(left, right) {
                Issue.record("\(statement.text)\n  server: \(shown(left))\n  engine: \(shown(right))")
            }
            if case .rowsAndTypes = statement.comparison {
                for (one, other) in zip(types, actual.1) where one.shown != other.shown {
                    Issue.record("\(statement.text)\n  \(one.name) server: \(one.shown)\n  engine: \(other.shown)")
                }
            }
            #expect(types.map(\.name) == actual.1.map(\.name), "names of \(statement.text)")
        case (.error(let code, let message), .error(let number, let other)):
            if code != number {
                Issue.record("\(statement.text)\n  server: \(code) \(message)\n  engine: \(number) \(other)")
            }
        case (.rows(let rows), .error(let number, let message)):
            Issue.record("\(statement.text)\n  server: \(shown(rows))\n  engine: \(number) \(message)")
        case (.error(let code, let message), .rows(let rows)):
            Issue.record("\(statement.text)\n  server: \(code) \(message)\n  engine: \(shown(rows))")
        }
    }

    private func sorted(_ rows: [[String?]]) -> [[String?]] {
        rows.sorted { shown([$0]) < shown([$1]) }
    }

    private func shown(_ rows: [[String?]]) -> String {
        rows.map { $0.map { $0 ?? "NULL" }.joined(separator: "|") }.joined(separator: "  ")
    }

    private func areEqual(_ left: [[String?]], _ right: [[String?]]) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left, right).allSatisfy { one, other in
            one.count == other.count && zip(one, other).allSatisfy { $0 == $1 || isSameNumber($0, $1) }
        }
    }

    /// Doubles may differ in their last digits.
    private func isSameNumber(_ left: String?, _ right: String?) -> Bool {
        guard let left, let right, left.contains(".") || left.contains("e"), let one = Double(left),
            let other = Double(right)
        else { return false }
        return abs(one - other) <= abs(one) * 1e-14 && (left.count > 15 || left.contains("e"))
    }
}

extension SQLValue {
    /// As the text protocol sends it; nil for NULL.
    fileprivate func wireText(_ column: ColumnDefinition) -> String? {
        switch self {
        case .null: nil
        case .integer(let number): String(number)
        case .unsigned(let number): String(number)
        case .double(let number):
            column.decimals < 31
                ? DoubleText.fixed(number, scale: Int(column.decimals)) : DoubleText.shortest(number)
        case .text(let text), .decimal(let text): text
        case .blob(let bytes): String(decoding: bytes, as: UTF8.self)
        }
    }

    fileprivate var literal: String {
        switch self {
        case .null: "NULL"
        case .text(let text): "'" + text.flatMap { "'\\".contains($0) ? ["\\", $0] : [$0] } + "'"
        default: wireText(ColumnDefinition(name: "", decimals: 31)) ?? "NULL"
        }
    }
}
