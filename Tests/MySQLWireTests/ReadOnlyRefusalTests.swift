import MySQLWire
import NIOCore
import Testing

@Suite("Refusals of read-only servers")
struct ReadOnlyRefusalTests {
    private static func packet(_ errno: UInt16, _ text: String, sequence: UInt8 = 1) -> [UInt8] {
        let payload = [0xff, UInt8(errno & 0xff), UInt8(errno >> 8)] + Array("#HY000\(text)".utf8)
        return [UInt8(payload.count & 0xff), UInt8(payload.count >> 8), 0, sequence] + payload
    }

    private static func rewritten(_ bytes: [UInt8], _ primary: String) -> [UInt8]? {
        ReadOnlyRefusal.rewritten(bytes.span, primary: primary).map { Array($0.readableBytesView) }
    }

    private static let rest = " option so it cannot execute this statement"

    @Test(
        "the text is the one that drivers know, and names the primary",
        arguments: [
            (
                "The MariaDB server is running with the --read-only",
                "The MariaDB server is running with the --read-only"
            ),
            ("The MySQL server is running with the --read-only", "The MySQL server is running with the --read-only"),
            (
                "The MySQL server is running with the --super-read-only",
                "The MySQL server is running with the --read-only"
            ),
        ]
    )
    func rewrites(text: String, known: String) {
        let bytes = Self.packet(1290, text + Self.rest, sequence: 3)
        let wanted = Self.packet(1290, known + Self.rest + "; the primary is db2.internal:6306", sequence: 3)
        #expect(Self.rewritten(bytes, "db2.internal:6306") == wanted)
        let unnamed = Self.rewritten(Self.packet(1290, text + Self.rest), "")
        #expect(unnamed == (text == known ? nil : Self.packet(1290, known + Self.rest)))
    }

    @Test("other errors and other options are left alone")
    func leavesAlone() {
        let text = "The MySQL server is running with the --read-only" + Self.rest
        for bytes in [
            Self.packet(1146, text),
            Self.packet(1290, "The MySQL server is running with the --secure-file-priv" + Self.rest),
            Array(Self.packet(1290, text).dropFirst(10)), [], [0xff], [0, 0, 0, 0, 0xff, 0x0a, 0x05],
        ] {
            #expect(Self.rewritten(bytes, "db2:6306") == nil)
        }
    }

    @Test("a message in another language keeps its words")
    func otherLanguage() {
        let text = "Der MySQL-Server l\u{e4}uft mit der Option --super-read-only und kann das nicht"
        let wanted = Self.packet(
            1290,
            "Der MySQL-Server l\u{e4}uft mit der Option --read-only und kann das nicht; the primary is a:1"
        )
        #expect(Self.rewritten(Self.packet(1290, text), "a:1") == wanted)
    }
}
