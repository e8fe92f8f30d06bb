/// How many servers run at one time: more would only wait for the processor, and make others miss their deadlines.
actor ServerPermits {
    static let shared = ServerPermits(count: 6)

    private var free: Int
    private let count: Int
    private var waiting: [(wanted: Int, continuation: CheckedContinuation<Void, Never>)] = []

    init(count: Int) {
        self.count = count
        free = count
    }

    /// Waits for its turn. Whoever holds permits must not ask for more.
    func take(_ wanted: Int) async {
        let wanted = min(wanted, count)
        if waiting.isEmpty, free >= wanted {
            free -= wanted
            return
        }
        await withCheckedContinuation { waiting.append((wanted, $0)) }
    }

    func giveBack(_ given: Int) {
        free += min(given, count)
        while let next = waiting.first, free >= next.wanted {
            free -= next.wanted
            waiting.removeFirst()
            next.continuation.resume()
        }
    }
}
