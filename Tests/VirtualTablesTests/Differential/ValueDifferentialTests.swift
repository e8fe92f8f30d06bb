import Foundation
import MySQLClient
import MySQLWire
import QueryRouting
import TestServers
import Testing
import VirtualTables

/// Parameters beside those of a real server: each value is given to both, as it is written.
@Suite("Values from outside as MariaDB takes them")
struct ValueDifferentialTests {
    private struct Case: Sendable {
        /// With a `?` for each value.
        var text: String
        /// In SQL; digits with a point are decimals.
        var values: [String]
    }

    private static let cases = [
        Case(text: "SELECT ?, ? + 1, ? * 2, ? - 0.05", values: ["1.50", "1.50", "1234567890123.05", "0.1"]),
        Case(text: "SELECT ? = 0.3, ? = '0.3', ? > 0.29, ? <=> 0.30", values: ["0.3", "0.30", "0.3", "0.3"]),
        Case(text: "SELECT ? / 3, -?", values: ["1.50", "1.50"]),
        Case(
            text: "SELECT ? IN (1, 1.5), ? BETWEEN 1 AND 1.5, ? IS TRUE, NOT ?",
            values: ["1.50", "1.51", "0.4", "0.0"]
        ),
        Case(
            text: "SELECT CONCAT(?, 'x'), LENGTH(?), ROUND(?, 1), FLOOR(?), CEIL(?), ABS(?)",
            values: ["1.50", "-1.50", "1.25", "-1.5", "-1.5", "-0.50"]
        ),
        Case(
            text: "SELECT COALESCE(NULL, ?), IF(1, ?, 2), GREATEST(?, 1), CAST(? AS SIGNED), CAST(? AS CHAR)",
            values: ["1.50", "1.5", "2.5", "2.5", "2.50"]
        ),
        Case(text: "SELECT SUM(sql_port * ?) FROM members", values: ["0.1"]),
        Case(text: "SELECT member_name FROM members WHERE sql_port * 1.1 > ? ORDER BY 1", values: ["6936.65"]),
        Case(text: "SELECT member_name FROM members WHERE sql_port > ? ORDER BY 1", values: ["6306.999"]),
        Case(text: "SELECT MAX(?), AVG(?), COUNT(DISTINCT ?) FROM members", values: ["1.5", "0.1", "2.50"]),
        Case(text: "SELECT ? UNION SELECT 2 ORDER BY 1", values: ["1.50"]),
        Case(text: "SELECT (SELECT ?), x.* FROM (SELECT ? y) x", values: ["1.50", "2.50"]),
        Case(text: "SELECT ? = 'a', ? < 'b', ? + 'c'", values: ["0.0", "1.5", "1.5"]),
        Case(text: "SELECT ? * 1e0, ? + 1e-1", values: ["1.5", "0.1"]),
        Case(text: "SELECT ?, ?, ?", values: ["-999999999999999999", "0.00", "-0.5"]),
        Case(text: "SELECT ? + ?, ? * ?", values: ["1.5", "2", "1.50", "'2'"]),
        Case(text: "SELECT ? + 1, FROM_UNIXTIME(?)", values: ["1.50", "1600000000.5"]),
    ]

    @Test("decimals are exact as parameters, and refused as user variables")
    func decimals() async throws {
        let fixture = try EngineFixture()
        let server = try await MariaDBServer.start(options: ["--lower-case-table-names=1"])
        do {
            try await server.execute(
                "CREATE DATABASE cluster_schema",
                "CREATE TABLE cluster_schema.members (member_name VARCHAR(255), sql_port INT UNSIGNED) CHARSET utf8mb4"
            )
            for row in try fixture.result("SELECT member_name, sql_port FROM cluster_schema.members").rows {
                try await server.execute(
                    "INSERT INTO cluster_schema.members VALUES ('\(row[0].shown)', \(row[1].shown))"
                )
            }
            for value in Self.cases { try await compare(value, fixture, server) }
            await server.remove()
        } catch {
            await server.remove()
            throw error
        }
    }

    private func compare(_ value: Case, _ fixture: EngineFixture, _ server: MariaDBServer) async throws {
        var context = EngineFixture.serverContext
        context.isVirtualSchemaSelected = true
        let start = "SET NAMES utf8mb4, time_zone = '+00:00', timestamp = 1700000000.123456"

        let execute =
            "EXECUTE IMMEDIATE '\(value.text.replacing("'", with: "''"))' USING \(value.values.joined(separator: ", "))"
        let prepared = try await server.query("USE cluster_schema", start, execute)
        let parameters = value.values.map(Self.value)
        let own = try rows(fixture, value.text, parameters, context)
        #expect(own == shown(prepared.rows), "parameters of \(value.text)")

        // A variable has 38 digits behind the point: those are for mysqld.
        context.variables["@v"] = parameters.first { if case .decimal = $0 { true } else { false } }
        let text = value.text.replacing("?", with: "@v")
        #expect(throws: SQLError.unsupported("numbers of more than 18 digits on cluster_schema"), "\(text)") {
            try rows(fixture, text, [], context)
        }
    }

    private static func value(_ literal: String) -> SQLValue {
        if literal.hasPrefix("'") { return .text(String(literal.dropFirst().dropLast())) }
        return Int64(literal).map { .integer($0) } ?? .decimal(literal)
    }

    private func rows(
        _ fixture: EngineFixture,
        _ text: String,
        _ parameters: [SQLValue],
        _ context: SessionContext
    ) throws -> [String] {
        guard
            case .resultSet(let result) = try fixture.engine.run(.select(text), parameters: parameters, in: context)
        else { return [] }
        return result.rows.map { row in row.map(Self.shown).joined(separator: "|") }
    }

    private static func shown(_ value: SQLValue) -> String {
        switch value {
        case .null: "NULL"
        case .double(let number): DoubleText.shortest(number)
        default: value.shown
        }
    }

    private func shown(_ rows: [[String?]]) -> [String] {
        rows.map { $0.map { $0 ?? "NULL" }.joined(separator: "|") }
    }
}
