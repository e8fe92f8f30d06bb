import Foundation
import Testing

@testable import Configuration

@Suite("docs/configuration.md")
struct ConfigurationDocumentationTests {
    private func rows() throws -> [[String]] {
        let file = repository.appendingPathComponent("docs/configuration.md")
        let text = try String(contentsOf: file, encoding: .utf8)
        return text.split(separator: "\n").filter { $0.hasPrefix("| `") }.map { line in
            line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
    }

    private func row(of path: String) throws -> [String] {
        let found = try rows().filter { $0.first == "`\(path)`" }
        #expect(found.count == 1, "\(path) has \(found.count) rows")
        return try #require(found.first)
    }

    @Test("has one row for every key, with its default and its variable")
    func complete() throws {
        for setting in ConfigurationSchema.settings {
            let row = try row(of: setting.path)
            try #require(row.count == 5, "\(setting.path)")
            #expect(row[2].filter { $0 != "`" } == setting.defaultText, "\(setting.path)")
            #expect(row[3] == "`\(setting.environmentName)`", "\(setting.path)")
            let mark =
                switch setting.availability {
                case .available: false
                case .withoutEffect: row[4].hasPrefix("○")
                case .unavailable: row[4].hasPrefix("✗")
                }
            #expect(mark || setting.availability == .available, "\(setting.path) is not marked")
            #expect(row[4].hasPrefix("↻") == (setting.effect != nil), "\(setting.path)")
        }
        #expect(try row(of: ConfigurationSchema.accountsPath).last?.hasPrefix("↻") == true)
        for key in ConfigurationSchema.accountKeys { _ = try row(of: "sql.accounts[].\(key)") }
    }

    @Test("has no row of a key that does not exist")
    func noneTooMany() throws {
        let known =
            ConfigurationSchema.settings.map(\.path) + [ConfigurationSchema.accountsPath]
            + ConfigurationSchema.accountKeys.map { "sql.accounts[].\($0)" }
        for row in try rows() {
            #expect(known.contains(row.first?.filter { $0 != "`" } ?? ""), "\(row)")
        }
    }
}
