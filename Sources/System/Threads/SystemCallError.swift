internal import Glibc

/// A call of the operating system that failed.
package struct SystemCallError: Error, Hashable, Sendable, CustomStringConvertible {
    package let call: String
    package let number: Int32

    package init(call: String, number: Int32) {
        self.call = call
        self.number = number
    }

    package var description: String {
        "\(call): \(strerror(number).map { String(cString: $0) } ?? "error") (\(number))"
    }
}
