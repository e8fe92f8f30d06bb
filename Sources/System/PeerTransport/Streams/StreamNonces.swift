/// What both ends of a stream have drawn for it: what is sealed on one cannot be replayed on another.
package struct StreamNonces: Hashable, Sendable {
    package static let byteCount = 16
    /// Of a datagram.
    package static let none = StreamNonces(acceptor: [], opener: [])

    package let acceptor: [UInt8]
    package let opener: [UInt8]
    /// Where on a stream of many messages; nil on others.
    package let place: UInt64?

    package init(acceptor: [UInt8], opener: [UInt8], place: UInt64? = nil) {
        self.acceptor = acceptor
        self.opener = opener
        self.place = place
    }

    func frame(_ number: UInt64) -> Self { Self(acceptor: acceptor, opener: opener, place: number) }

    package static func draw() -> [UInt8] {
        var random = SystemRandomNumberGenerator()
        return (0..<byteCount).map { _ in UInt8.random(in: 0...255, using: &random) }
    }
}
