internal import ArgumentParser
internal import Configuration
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

            The value is one of caching_sha2_password with a fresh salt, so another one each time.
            """
    )

    @Flag(help: "For clients of mysql_native_password, which cannot log in otherwise.")
    var native = false

    func run() throws {
        let password: [UInt8]
        do {
            password = try PasswordInput(descriptor: STDIN_FILENO).read()
        } catch {
            if error == .interrupted { throw ExitCode(130) }
            StandardError.print("pilotfish: \(error.message)")
            throw ExitCode(1)
        }
        if native {
            print(NativePassword.storedHash(password))
        } else if let hash = CachingSHA2StoredHash(password: password) {
            print(PasswordHash.cachingSHA2(hash).configurationText)
        } else {
            // It is not empty, so it is longer than the method allows.
            let limit = PasswordObfuscation.maximumPasswordByteCount
            StandardError.print("pilotfish: the password is longer than \(limit) bytes; shorten it or use --native")
            throw ExitCode(1)
        }
    }
}
