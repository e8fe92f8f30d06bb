import NIOCore
import Sockets
import Synchronization
import TestServers
import Testing

@Suite("Making connections")
struct ListenerTests {
    @Test func `a listener takes connections in, and knows whose they are`() async throws {
        try await withLoop { loop in
            let accepted = Mutex<[AcceptedSocket]>([])
            let listener = try await SocketListener.listen(on: try Self.loopback(), loop: loop) { socket in
                accepted.withLock { $0.append(socket) }
            }
            let address = try #require(listener.localAddress)
            #expect(address.port ?? 0 > 0)
            let descriptor = try await loop.flatSubmit {
                SocketConnector.connect(to: address, on: loop, within: .seconds(20))
            }.get()
            try await waitUntil("it is taken in") { accepted.withLock { $0.count } == 1 }
            let socket = try #require(accepted.withLock { $0.first })
            #expect(socket.remoteAddress?.ipAddress == "127.0.0.1")
            let client = try await Recorder.attach(descriptor, to: loop)
            let server = try await Recorder.attach(socket.descriptor, to: loop)
            try await client.use(loop) { connection in
                connection.write(ByteBuffer(string: "hello"))
                connection.flush()
            }
            try await waitUntil("it is heard") { server.state.bytes == Array("hello".utf8) }
            try await client.use(loop) { $0.close() }
            try await waitUntil("both are closed") { server.state.isClosed && client.state.isClosed }
            await listener.close()
        }
    }

    @Test func `nobody listens: the error says so`() async throws {
        try await withLoop { loop in
            let listener = try await SocketListener.listen(on: try Self.loopback(), loop: loop) { $0.close() }
            let address = try #require(listener.localAddress)
            await listener.close()
            let error = await #expect(throws: IOError.self) {
                try await loop.flatSubmit {
                    SocketConnector.connect(to: address, on: loop, within: .seconds(20))
                }.get()
            }
            #expect(error?.errnoCode == 111)
            let missing = try SocketAddress(unixDomainSocketPath: "/nowhere/at/all")
            let other = await #expect(throws: IOError.self) {
                try await loop.flatSubmit {
                    SocketConnector.connect(to: missing, on: loop, within: .seconds(20))
                }.get()
            }
            #expect(other?.errnoCode == 2)
        }
    }

    @Test func `names have addresses, and others an error that names them`() throws {
        let literal = try NameLookup.addresses(of: "127.0.0.1", port: 7)
        #expect(literal.map(\.port) == [7])
        let named = try NameLookup.addresses(of: "localhost", port: 7)
        #expect(named.contains { $0.ipAddress == "127.0.0.1" })
        let error = #expect(throws: NameLookup.Failure.self) {
            _ = try NameLookup.addresses(of: "no.such.name.invalid", port: 7)
        }
        #expect(error?.description.contains("no.such.name.invalid") == true)
    }

    private static func loopback() throws -> SocketAddress { try SocketAddress(ipAddress: "127.0.0.1", port: 0) }
}
