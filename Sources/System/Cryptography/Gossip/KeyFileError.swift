/// What is wrong with a key file, in one line that shows nothing of a key.
package struct KeyFileError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Problem: Hashable, Sendable {
        case notAKey
        case repeated(firstLine: Int)
        case tooMany
        case noKey
    }

    package let file: String
    /// Counted from 1; nil where the error is of the whole file.
    package let line: Int?
    package let problem: Problem

    /// The problem and what to do, without the place.
    package var message: String {
        switch problem {
        case .notAKey:
            "not a key; a line holds 32 bytes in base64 as \"pilotfish keygen\" prints them"
        case .repeated(let firstLine):
            "the key of line \(firstLine) again; remove one of the two"
        case .tooMany:
            "more than \(GossipKeyring.maximumKeyCount) keys; remove those that no node encrypts with any more"
        case .noKey:
            "no key in this file; make one with \"pilotfish keygen\""
        }
    }

    package var description: String {
        let place = line.map { "\(file):\($0)" } ?? file
        return "\(place): \(message)"
    }
}
