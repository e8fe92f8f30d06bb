/// What the open cursors of an event loop's sessions keep: the loop's own, without a lock.
package final class CursorMemory {
    /// What one session's cursors may keep, in bytes; as much as one result may have.
    static let sessionLimit = 16 << 20
    /// What all of them may keep, in bytes.
    static let limit = 32 << 20

    private(set) var byteCount = 0

    package init() {}

    /// A cursor's share, which is given back with it.
    final class Share {
        let byteCount: Int
        private let memory: CursorMemory

        fileprivate init(_ byteCount: Int, of memory: CursorMemory) {
            self.byteCount = byteCount
            self.memory = memory
            memory.byteCount += byteCount
        }

        deinit { memory.byteCount -= byteCount }
    }

    /// - Returns: nil if there is not so much left.
    func take(_ byteCount: Int) -> Share? {
        self.byteCount + byteCount <= Self.limit ? Share(byteCount, of: self) : nil
    }
}
