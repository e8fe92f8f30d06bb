import Glibc
import MySQLClient
import TestServers
import Testing

/// No bytes on any port end the process, and what they cost is given back.
@Suite struct HostileBytesTests {
    @Test func `no bytes on the SQL port end the process`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let sidecar = cluster.sidecars[0]
            let port = sidecar.sqlPort
            let pid = await sidecar.pid
            try await onThread {
                var random = SplitMix(seed: 7)
                for round in 0..<300 {
                    let session = try RawSession(port: port)
                    if round.isMultiple(of: 3) { try session.logIn() }
                    // The sidecar may close at any byte.
                    try? session.send(random.bytes(upTo: 2000))
                    if round.isMultiple(of: 2) {
                        try? session.send(RawSession.packet(random.bytes(upTo: 500), sequence: UInt8(round % 3)))
                    }
                }
                // Half a greeting's answer, headers that promise what never comes, one of every command.
                for command in 0...255 {
                    let session = try RawSession(port: port)
                    try session.logIn()
                    try session.send(RawSession.packet([UInt8(command)] + random.bytes(upTo: 40)))
                }
                for header in [[0xff, 0xff, 0xff, 0], [0, 0, 0, 0], [1, 0, 0, 9], [0xff, 0xff, 0xff, 1]] {
                    let session = try RawSession(port: port)
                    try session.send(header.map { UInt8($0) })
                    let other = try RawSession(port: port)
                    try other.logIn()
                    try other.send(header.map { UInt8($0) })
                }
            }
            #expect(await sidecar.pid == pid)
            #expect(await refusal(port) == nil)
            try await waitUntil("all of those sessions are gone") {
                try await sidecar.status("PROXY_CONNECTIONS_CURRENT") == 1
            }
            #expect(try await sidecar.status("PROXY_PROTOCOL_VIOLATIONS") > 0)
        }
    }

    @Test func `no bytes on the gossip port end the process or change the members`() async throws {
        try await withCluster(nodes: 2) { cluster in
            let sidecar = cluster.sidecars[0]
            try await waitUntil("both are members") { try await sidecar.members("state").count == 2 }
            let pid = await sidecar.pid
            let port = sidecar.configuration.gossipPort
            try await onThread {
                var random = SplitMix(seed: 11)
                let socket = try Datagrams(port: port)
                for _ in 0..<2000 { socket.send(random.bytes(upTo: 1500)) }
                for _ in 0..<100 {
                    let stream = try RawSession(port: port)
                    try? stream.send(random.bytes(upTo: 3000))
                }
            }
            #expect(await sidecar.pid == pid)
            #expect(try await sidecar.members("state").count == 2)
            try await waitUntil("they are counted") { try await sidecar.status("GOSSIP_DECODE_FAILURES") > 0 }
            try await waitUntil("both are online") {
                try await sidecar.members("state") == ["db1": "ONLINE", "db2": "ONLINE"]
            }
        }
    }

    @Test func `a packet before the login has a limit`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let port = cluster.sidecars[0].sqlPort
            try await onThread {
                let session = try RawSession(port: port)
                _ = try session.packet()
                try session.send([0, 0, 2, 1])
                let answer = try session.packet().payload
                // ER_NET_PACKET_TOO_LARGE
                #expect(answer.first == 0xff)
                #expect(Int(answer[1]) | Int(answer[2]) << 8 == 1153)
                #expect(try session.drain() == 0)
            }
        }
    }

    @Test func `a client that says nothing is closed after the handshake's time`() async throws {
        try await withCluster(nodes: 1) { _, configuration in
            configuration.handshakeTimeoutMilliseconds = 200
        } _: { cluster in
            let port = cluster.sidecars[0].sqlPort
            try await onThread {
                let session = try RawSession(port: port)
                _ = try session.packet()
                #expect(try session.drain() == 0)
            }
        }
    }

    @Test func `connections over the limit are told so`() async throws {
        try await withCluster(nodes: 1) { _, configuration in
            configuration.maximumConnections = 3
        } _: { cluster in
            let port = cluster.sidecars[0].sqlPort
            let answer = try await onThread {
                var open: [RawSession] = []
                for _ in 0..<3 {
                    let session = try RawSession(port: port)
                    try session.logIn()
                    open.append(session)
                }
                // As mysqld does: some more are greeted, since an operator may be among them.
                var (last, greeted): (RawSession, [RawSession]) = (try RawSession(port: port), [])
                var first = try last.packet().payload
                while first[0] != 0xff, greeted.count < 100 {
                    greeted.append(last)
                    last = try RawSession(port: port)
                    first = try last.packet().payload
                }
                #expect(!greeted.isEmpty && greeted.count < 20)
                #expect(try open[2].query("SELECT 1") == .rows([["1"]]))
                return first
            }
            #expect(Int(answer[1]) | Int(answer[2]) << 8 == 1040)
            try await waitUntil("there is room again") { await refusal(port) == nil }
        }
    }
}

extension SplitMix {
    fileprivate mutating func bytes(upTo limit: Int) -> [UInt8] {
        (0..<Int.random(in: 1...limit, using: &self)).map { _ in UInt8(truncatingIfNeeded: next()) }
    }
}

/// A UDP socket towards one port of the loopback address.
private final class Datagrams {
    private let descriptor: Int32
    private var address = sockaddr_in()

    init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw TestServerError("socket: errno \(errno)") }
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    }

    deinit { close(descriptor) }

    func send(_ bytes: [UInt8]) {
        _ = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                sendto(descriptor, bytes, bytes.count, 0, address, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
