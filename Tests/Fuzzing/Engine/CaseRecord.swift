internal import Foundation

/// The case under way, in a file that is mapped into memory: it outlives a process that traps.
///
/// Layout: seed, iteration, start of the case (nanoseconds; 0 between cases), length, input. The numbers take eight
/// bytes each.
package final class CaseRecord {
    private static let headerBytes = 32
    private static let capacity = 2 * 1024 * 1024
    private let memory: UnsafeMutableRawPointer

    /// - Parameter path: made if it is not there.
    package init?(path: String) {
        let file = open(path, O_RDWR | O_CREAT, 0o600)
        guard file >= 0 else { return nil }
        defer { close(file) }
        guard ftruncate(file, off_t(Self.capacity)) == 0,
            let memory = mmap(nil, Self.capacity, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0), memory != MAP_FAILED
        else { return nil }
        self.memory = memory
    }

    deinit { munmap(memory, Self.capacity) }

    func begin(seed: UInt64, iteration: UInt64, input: [UInt8], now: UInt64) {
        let length = min(input.count, Self.capacity - Self.headerBytes)
        store(seed, 0)
        store(iteration, 8)
        store(UInt64(length), 24)
        input.withUnsafeBytes { bytes in
            if let base = bytes.baseAddress { (memory + Self.headerBytes).copyMemory(from: base, byteCount: length) }
        }
        store(now, 16)
    }

    func end() { store(0, 16) }

    package var seed: UInt64 { load(0) }
    package var iteration: UInt64 { load(8) }
    /// Nil between cases.
    package var started: UInt64? { load(16) == 0 ? nil : load(16) }
    package var input: [UInt8] {
        let length = min(Int(clamping: load(24)), Self.capacity - Self.headerBytes)
        return Array(UnsafeRawBufferPointer(start: memory + Self.headerBytes, count: length))
    }

    private func store(_ number: UInt64, _ offset: Int) {
        memory.storeBytes(of: number, toByteOffset: offset, as: UInt64.self)
    }
    private func load(_ offset: Int) -> UInt64 { memory.load(fromByteOffset: offset, as: UInt64.self) }
}
