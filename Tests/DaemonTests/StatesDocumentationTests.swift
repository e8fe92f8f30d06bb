import ClusterModel
import Foundation
import Testing

@Suite("docs/states.md")
struct StatesDocumentationTests {
    @Test("every state, and every kind of event that tells a problem, is there")
    func states() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "docs/states.md"), encoding: .utf8)
        for state in MemberState.allCases {
            #expect(text.contains("\n| \(state.rawValue) | "), "\(state.rawValue)")
        }
        for role in Role.allCases { #expect(text.contains(role.rawValue), "\(role.rawValue)") }
        let kinds: [ClusterEvent.Kind] = [.primaryConflict, .noPrimary, .memberProblem, .problemSolved]
        for kind in kinds { #expect(text.contains(kind.rawValue), "\(kind.rawValue)") }
    }

    @Test("every kind of event is in docs/tables.md")
    func events() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "docs/tables.md"), encoding: .utf8)
        for kind in ClusterEvent.Kind.allCases {
            #expect(text.contains(kind.rawValue), "\(kind.rawValue)")
        }
    }
}
