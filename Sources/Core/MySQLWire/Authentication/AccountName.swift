/// A user's name as mysqld reads it out of a login or a COM_CHANGE_USER.
///
/// mysqld does not take a name as it comes: it converts it from the client's character set, takes one pair of single
/// quotes off (at a login alone) and clips it (MariaDB and MySQL: `parse_client_handshake_packet`,
/// `parse_com_change_user_packet`). What is decided by a name here has to be decided by what mysqld makes of it; so the
/// name that was read is what mysqld is sent, and one that mysqld might read in another way is none.
package struct AccountName: Hashable, Sendable {
    package enum Packet: Hashable, Sendable {
        case login
        case changeOfUser
    }

    /// As `USER()` gives it.
    package let text: String
    /// For mysqld, in the client's character set.
    let bytes: [UInt8]

    /// - Parameters:
    ///   - bytes: as they came, without the closing NUL.
    ///   - characterSet: the number of the collation that the packet names; nil if it names none.
    ///   - serverVersion: mysqld's: names are of different length on MariaDB and MySQL.
    /// - Returns: nil for a name that cannot be read with certainty.
    package init?(_ bytes: [UInt8], in packet: Packet, characterSet: UInt16?, serverVersion: String) {
        var name = bytes[...]
        if packet == .login, name.count > 1, name.first == Self.quote, name.last == Self.quote {
            name = name.dropFirst().dropLast()
        }
        // mysqld would take off another pair, at this login or at the one that a change of user may become.
        if name.count > 1, Self.mayBeQuote(name.first), Self.mayBeQuote(name.last) { return nil }
        guard let text = Self.text(of: name, characterSet),
            text.unicodeScalars.count <= (serverVersion.contains("MariaDB") ? 128 : Self.shortestClip)
        else { return nil }
        self.text = text
        self.bytes = Array(name)
    }

    /// Whether mysqld could take this name for another one: the same, or the same where it is clipped.
    package func mayMean(_ name: String) -> Bool {
        text.utf8.prefix(Self.shortestClip).elementsEqual(name.utf8.prefix(Self.shortestClip))
    }

    /// What no server clips, in characters: MySQL's longest name (MariaDB: 80 in tables of old, 128).
    private static let shortestClip = 32
    private static let quote = UInt8(ascii: "'")

    /// 0xff is a single quote in armscii8, which a server may read everything in whatever the client says.
    private static func mayBeQuote(_ byte: UInt8?) -> Bool { byte == quote || byte == 0xff }

    // MARK: Character sets

    private static func text(of name: ArraySlice<UInt8>, _ characterSet: UInt16?) -> String? {
        if name.allSatisfy({ $0 < 0x80 }) {
            // In all sets of a client but swe7 these bytes are ASCII.
            let isCertain = characterSet.map { !swe7.contains($0) } ?? false
            guard isCertain || name.allSatisfy({ !differsInSwe7($0) }) else { return nil }
            return String(decoding: name, as: UTF8.self)
        }
        guard let characterSet else { return nil }
        if isUTF8(characterSet) {
            // mysqld keeps names in utf8mb3, where longer characters become question marks.
            guard let text = String(validating: name, as: UTF8.self),
                text.unicodeScalars.allSatisfy({ $0.value <= 0xffff })
            else { return nil }
            return text
        }
        guard latin1.contains(characterSet) else { return nil }
        var text = String.UnicodeScalarView()
        for byte in name {
            let code = 0x80..<0xa0 ~= byte ? windows1252[Int(byte) - 0x80] : UInt16(byte)
            guard let scalar = Unicode.Scalar(code) else { return nil }
            text.append(scalar)
        }
        return String(text)
    }

    private static func differsInSwe7(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x40, 0x5b...0x5e, 0x60, 0x7b...0x7f: true
        default: false
        }
    }

    private static let swe7: Set<UInt16> = [10, 82, 1034, 1106]
    private static let latin1: Set<UInt16> = [5, 8, 15, 31, 47, 48, 49, 94]

    /// utf8mb3 and utf8mb4, by the numbers of both servers' collations.
    private static func isUTF8(_ characterSet: UInt16) -> Bool {
        switch characterSet {
        case 33, 45, 46, 76, 83, 192...215, 223...247, 255...323, 576...578, 608...610, 1057, 1069, 1070, 1107,
            1216...1239, 1247...1271, 2048...2559:
            true
        default: false
        }
    }

    /// What the servers' latin1 has from 0x80 to 0x9f.
    private static let windows1252: [UInt16] = [
        0x20ac, 0x81, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8d,
        0x017d, 0x8f, 0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a,
        0x0153, 0x9d, 0x017e, 0x0178,
    ]
}
