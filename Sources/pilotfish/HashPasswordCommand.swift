internal import ArgumentParser
internal import Cryptography
internal import Glibc

/// `pilotfish hash-password`
struct HashPasswordCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hash-password",
        abstract: "Read a password from standard input and print the value for password_hash.",
        discussion: """
            On a terminal the password is asked for twice and not shown; otherwise the first line of standard input is \
            taken. It is never an argument: other users could see it in the list of processes.
            """
    )

    func run() throws {
        let password: [UInt8]
        do {
            password = try PasswordInput(descriptor: STDIN_FILENO).read()
        } catch {
            if error == .interrupted { throw ExitCode(130) }
            StandardError.print("pilotfish: \(error.message)")
            throw ExitCode(1)
        }
        print(NativePassword.storedHash(password))
    }
}
