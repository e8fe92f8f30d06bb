internal import ClusterModel
internal import Foundation
internal import Glibc
package import MySQLClient

/// A MySQL 9 of the test's own, from the folder that scripts/install-mysql9 makes; root has no password.
package struct MySQL9Server: Sendable {
    package let socketPath: String
    package let port: UInt16
    private let folder: String

    /// Whether there is one on this machine: tests do not install it by themselves.
    package static var isInstalled: Bool {
        let environment = ProcessInfo.processInfo.environment
        let cache = environment["XDG_CACHE_HOME"] ?? (environment["HOME"] ?? "") + "/.cache"
        let root = environment["MYSQL9_ROOT"] ?? cache + "/pilotfish/mysql9"
        return getuid() == 0 && FileManager.default.isExecutableFile(atPath: root + "/usr/sbin/mysqld")
    }

    /// Runs a test's body with a fresh server, and removes it after it.
    package static func with<Result>(
        options: [String] = [],
        isolation: isolated (any Actor)? = #isolation,
        _ body: (MySQL9Server) async throws -> Result
    ) async throws -> Result {
        await ServerPermits.shared.take(1)
        do {
            let server = try await start(options: options)
            do {
                let result = try await body(server)
                await server.stop()
                await ServerPermits.shared.giveBack(1)
                return result
            } catch {
                await server.stop()
                throw error
            }
        } catch {
            await ServerPermits.shared.giveBack(1)
            throw error
        }
    }

    /// Runs statements one after another as root, in one session.
    ///
    /// - Returns: the result of the last one.
    @discardableResult
    package func query(_ statements: String...) async throws -> QueryResult {
        let settings = ConnectionSettings.patient(.unixSocket(path: socketPath))
        return try await onThread {
            let connection = try AdminConnection(settings)
            defer { connection.close() }
            var result = QueryResult()
            for statement in statements { result = try connection.query(statement) }
            return result
        }
    }

    private static func start(options: [String]) async throws -> MySQL9Server {
        let output = try await script(["start"] + options)
        var values: [String: String] = [:]
        for line in output.split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
            if parts.count == 2 { values[parts[0]] = parts[1] }
        }
        guard let folder = values["mysql9_folder"], let socket = values["mysql9_socket"],
            let port = values["mysql9_port"].flatMap({ UInt16($0) })
        else { throw TestServerError("scripts/mysql9 start: \(output)") }
        return MySQL9Server(socketPath: socket, port: port, folder: folder)
    }

    private func stop() async { _ = try? await Self.script(["stop", folder]) }

    private static func script(_ arguments: [String]) async throws -> String {
        let directory = try TemporaryRoot.makeDirectory("mysql9")
        defer { removeTree(directory) }
        let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../scripts/mysql9").path
        let child = try await ChildProcess.start(path, arguments, outputFile: directory + "/output")
        let exit = await child.waitForExit(deadline: .seconds(120))
        let output = try contents(of: directory + "/output")
        guard exit == .code(0) else { throw TestServerError("scripts/mysql9: \(output)") }
        return output
    }
}
