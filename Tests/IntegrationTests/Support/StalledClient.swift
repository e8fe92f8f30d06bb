import Glibc
import TestServers

/// A client that sends a statement and then reads nothing, as long as it is there.
struct StalledClient {
    enum Transport: String, CaseIterable, Sendable {
        case plain, tls, compressed, compressedTLS
    }

    private let python: ChildProcess
    private let directory: String

    /// - Returns: when the statement has been sent.
    /// - Throws: `TestServerError`.
    static func start(_ statement: String, by transport: Transport, port: UInt16, as login: Login) async throws -> Self
    {
        let directory = try TemporaryRoot.makeDirectory("stalled")
        let python = try await ChildProcess.start(
            "python3",
            ["-c", script, "\(port)", transport.rawValue, login.user, login.password, statement],
            outputFile: directory + "/output"
        )
        let client = Self(python: python, directory: directory)
        do {
            try await waitUntil("the statement is sent") {
                guard python.isRunning else { throw TestServerError("the client that stalls has ended") }
                return try contents(of: directory + "/output").contains("sent")
            }
        } catch {
            let output = try? contents(of: directory + "/output")
            await client.end()
            throw TestServerError("\(error): \(output ?? "")")
        }
        return client
    }

    func end() async {
        python.kill(SIGKILL)
        _ = await python.waitForExit()
        removeTree(directory)
    }

    private static let script = """
        import hashlib, socket, ssl, struct, sys, time
        port, transport, user, password, statement = sys.argv[1:6]
        is_encrypted, is_compressed = "tls" in transport.lower(), "compressed" in transport
        connection = socket.socket()
        # Little is taken in by the kernel for a client that does not read.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(120)
        connection.connect(("127.0.0.1", int(port)))

        def read(count):
            data = b""
            while len(data) < count:
                more = connection.recv(count - len(data))
                if not more:
                    raise EOFError
                data += more
            return data

        def receive():
            header = read(4)
            return header[3], read(int.from_bytes(header[:3], "little"))

        def packet(number, payload):
            return struct.pack("<I", len(payload) | number << 24) + payload

        def proof(scramble):
            digest = lambda data: hashlib.sha1(data).digest()
            once = digest(password.encode())
            return bytes(a ^ b for a, b in zip(once, digest(scramble + digest(once))))

        _, greeting = receive()
        end = greeting.index(0, 1)
        scramble = greeting[end + 5 : end + 13] + greeting[end + 32 : end + 44]
        # Long passwords, protocol 4.1, transactions, secure connection, methods
        capabilities = 0x0008A201 | (0x800 if is_encrypted else 0) | (0x20 if is_compressed else 0)
        flags = struct.pack("<IIB23x", capabilities, 1 << 24, 45)
        number = 1
        if is_encrypted:
            connection.sendall(packet(number, flags))
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            connection = context.wrap_socket(connection)
            number += 1
        method, answer = b"mysql_native_password\\0", proof(scramble)
        connection.sendall(packet(number, flags + user.encode() + b"\\0" + bytes([len(answer)]) + answer + method))
        number, reply = receive()
        if reply[0] == 0xFE:
            connection.sendall(packet(number + 1, proof(reply[1 + len(method) :][:20])))
            number, reply = receive()
        assert reply[0] == 0, reply

        command = packet(0, b"\\x03" + statement.encode())
        if is_compressed:
            # A header of its own, and no compression: the length of the payload when it was compressed is 0.
            command = struct.pack("<I", len(command)) + b"\\0\\0\\0" + command
        connection.sendall(command)
        print("sent", flush=True)
        time.sleep(600)
        """
}
