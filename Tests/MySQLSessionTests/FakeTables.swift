import ClusterModel
import MySQLSession
import MySQLWire
import QueryRouting
import Synchronization

/// Tells statements apart by words in them, and answers each by OK.
final class FakeTables: VirtualQuerying {
    func route(_ statement: [UInt8], in context: SessionContext) -> Route {
        let text = String(decoding: statement, as: UTF8.self)
        if context.authority == .sidecar, text.hasPrefix("SET") { return .virtual(.noOperation) }
        guard text.contains("cluster_schema") else { return .server }
        if ElectionFunction.allCases.contains(where: { text.contains("cluster_schema.\($0.rawValue)(") }) {
            return StatementClassifier(schema: VirtualSchema(tables: [])).route(statement, in: context)
        }
        if text.hasPrefix("USE") { return .selectVirtualSchema }
        if text.hasPrefix("PREPARE") { return .refusePrepare(names: [Array("p".utf8)], .unsupported("PREPARE")) }
        if text.contains("app.") { return .mixed(MixedStatement(text: statement, edits: [])) }
        if text.hasPrefix("CALL") { return .virtual(.call(ProcedureCall(.reload))) }
        if text.hasPrefix("SHOW DATABASES") { return .virtual(.listServerSchemas(.all)) }
        if text.contains("wait_for_change") {
            let known = CallArgument.value(.integer(1))
            return .virtual(
                .waitForChange(WaitForChange(columnName: "v", known: known, seconds: .value(.integer(5))))
            )
        }
        return .virtual(.select(text))
    }

    private func text(_ statement: VirtualStatement) -> String {
        if case .select(let text) = statement { text } else { "" }
    }

    func variables(of statement: VirtualStatement, in context: SessionContext) -> [String] {
        text(statement).contains("@x") ? ["@x"] : []
    }

    func describe(_ statement: VirtualStatement, in context: SessionContext) throws(SQLError) -> StatementDescription {
        StatementDescription()
    }

    func run(
        _ statement: VirtualStatement,
        parameters: [SQLValue],
        in context: SessionContext
    ) throws(SQLError) -> VirtualAnswer {
        if text(statement).contains("unknown") { throw .unsupported("unknown") }
        return .ok
    }

    func readsClientSessions(_ statement: VirtualStatement, in context: SessionContext) -> Bool {
        text(statement).contains("connections")
    }

    func fields(ofTable table: String, like pattern: String) throws(SQLError) -> [ColumnDefinition] { [] }

    func rewrite(_ statement: MixedStatement, in context: SessionContext) throws(SQLError) -> [UInt8] {
        Array("/* rows */ ".utf8) + statement.text
    }

    func serverStatement(
        insteadOf sent: [UInt8],
        refusedWith error: SQLError,
        in context: SessionContext
    ) -> MixedStatement? { nil }
}

/// Services as a test has them.
final class FakeServices: ServiceReading {
    private let standings = Mutex<[ServiceText: ServiceStanding]>([:])

    /// - Parameter leader: nil for none any more.
    func set(_ service: String, term: UInt64, leader: String?) {
        guard let name = ServiceText(service) else { return }
        let standing = ServiceStanding(
            lastTerm: ServiceTerm(rawValue: term),
            leader: leader.flatMap { ServiceText($0) }
        )
        standings.withLock { $0[name] = standing }
    }

    func standing(of service: ServiceText) -> ServiceStanding {
        standings.withLock { $0[service] ?? ServiceStanding() }
    }
}

final class NoConverter: MultiByteConverting {
    func scalar(of character: UInt32, in set: ClientCharacterSet) -> Unicode.Scalar? { nil }
    func character(of scalar: Unicode.Scalar, in set: ClientCharacterSet) -> UInt32? { nil }
}
