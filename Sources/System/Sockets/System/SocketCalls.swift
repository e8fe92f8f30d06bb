internal import Glibc

/// What a write to a socket came to.
enum SocketWrite {
    /// Possibly less than there was.
    case wrote(Int)
    /// The peer's window, or the kernel's buffer, is full.
    case wouldBlock
    case failed(Int32)
}

/// What a read from a socket came to.
enum SocketRead {
    case bytes(Int)
    case wouldBlock
    /// The peer sends no more.
    case end
    case failed(Int32)
}

/// The calls on a connected, non-blocking socket.
enum SocketCalls {
    static func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> SocketWrite {
        while true {
            let count = send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            if count >= 0 { return .wrote(count) }
            switch errno {
            case EINTR: continue
            case EAGAIN, EWOULDBLOCK: return .wouldBlock
            default: return .failed(errno)
            }
        }
    }

    static func read(_ descriptor: Int32, into memory: UnsafeMutableRawBufferPointer) -> SocketRead {
        while true {
            let count = recv(descriptor, memory.baseAddress, memory.count, 0)
            if count > 0 { return .bytes(count) }
            if count == 0 { return .end }
            switch errno {
            case EINTR: continue
            case EAGAIN, EWOULDBLOCK: return .wouldBlock
            default: return .failed(errno)
            }
        }
    }

    /// What has become of a connection that was being made: 0 if it stands.
    static func pendingError(_ descriptor: Int32) -> Int32 {
        var number: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &number, &length) == 0 else { return errno }
        return number
    }

    static func set(_ descriptor: Int32, level: Int32, _ option: Int32, to value: Int32) -> Bool {
        var value = value
        return setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size)) == 0
    }
}
