internal import MySQLWire
internal import NIOCore
internal import Sockets

// A client whose command waits for answers that do not end: mysqld may take its time, or the sidecar has lost its place in
// what mysqld says and waits for what has long been there.
extension ProxySession {
    /// How long nothing may go on before mysqld is asked.
    private static let patience = TimeAmount.seconds(2)

    /// The client's next command waits for mysqld.
    func noteBlocked() {
        guard phase == .relaying, !isPatienceRunning else { return }
        isPatienceRunning = true
        let commands = commandCount
        let bound = NIOLoopBound(self, eventLoop: shared.eventLoop)
        shared.eventLoop.scheduleTask(in: Self.patience) { bound.value.patienceEnded(commands) }
    }

    private var commandCount: Int { figures.commands &+ machine.forwardedCommands }

    private func patienceEnded(_ commands: Int) {
        isPatienceRunning = false
        guard phase == .relaying, isClientBlocked, !machine.isIdle, !isPinging else { return }
        if commandCount == commands { ping() } else { noteBlocked() }
    }

    /// Asks behind all else: mysqld answers when it is done with that. An answer that comes before, to the sidecar's mind,
    /// has a number that does not follow, and so ends the session.
    private func ping() {
        guard machine.takesCommandBehindOthers, question == nil else { return }
        isPinging = true
        machine.stopsWhenIdle = true
        var writer = PacketWriter(nextSequence: 0)
        writer.packet { $0.writeInteger(Command.ping) }
        writeToBackend(writer.buffer)
        flushBackend()
    }

    /// All is answered but the ping; what has come of that waits.
    func readPing() {
        isPinging = false
        machine.stopsWhenIdle = false
        let rest = fromBackend
        fromBackend = ByteBuffer()
        readPacket {}
        if rest.readableBytes > 0 { _ = answerQuestion(with: rest) }
    }
}
