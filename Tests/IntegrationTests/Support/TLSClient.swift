import TestServers

/// A client that sends statements over TLS and ends its side of it, before it reads an answer.
enum TLSClient {
    /// - Parameter statements: of one row and column each.
    /// - Returns: what they answered, a line each, and "end" when the session ended as TLS wants it (close_notify).
    /// - Throws: `TestServerError`.
    static func run(_ statements: [String], port: UInt16, authority: String, as login: Login) async throws -> [String] {
        let directory = try TemporaryRoot.makeDirectory("tls-client")
        defer { removeTree(directory) }
        let python = try await ChildProcess.start(
            "python3",
            ["-c", script, "\(port)", authority, login.user, login.password] + statements,
            outputFile: directory + "/output"
        )
        let exit = await python.waitForExit()
        let output = try contents(of: directory + "/output")
        guard exit == .code(0) else { throw TestServerError("the client that ends TLS: \(output)") }
        return output.split(separator: "\n").map(String.init)
    }

    /// Python's TLS in memory: that on sockets cannot read behind its own close_notify.
    private static let script = """
        import hashlib, socket, ssl, struct, sys
        port, authority, user, password = sys.argv[1:5]
        raw = socket.create_connection(("127.0.0.1", int(port)), timeout=120)
        plain = raw.makefile("rb")

        def packet(number, payload):
            return struct.pack("<I", len(payload) | number << 24) + payload

        def proof(scramble):
            digest = lambda data: hashlib.sha1(data).digest()
            once = digest(password.encode())
            return bytes(a ^ b for a, b in zip(once, digest(scramble + digest(once))))

        greeting = plain.read(int.from_bytes(plain.read(4)[:3], "little"))
        end = greeting.index(0, 1)
        scramble = greeting[end + 5 : end + 13] + greeting[end + 32 : end + 44]
        # Long passwords, protocol 4.1, TLS, transactions, secure connection, methods
        flags = struct.pack("<IIB23x", 0x0008AA01, 1 << 24, 45)
        raw.sendall(packet(1, flags))

        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        context = ssl.create_default_context(cafile=authority)
        context.check_hostname = False
        tls = context.wrap_bio(incoming, outgoing)

        def step(action):
            while True:
                try:
                    return action()
                except ssl.SSLWantReadError:
                    raw.sendall(outgoing.read())
                    more = raw.recv(65536)
                    incoming.write(more) if more else incoming.write_eof()
                finally:
                    raw.sendall(outgoing.read())

        def read(count):
            data = b""
            while len(data) < count:
                more = step(lambda: tls.read(count - len(data)))
                if not more:
                    raise EOFError
                data += more
            return data

        def receive():
            header = read(4)
            return header[3], read(int.from_bytes(header[:3], "little"))

        step(tls.do_handshake)
        answer = proof(scramble)
        method = b"mysql_native_password\\0"
        login = flags + user.encode() + b"\\0" + bytes([len(answer)]) + answer + method
        step(lambda: tls.write(packet(2, login)))
        number, reply = receive()
        if reply[0] == 0xFE:
            assert reply[1:].startswith(method), reply
            step(lambda: tls.write(packet(number + 1, proof(reply[1 + len(method) :][:20]))))
            number, reply = receive()
        assert reply[0] == 0, reply

        for statement in sys.argv[5:]:
            tls.write(packet(0, b"\\x03" + statement.encode()))
        try:
            tls.unwrap()
        except ssl.SSLWantReadError:
            pass
        raw.sendall(outgoing.read())

        for statement in sys.argv[5:]:
            # The count of columns, the column, an EOF, the row, an EOF.
            packets = [receive()[1] for _ in range(5)]
            print(packets[3][1:].decode())
        try:
            rest = step(lambda: tls.read(1))
        except ssl.SSLZeroReturnError:
            rest = b""
        print("end" if not rest else "more")
        """
}
