/// A password that no log line, error or dump shows: only `AdminConnection` takes the text out.
struct Password: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    let text: String

    init(_ text: String) {
        self.text = text
    }

    var description: String { "<password>" }
    var debugDescription: String { description }
    var customMirror: Mirror { Mirror(self, children: []) }
}
