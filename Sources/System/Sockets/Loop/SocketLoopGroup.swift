package import Dispatch
package import NIOCore
internal import Synchronization
package import Threads

/// Some loops, each on a thread of its own.
package final class SocketLoopGroup: EventLoopGroup {
    package let loops: [SocketLoop]
    private let nextIndex = Atomic(0)

    /// - Throws: `SystemCallError` if the system has no descriptors or threads left.
    package init(count: Int, name: StaticString) throws(SystemCallError) {
        var loops: [SocketLoop] = []
        for _ in 0..<max(1, count) { loops.append(try SocketLoop.start(name: name)) }
        self.loops = loops
    }

    /// One after the other.
    package func next() -> any EventLoop {
        let index = nextIndex.wrappingAdd(1, ordering: .relaxed).oldValue
        return loops[Int(UInt(bitPattern: index) % UInt(loops.count))]
    }

    package func any() -> any EventLoop { loops[0] }

    package func makeIterator() -> EventLoopIterator { EventLoopIterator(loops) }

    package func shutdownGracefully(queue: DispatchQueue, _ callback: @escaping @Sendable ((any Error)?) -> Void) {
        let group = DispatchGroup()
        for loop in loops {
            group.enter()
            loop.shutdownGracefully(queue: queue) { _ in group.leave() }
        }
        group.notify(queue: queue) { callback(nil) }
    }
}
