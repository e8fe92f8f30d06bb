/// Text that must not be shown: printing, interpolating or dumping it gives stars.
package struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// What stands for a secret wherever people read.
    package static let blank = "********"

    /// The text itself, for the one place that needs it.
    package let exposed: String

    package init(_ text: String) { exposed = text }

    package var description: String { Self.blank }
    package var debugDescription: String { Self.blank }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
