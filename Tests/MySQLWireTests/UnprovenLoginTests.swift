import NIOCore
import Testing
import WirePackets

@testable import MySQLWire

@Suite("A login that proves nothing")
struct UnprovenLoginTests {
    private func greeting(_ version: String) -> PacketReader.Packet {
        let greeting = ServerGreeting(
            serverVersion: version,
            connectionID: 1,
            scramble: (1...20).map { UInt8($0 + 40) },
            capabilities: [.mysql, .protocol41, .secureConnection, .pluginAuth],
            characterSet: 45,
            status: .autocommit,
            authenticationPlugin: "mysql_native_password"
        )
        var writer = PacketWriter(nextSequence: 0)
        greeting.write(to: &writer)
        var bytes = writer.buffer
        bytes.moveReaderIndex(forwardBy: PacketFormat.headerBytes)
        return PacketReader.Packet(sequence: 0, payload: bytes)
    }

    private func packet(_ bytes: [UInt8], sequence: UInt8 = 2) -> PacketReader.Packet {
        PacketReader.Packet(sequence: sequence, payload: ByteBuffer(bytes: bytes))
    }

    private func error(_ number: UInt16) -> [UInt8] {
        [0xff, UInt8(number & 0xff), UInt8(number >> 8)] + Array("#28000no".utf8)
    }

    private func begun(_ version: String = "5.5.5-10.11.6-MariaDB") throws -> UnprovenLogin {
        var login = UnprovenLogin(user: "root")
        guard case .send(var sent) = try login.serverSent(greeting(version)) else {
            Issue.record("nothing is sent")
            return login
        }
        let response = try #require(try PacketReader.next(from: &sent, limit: 1 << 16))
        #expect(response.sequence == 1)
        let fields = try HandshakeResponse(response.payload)
        #expect(fields.accountName(serverVersion: version)?.text == "root")
        #expect(fields.authenticationResponse.isEmpty)
        // No account has it: mysqld asks for another before it looks at a password.
        #expect(fields.authenticationPlugin == HandshakeResponse.unknownMethod)
        return login
    }

    @Test("whoever is let in at once is let in by the connection alone")
    func opens() throws {
        var login = try begun()
        #expect(try login.serverSent(packet([0, 0, 0, 2, 0, 0, 0])) == .verdict(.opens))
    }

    @Test("MySQL's accounts are not answered with wrong passwords, which may lock them")
    func answersNothingOnMySQL() throws {
        var login = try begun("9.7.0")
        let request = [0xfe] + Array("caching_sha2_password\0".utf8) + [UInt8](repeating: 65, count: 20) + [0]
        #expect(try login.serverSent(packet(request)) == .verdict(.isClosed))
    }

    @Test("the methods of an account of MariaDB are gone through by wrong answers, up to the socket")
    func goesThroughMethods() throws {
        var login = try begun()
        for (sequence, method, length) in [(2, "mysql_native_password", 20), (4, "client_ed25519", 64)] {
            let request = [0xfe] + Array("\(method)\0".utf8) + [UInt8](repeating: 65, count: 20) + [0]
            guard case .send(let sent) = try login.serverSent(packet(request, sequence: UInt8(sequence))) else {
                Issue.record("\(method) is not answered")
                return
            }
            #expect(sent.readableBytes == PacketFormat.headerBytes + length)
            #expect(sent.getInteger(at: 3, as: UInt8.self) == UInt8(sequence + 1))
        }
        #expect(try login.serverSent(packet([0, 0, 0, 2, 0, 0, 0], sequence: 6)) == .verdict(.opens))
    }

    @Test("a method whose wrong answers may be counted elsewhere is not answered")
    func leavesOthersAlone() throws {
        var login = try begun()
        #expect(try login.serverSent(packet([0xfe] + Array("dialog\0".utf8))) == .verdict(.isClosed))
        var endless = try begun()
        let request = packet([0xfe] + Array("mysql_native_password\0".utf8))
        for _ in 0..<8 { _ = try endless.serverSent(request) }
        #expect(try endless.serverSent(request) == .verdict(.isClosed))
    }

    @Test(
        "errors say whether the account was looked at",
        arguments: [
            (1045, true), (1698, true), (4151, true), (3118, true), (1226, false), (1203, false), (1862, false),
        ]
    )
    func errors(number: UInt16, isClosed: Bool) throws {
        var login = try begun()
        #expect(try login.serverSent(packet(error(number))) == .verdict(isClosed ? .isClosed : .opens))
    }

    @Test("a server that has not looked at the account leaves it unknown", arguments: [1040, 1053, 1129])
    func unknown(number: UInt16) throws {
        var early = UnprovenLogin(user: "root")
        guard case .verdict(.isUnknown(let first)) = try early.serverSent(packet(error(number))) else {
            Issue.record("an answer where there is none")
            return
        }
        #expect(first.errno == number)
        var late = try begun()
        guard case .verdict(.isUnknown(let second)) = try late.serverSent(packet(error(number))) else {
            Issue.record("an answer where there is none")
            return
        }
        #expect(second.errno == number)
    }

    @Test("no bytes of a server are too much for it")
    func randomBytes() {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<5_000 {
            var login = UnprovenLogin(user: "root")
            for _ in 0..<4 {
                let bytes = (0..<Int.random(in: 0...80, using: &random)).map { _ in
                    [0xfe, 0xff, 0, 10, UInt8.random(in: 0...255, using: &random)].randomElement(using: &random) ?? 0
                }
                guard (try? login.serverSent(packet(bytes))) != nil else { break }
            }
        }
    }
}
