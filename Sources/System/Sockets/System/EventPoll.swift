internal import CLinux
internal import Glibc
internal import Threads

/// What a descriptor is ready for, or watched for (epoll_ctl(2)).
struct PollEvents: OptionSet {
    let rawValue: UInt32

    static let readable = PollEvents(rawValue: 0x001)
    static let writable = PollEvents(rawValue: 0x004)
    /// Always watched for.
    static let error = PollEvents(rawValue: 0x008)
    /// Both directions have ended. Always watched for.
    static let hangUp = PollEvents(rawValue: 0x010)
    /// The peer sends no more.
    static let peerHangUp = PollEvents(rawValue: 0x2000)
}

/// What is told of a descriptor's events, on the loop's thread.
protocol EventSource: AnyObject {
    func ready(_ events: PollEvents)
}

/// The descriptors that a loop watches, level-triggered: epoll(7).
///
/// A place in its table and that place's generation stand for a descriptor in the kernel, so that an event which was
/// under way when its descriptor was closed reaches nobody else.
struct EventPoll: ~Copyable {
    struct Registration {
        fileprivate var index: Int
        fileprivate var generation: UInt32

        fileprivate var key: UInt64 { UInt64(generation) << 32 | UInt64(UInt32(truncatingIfNeeded: index)) }
    }

    private struct Place {
        var generation: UInt32 = 0
        var source: (any EventSource)?
    }

    private static let batch = 256

    private let descriptor: Int32
    private let events: UnsafeMutablePointer<epoll_event>
    private var places: [Place] = []
    private var free: [Int] = []

    init() throws(SystemCallError) {
        descriptor = pilotfish_epoll_create()
        guard descriptor >= 0 else { throw SystemCallError(call: "epoll_create1", number: errno) }
        events = .allocate(capacity: Self.batch)
        events.initialize(repeating: epoll_event(), count: Self.batch)
    }

    deinit {
        events.deallocate()
        close(descriptor)
    }

    mutating func add(
        _ watched: Int32,
        _ source: any EventSource,
        for interest: PollEvents
    ) throws(SystemCallError) -> Registration {
        let index: Int
        if let reused = free.popLast() {
            index = reused
        } else {
            index = places.count
            places.append(Place())
        }
        let registration = Registration(index: index, generation: places[index].generation)
        let result = pilotfish_epoll_control(descriptor, EPOLL_CTL_ADD, watched, interest.rawValue, registration.key)
        guard result == 0 else {
            let number = errno
            free.append(index)
            throw SystemCallError(call: "epoll_ctl", number: number)
        }
        places[index].source = source
        return registration
    }

    /// Watches for other events. Cannot fail for a descriptor that is there.
    func change(_ watched: Int32, _ registration: Registration, to interest: PollEvents) {
        _ = pilotfish_epoll_control(descriptor, EPOLL_CTL_MOD, watched, interest.rawValue, registration.key)
    }

    /// Leaves a descriptor, which may be closed after this.
    mutating func remove(_ watched: Int32, _ registration: Registration) {
        _ = pilotfish_epoll_control(descriptor, EPOLL_CTL_DEL, watched, 0, 0)
        guard places[registration.index].generation == registration.generation else { return }
        places[registration.index].generation &+= 1
        places[registration.index].source = nil
        free.append(registration.index)
    }

    /// Waits for events.
    ///
    /// - Parameter milliseconds: at most so long; -1 for ever.
    /// - Returns: how many there are; `source(at:)` has them until the next call.
    func wait(milliseconds: Int32) -> Int {
        Int(max(0, epoll_wait(descriptor, events, Int32(Self.batch), milliseconds)))
    }

    /// - Returns: nil if the source has been removed since.
    func source(at index: Int) -> (source: any EventSource, events: PollEvents)? {
        let event = events[index]
        let key = event.data.u64
        let place = Int(UInt32(truncatingIfNeeded: key))
        guard places.indices.contains(place), places[place].generation == UInt32(truncatingIfNeeded: key >> 32),
            let source = places[place].source
        else { return nil }
        return (source, PollEvents(rawValue: event.events))
    }
}
