import Foundation

/// `openssl pkeyutl`, the other end of RSA-OAEP.
enum RSACommand {
    struct Failure: Error {
        let status: Int32
    }

    static func encrypt(_ plaintext: [UInt8], publicKeyPEM: [UInt8]) throws -> [UInt8] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "pilotfish-rsa-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (key, input, output) = (
            folder.appending(path: "key"), folder.appending(path: "input"), folder.appending(path: "output")
        )
        try Data(publicKeyPEM).write(to: key)
        try Data(plaintext).write(to: input)
        let command = Process()
        command.executableURL = URL(filePath: "/usr/bin/env")
        command.arguments = [
            "openssl", "pkeyutl", "-encrypt", "-pubin", "-inkey", key.path, "-in", input.path, "-out", output.path,
            "-pkeyopt", "rsa_padding_mode:oaep", "-pkeyopt", "rsa_oaep_md:sha1",
        ]
        try command.run()
        command.waitUntilExit()
        guard command.terminationStatus == 0 else { throw Failure(status: command.terminationStatus) }
        return [UInt8](try Data(contentsOf: output))
    }
}
