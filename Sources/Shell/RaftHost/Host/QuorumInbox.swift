internal import ClusterModel
internal import NIOCore
internal import PeerTransport
internal import Quorum
internal import Synchronization

/// What happens to the quorum's member, from all threads, in its order: gathered until its event loop takes it.
final class QuorumInbox: Sendable {
    private struct State {
        var events: [QuorumEvent] = []
        var messageBytes = 0
        var take: (@Sendable ([QuorumEvent]) -> Void)?
    }

    private let loop: any EventLoop
    private let state = Mutex(State())

    /// Messages that the loop has no time for are lost, as they may be on the way.
    private static let maximumMessageBytes = 32 * 1024 * 1024

    init(loop: any EventLoop) { self.loop = loop }

    func post(_ event: QuorumEvent, messageBytes: Int = 0) {
        let isFirst = state.withLock { state in
            guard messageBytes == 0 || state.messageBytes + messageBytes <= Self.maximumMessageBytes else {
                return false
            }
            state.messageBytes += messageBytes
            state.events.append(event)
            return state.events.count == 1 && state.take != nil
        }
        if isFirst { loop.execute { self.drain() } }
    }

    /// - Parameter take: is handed all that has come so far, and from then on what comes, on the loop.
    func begin(_ take: @escaping @Sendable ([QuorumEvent]) -> Void) {
        state.withLock { $0.take = take }
        loop.execute { self.drain() }
    }

    /// What comes from now on is dropped.
    func end() {
        state.withLock {
            $0.take = { _ in }
            $0.events = []
        }
    }

    private func drain() {
        let (events, take) = state.withLock { state in
            defer {
                state.events = []
                state.messageBytes = 0
            }
            return (state.events, state.take)
        }
        if !events.isEmpty { take?(events) }
    }
}

extension QuorumInbox: PeerLinksObserver {
    /// What cannot be read is of another version, whose members go on without an answer.
    func received(_ message: [UInt8], from sender: MemberID) {
        guard let read = try? PeerMessage(decoding: message[...]) else { return }
        post(.message(read, from: sender), messageBytes: message.count)
    }

    func connected(to member: MemberID) { post(.connected(member)) }

    func lost(_ member: MemberID) { post(.lost(member)) }
}
