import TestServers

/// A user's name as somebody sends it who wants to be another.
struct HostileName: Sendable, CustomStringConvertible {
    var bytes: [UInt8]
    /// The number of a collation.
    var characterSet: UInt16

    var description: String {
        "'\(String(decoding: bytes, as: UTF8.self))' (\(bytes.count) bytes) in character set \(characterSet)"
    }

    /// latin1, swe7, sjis, utf8mb3, gbk, armscii8, utf8mb4, binary, cp932, geostd8, ucs2, eucjpms, utf8mb4 of MySQL, and
    /// numbers that no server has.
    private static let characterSets: [UInt16] = [8, 10, 13, 33, 28, 32, 45, 63, 95, 92, 35, 97, 255, 0, 254]
    private static let wrappings: [(before: [UInt8], after: [UInt8])] = [
        ([], []), ([0x27], [0x27]), ([0x27, 0x27], [0x27, 0x27]), ([0x27], []), ([], [0x27]), ([0x22], [0x22]),
        ([0x60], [0x60]), ([0xff], [0xff]), ([0x27], [0xff]), ([0xc2, 0xb4], [0xc2, 0xb4]), ([0x20], []), ([], [0x20]),
        ([], [0x20, 0x20]), ([0x27, 0x20], [0x27]), ([0x09], []), ([], [0xc2, 0xa0]), ([0x5c], []), ([], [0x5c]),
        ([0x81], []), ([], [0x81]), ([], [0xf0, 0x9f, 0x98, 0x80]), ([0xef, 0xbb, 0xbf], []), ([], [0x7f]),
    ]

    /// All wrappings of a name in all character sets, and as many made at random.
    static func all(of victim: String, using random: inout SplitMix) -> [HostileName] {
        let name = Array(victim.utf8)
        var bodies: [[UInt8]] = [name, Array(victim.uppercased().utf8), [], name + name]
        for length in [31, 32, 33, 79, 80, 81, 96, 97, 127, 128, 129, 255, 256, 300] {
            bodies.append(name + [UInt8](repeating: 0x20, count: max(0, length - name.count)))
            bodies.append([UInt8](repeating: 0x61, count: length))
        }
        var names: [HostileName] = []
        for characterSet in characterSets {
            for (before, after) in wrappings {
                names.append(.init(bytes: before + name + after, characterSet: characterSet))
            }
            for body in bodies { names.append(.init(bytes: body, characterSet: characterSet)) }
        }
        for _ in 0..<names.count {
            let wrapping = wrappings[Int.random(in: 0..<wrappings.count, using: &random)]
            var bytes = wrapping.before + bodies[Int.random(in: 0..<bodies.count, using: &random)] + wrapping.after
            for _ in 0..<Int.random(in: 0..<3, using: &random) where !bytes.isEmpty {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8(
                    1 + Int.random(in: 0..<255, using: &random)
                )
            }
            names.append(
                .init(
                    bytes: bytes,
                    characterSet: characterSets[Int.random(in: 0..<characterSets.count, using: &random)]
                )
            )
        }
        return names
    }
}
