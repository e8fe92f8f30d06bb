import NIOCore
import Sockets
import Synchronization
import TestServers

/// Notes what a connection tells, and reads on unless it was told not to.
final class Recorder: ConnectionHandler, Sendable {
    struct Seen {
        var bytes: [UInt8] = []
        var hasEnded = false
        var isClosed = false
        var writability: [Bool] = []
        var errors = 0
        var completedReads = 0
    }

    struct Holder: @unchecked Sendable {
        // Touched on the loop's thread alone.
        let connection: Connection
    }

    private let seen = Mutex(Seen())
    private let holder = Mutex<Holder?>(nil)
    private let isReading: Atomic<Bool>
    private let closesAtEnd: Bool

    init(isReading: Bool = true, closesAtEnd: Bool = true) {
        self.isReading = Atomic(isReading)
        self.closesAtEnd = closesAtEnd
    }

    /// Puts a connection over a descriptor on the loop, and begins to read.
    static func attach(
        _ descriptor: Int32,
        to loop: SocketLoop,
        isReading: Bool = true,
        closesAtEnd: Bool = true,
        options: Connection.Options = Connection.Options()
    ) async throws -> Recorder {
        let recorder = Recorder(isReading: isReading, closesAtEnd: closesAtEnd)
        try await loop.submit {
            let connection = try Connection(descriptor, on: loop, options: options) { _ in recorder }
            recorder.holder.withLock { $0 = Holder(connection: connection) }
            if isReading { connection.read() }
        }.get()
        return recorder
    }

    var state: Seen { seen.withLock { $0 } }

    /// Does something with the connection, on its loop.
    func use<Result: Sendable>(
        _ loop: SocketLoop,
        _ body: @escaping @Sendable (Connection) throws -> Result
    ) async throws -> Result {
        try await loop.submit {
            guard let holder = self.holder.withLock({ $0 }) else { throw TestServerError("no connection") }
            return try body(holder.connection)
        }.get()
    }

    func resumeReading(_ loop: SocketLoop) async throws {
        isReading.store(true, ordering: .relaxed)
        try await use(loop) { $0.read() }
    }

    func received(_ bytes: Span<UInt8>) {
        bytes.withUnsafeBytes { bytes in seen.withLock { $0.bytes += bytes } }
    }

    func received(_ buffer: ByteBuffer) { seen.withLock { $0.bytes += buffer.readableBytesView } }

    func readCompleted() {
        seen.withLock { $0.completedReads += 1 }
        if isReading.load(ordering: .relaxed) { holder.withLock { $0 }?.connection.read() }
    }

    func inputEnded() {
        seen.withLock { $0.hasEnded = true }
        if closesAtEnd { holder.withLock { $0 }?.connection.close() }
    }

    func writabilityChanged() {
        let isWritable = holder.withLock { $0 }?.connection.isWritable ?? false
        seen.withLock { $0.writability.append(isWritable) }
    }

    func failed(_ error: any Error) { seen.withLock { $0.errors += 1 } }

    func closed() {
        seen.withLock { $0.isClosed = true }
        holder.withLock { $0 = nil }
    }
}
