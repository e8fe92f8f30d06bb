import MySQLWire
import NIOCore
import Testing

@Suite("The program's name among the connection attributes")
struct ProgramNameTests {
    private func programName(_ attributes: [UInt8]?) throws -> String {
        var capabilities: Capabilities = [.mysql, .protocol41, .secureConnection, .pluginAuth]
        if attributes != nil { capabilities.insert(.connectAttributes) }
        var bytes = ByteBuffer()
        bytes.writeInteger(UInt32(truncatingIfNeeded: capabilities.rawValue), endianness: .little)
        bytes.writeInteger(0 as UInt32)
        bytes.writeRepeatingByte(45, count: 1 + 23)
        bytes.writeNULTerminated("app".utf8)
        bytes.writeInteger(0 as UInt8)
        bytes.writeNULTerminated("mysql_native_password".utf8)
        if let attributes { bytes.writeLengthEncoded(attributes) }
        return try HandshakeResponse(bytes).programName
    }

    private func text(_ text: String) -> [UInt8] { [UInt8(text.utf8.count)] + Array(text.utf8) }

    @Test("is read wherever it stands, and is empty where it does not")
    func names() throws {
        let name = text("program_name") + text("mysqldump")
        #expect(try programName(name) == "mysqldump")
        #expect(try programName(text("_os") + text("Linux") + name + text("x") + text("y")) == "mysqldump")
        #expect(try programName(text("_os") + text("program_name")) == "")
        #expect(try programName([]) == "")
        #expect(try programName(nil) == "")
    }

    @Test("cut attributes are none")
    func cut() throws {
        #expect(try programName(text("program_name") + [9, 0x6d]) == "")
        #expect(try programName([0xfe, 0xff, 0xff]) == "")
        #expect(
            try programName(text("program_name") + [0xfc, 0x00, 0x01] + [UInt8](repeating: 0x78, count: 256)) == ""
        )
    }
}
