import Compression
import NIOCore
import TestServers
import Testing

@Suite("Compression between a real client and a real server")
struct MariaDBCompressionTests {
    @Test("the mariadb client and mariadbd understand each other through a relay that decompresses and compresses")
    func relay() async throws {
        let server = try await MariaDBServer.start(options: ["--max-allowed-packet=64M", "--local-infile=1"])
        let listener = try await CompressingRelay.listen(serverSocket: server.socketPath, algorithm: .zlib)
        let port = try #require(listener.localAddress?.port)
        try write((1...100_000).map { "\($0)\trow \($0)\n" }.joined(), to: "\(server.directory)/rows")
        let long = String(repeating: "pilotfish ", count: 2_000_000)
        try write(
            """
            SHOW SESSION STATUS LIKE 'Compression';
            CREATE DATABASE d; USE d; CREATE TABLE t (id INT PRIMARY KEY, name TEXT);
            LOAD DATA LOCAL INFILE '\(server.directory)/rows' INTO TABLE t;
            SELECT 'rows', COUNT(*), SUM(id) FROM t;
            SELECT 'length', LENGTH('\(long)');
            SELECT SUM(LENGTH(REPEAT(name, 3))) FROM t;
            SELECT REPEAT('0123456789', 2000000);
            SELECT id, name FROM t ORDER BY id;
            SELECT nothing;
            """,
            to: "\(server.directory)/script"
        )
        let output = "\(server.directory)/output"
        let client = try await ChildProcess.start(
            "mariadb",
            [
                "--no-defaults", "--protocol=TCP", "--host=127.0.0.1", "--port=\(port)", "--user=root", "--compress",
                "--local-infile=1", "--max-allowed-packet=64M", "--batch", "--skip-column-names",
            ],
            inputFile: "\(server.directory)/script",
            outputFile: output
        )
        let exit = await client.waitForExit()
        let text = try contents(of: output)
        // The last statement fails, which is its answer; nothing before it did.
        #expect(exit == .code(1))
        let lines = text.split(separator: "\n")
        let brief = lines.map { $0.count > 100 ? "\($0.prefix(50))…\($0.count)" : "\($0)" }.filter {
            !$0.contains("\trow ")
        }
        #expect(brief.first == "Compression\tON", "\(brief)")
        #expect(brief.contains("rows\t100000\t5000050000"), "\(brief)")
        let hasLong = lines.contains("length\t20000000")
        #expect(hasLong, "\(brief)")
        let hasResult = lines.contains { $0.utf8.count == 20_000_000 }
        #expect(hasResult, "\(brief)")
        let hasRows = lines.contains("100000\trow 100000")
        #expect(hasRows, "\(brief)")
        #expect(brief.last?.contains("Unknown column 'nothing'") == true, "\(brief)")
        try await listener.close()
        await server.remove()
    }
}
