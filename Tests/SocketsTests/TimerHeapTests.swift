import NIOCore
import Testing

@testable import Sockets

@Suite("Timers of a loop")
struct TimerHeapTests {}
