internal import ArgumentParser
internal import Cryptography

/// `pilotfish keygen`
struct KeygenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keygen",
        abstract: "Print a fresh key for gossip.key_file.",
        discussion: "For example: (umask 077; pilotfish keygen > /etc/pilotfish/gossip.keys)"
    )

    func run() {
        print(GossipKeyring.generateKey())
    }
}
