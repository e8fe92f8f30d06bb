import Foundation
import Glibc
import Synchronization
import TestServers

/// Stands between a sidecar and its mysqld and cuts mysqld's bytes as no real network would be asked to.
final class ServerRelay: Sendable {
    /// How mysqld's bytes arrive.
    enum Delivery: Sendable {
        /// As they come.
        case plain
        /// Each alone.
        case single
        /// Those that come within so many milliseconds together.
        case gathered(milliseconds: Int32)
    }

    private struct State {
        var delivery = Delivery.plain
        /// What a client's bytes are held for, while it is set.
        var held: [UInt8] = []
        var holding = 0
        /// What stands in for what, in bytes of the same number.
        var replaced: (old: [UInt8], new: [UInt8])?
        /// The same for the client, once.
        var forged: (old: [UInt8], new: [UInt8])?
        var descriptors: Set<Int32> = []
        var isStopped = false
        var isListening = true
    }

    let port: UInt16
    private let socketPath: String
    private let listener: Int32
    private let state = Mutex(State())

    init(socketPath: String) throws {
        self.socketPath = socketPath
        port = try PortAllocator.allocate()
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let isBound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard listener >= 0, isBound, listen(listener, 64) == 0 else {
            throw TestServerError("relay on port \(port): errno \(errno)")
        }
        Thread.detachNewThread { [self] in accept() }
    }

    /// Closes everything; its threads end then.
    func stop() {
        state.withLock { state in
            state.isStopped = true
            for descriptor in state.descriptors { shutdown(descriptor, Int32(SHUT_RDWR)) }
            // Its number is another's once it is closed.
            if state.isListening { shutdown(listener, Int32(SHUT_RDWR)) }
        }
    }

    func deliver(_ delivery: Delivery) { state.withLock { $0.delivery = delivery } }

    /// Bytes for mysqld that have this text in them wait until `release`.
    func hold(_ text: String) { state.withLock { $0.held = Array(text.utf8) } }

    func release() { state.withLock { $0.held = [] } }

    /// mysqld gets one text for another as long as it.
    func replace(_ text: String, by other: String) {
        state.withLock { $0.replaced = (Array(text.utf8), Array(other.utf8)) }
    }

    /// The sidecar gets one packet for another as long as it, once.
    func forge(_ packet: [UInt8], as other: [UInt8]) {
        state.withLock { $0.forged = (packet, other) }
    }

    /// How many times bytes have begun to wait.
    var holdCount: Int { state.withLock { $0.holding } }

    // MARK: - Threads

    private func accept() {
        defer {
            state.withLock { state in
                state.isListening = false
                close(listener)
            }
        }
        while true {
            let client = Glibc.accept(listener, nil, nil)
            guard client >= 0 else { return }
            guard let server = connectToServer() else {
                close(client)
                return
            }
            var on: Int32 = 1
            setsockopt(client, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
            let isStopped = state.withLock { state in
                state.descriptors.formUnion([client, server])
                return state.isStopped
            }
            let both = Descriptors(client: client, server: server)
            if isStopped { both.shutDown() }
            Thread.detachNewThread { [self] in
                copyToServer(both)
                finish(both)
            }
            Thread.detachNewThread { [self] in
                copyToClient(both)
                finish(both)
            }
        }
    }

    /// The two ends of one connection; the second thread that is done with them closes both.
    private final class Descriptors: Sendable {
        let client: Int32
        let server: Int32
        private let users = Mutex(2)

        init(client: Int32, server: Int32) {
            self.client = client
            self.server = server
        }

        func shutDown() {
            shutdown(client, Int32(SHUT_RDWR))
            shutdown(server, Int32(SHUT_RDWR))
        }

        func leave() -> Bool {
            users.withLock { users in
                users -= 1
                return users == 0
            }
        }
    }

    private func finish(_ both: Descriptors) {
        both.shutDown()
        guard both.leave() else { return }
        state.withLock { state in
            state.descriptors.subtract([both.client, both.server])
            close(both.client)
            close(both.server)
        }
    }

    private func connectToServer() -> Int32? {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = Array(socketPath.utf8.prefix(MemoryLayout.size(ofValue: address.sun_path) - 1))
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        let isConnected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        if isConnected { return descriptor }
        close(descriptor)
        return nil
    }

    private func copyToServer(_ both: Descriptors) {
        while var bytes = receive(from: both.client) {
            let isHeld = state.withLock { state in
                if let (old, new) = state.replaced, let range = bytes.firstRange(of: old) {
                    bytes.replaceSubrange(range, with: new)
                }
                let isHeld = !state.held.isEmpty && bytes.firstRange(of: state.held) != nil
                if isHeld { state.holding += 1 }
                return isHeld
            }
            while isHeld, state.withLock({ !$0.held.isEmpty && !$0.isStopped }) { usleep(1_000) }
            guard send(bytes[...], to: both.server) else { return }
        }
    }

    private func copyToClient(_ both: Descriptors) {
        while var bytes = receive(from: both.server) {
            state.withLock { state in
                guard let (old, new) = state.forged, let range = bytes.firstRange(of: old) else { return }
                bytes.replaceSubrange(range, with: new)
                state.forged = nil
            }
            switch state.withLock({ $0.delivery }) {
            case .plain:
                guard send(bytes[...], to: both.client) else { return }
            case .single:
                for index in bytes.indices {
                    guard send(bytes[index...index], to: both.client) else { return }
                    usleep(300)
                }
            case .gathered(let milliseconds):
                while hasMore(both.server, within: milliseconds), let more = receive(from: both.server) {
                    bytes += more
                }
                guard send(bytes[...], to: both.client) else { return }
            }
        }
    }

    private func hasMore(_ descriptor: Int32, within milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, milliseconds) > 0
    }

    private func receive(from descriptor: Int32) -> [UInt8]? {
        let bytes = [UInt8](unsafeUninitializedCapacity: 64 * 1024) { buffer, count in
            count = max(0, recv(descriptor, buffer.baseAddress, 64 * 1024, 0))
        }
        return bytes.isEmpty ? nil : bytes
    }

    private func send(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}

/// A node whose sidecar reaches its mysqld through a relay.
func withRelay(
    nodes: Int,
    configure: @escaping @Sendable (Int, inout SidecarConfiguration) throws -> Void = { _, _ in },
    _ body: (TestCluster, ServerRelay) async throws -> Void
) async throws {
    let relay = SharedRelay()
    defer { relay.value?.stop() }
    try await withCluster(nodes: nodes) { index, configuration in
        if index == nodes - 1 {
            let path = configuration.serverAddress.dropFirst("unix:".count)
            configuration.serverAddress = "127.0.0.1:\(try relay.make(socketPath: String(path)).port)"
        }
        try configure(index, &configuration)
    } _: { cluster in
        guard let relay = relay.value else { throw TestServerError("no relay") }
        try await body(cluster, relay)
    }
}

private final class SharedRelay: Sendable {
    private let relay = Mutex<ServerRelay?>(nil)

    var value: ServerRelay? { relay.withLock { $0 } }

    func make(socketPath: String) throws -> ServerRelay {
        let made = try ServerRelay(socketPath: socketPath)
        relay.withLock { $0 = made }
        return made
    }
}
