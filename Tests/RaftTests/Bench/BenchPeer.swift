import ClusterModel
import Simulator

@testable import Raft

/// A peer on the bench: its node, its disk, and what came while it was stopped.
final class BenchPeer {
    let number: Int
    let id: PeerID
    var member: MemberID { MemberID(high: 1, low: UInt64(number)) }

    /// Nil while the process is down.
    var node: RaftNode?
    var disk = RaftDisk()
    /// Stopped; what comes waits.
    var isPaused = false
    var inbox: [RaftEvent] = []
    /// The host says by command alone that the gate is closed.
    var isGateByHand = false
    /// What it was asked last.
    var closing: GateClosing?
    /// As the host last saw it, so that a change can be told.
    var isGateOpen = false
    var reluctanceMilliseconds = 0

    /// What the state machine was given, as text.
    var state: [String] = []
    var applied = LogIndex.zero

    init(number: Int) {
        self.number = number
        id = PeerID(high: 0, low: UInt64(number))
    }

    var isRunning: Bool { node != nil && !isPaused }

    var leads: Bool { node?.standing.role == .leader }

    func mayAct(at now: BootTime) -> Bool {
        node?.tenure.map { now < $0.ends } ?? false
    }
}
