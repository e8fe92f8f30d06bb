import ClusterModel
import MySQLClient
import TestServers

/// Who a test logs in as.
struct Login: Sendable {
    var user: String
    var password: String

    /// An account of mysqld's.
    static let application = Login(user: TestAccount.application.user, password: TestAccount.application.password)
    /// The account that `SidecarConfiguration.addTopologyAccount` gives to a sidecar.
    static let topology = Login(user: "topology", password: "topology-secret")
}

extension SidecarConfiguration {
    mutating func addTopologyAccount() throws {
        accounts.append(
            Account(name: Login.topology.user, passwordHash: NativePasswordClient.storedHash(Login.topology.password))
        )
    }
}

/// Runs statements one after another in a session of their own, by libmariadb.
///
/// - Parameter namespace: whose loopback address the port belongs to; nil for that of the tests.
/// - Returns: the result of the last one.
/// - Throws: `AdminError`.
@discardableResult
func ask(
    _ port: UInt16,
    in namespace: NetworkNamespace? = nil,
    as login: Login = .application,
    _ statements: String...
) async throws -> QueryResult {
    let settings = ConnectionSettings(
        address: .tcp(HostPort(host: "127.0.0.1", port: port)),
        user: login.user,
        password: login.password,
        connectTimeout: .seconds(60),
        queryTimeout: .seconds(120)
    )
    return try await onThread(in: namespace) {
        let connection = try AdminConnection(settings)
        defer { connection.close() }
        var result = QueryResult()
        for statement in statements { result = try connection.query(statement) }
        return result
    }
}

/// The error that statements end with; nil if they succeed.
func refusal(_ port: UInt16, as login: Login = .application, _ statement: String = "SELECT 1") async -> AdminError? {
    do {
        try await ask(port, as: login, statement)
        return nil
    } catch {
        return error as? AdminError ?? AdminError(code: 0, sqlState: "", text: "\(error)")
    }
}

extension PilotfishProcess {
    nonisolated func ask(as login: Login = .application, _ statement: String) async throws -> QueryResult {
        try await IntegrationTests.ask(sqlPort, in: namespace, as: login, statement)
    }

    /// A column of MEMBERS by the members' names, as this node's table has it.
    nonisolated func members(_ column: String, as login: Login = .application) async throws -> [String: String] {
        let result = try await ask(as: login, "SELECT member_name, \(column) FROM cluster_schema.members")
        return result.rows.reduce(into: [:]) { $0[($1.first ?? nil) ?? ""] = $1.last ?? nil }
    }

    nonisolated func status(_ name: String, as login: Login = .application) async throws -> Int {
        let result = try await ask(
            as: login,
            "SELECT variable_value FROM cluster_schema.status WHERE variable_name = '\(name)'"
        )
        return result.rows.first?.first.flatMap { $0 }.flatMap { Int($0) } ?? -1
    }
}
