internal import ClusterModel

extension ValueType<String> {
    /// One line of text.
    static func text(_ what: String, maximumBytes: Int) -> ValueType {
        .scalar("\(what) of 1 to \(maximumBytes) bytes without control characters") { text in
            isPlainLine(text, maximumBytes: maximumBytes) ? text : nil
        }
    }

    static var path: ValueType {
        .scalar("a path") { text in isPlainLine(text, maximumBytes: 4096) ? text : nil }
    }

    /// A node's name: it stands in file names, messages and tables, so its letters are few.
    static var nodeName: ValueType {
        .scalar("1 to 64 of the characters A-Z a-z 0-9 . _ -") { text in isNodeName(text) ? text : nil }
    }

    static func isNodeName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    private static func isPlainLine(_ text: String, maximumBytes: Int) -> Bool {
        text.utf8.count <= maximumBytes
            && text.utf8.contains { $0 != UInt8(ascii: " ") }
            && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f }
    }
}

extension ValueType<Int> {
    /// - Parameter unit: of what, for example "milliseconds"; empty for a mere count.
    static func integer(_ range: ClosedRange<Int>, unit: String = "") -> ValueType {
        let suffix = unit.isEmpty ? "" : " \(unit)"
        return .scalar("a whole number from \(range.lowerBound) to \(range.upperBound)\(suffix)") { text in
            // Int's initializer also takes a plus sign, which nobody writes on purpose.
            guard text.utf8.first != UInt8(ascii: "+"), let value = Int(text) else { return nil }
            return range.contains(value) ? value : nil
        }
    }
}

extension ValueType<Bool> {
    static var boolean: ValueType {
        .scalar("true or false") { text in
            switch text.lowercased() {
            case "true", "yes", "on": true
            case "false", "no", "off": false
            default: nil
            }
        }
    }
}

extension ValueType where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of an enumeration's raw values.
    static var choice: ValueType {
        let names = Value.allCases.map(\.rawValue)
        return .scalar("one of \(names.joined(separator: ", "))", show: { $0.rawValue }) { text in
            Value(rawValue: text)
        }
    }
}

extension ValueType<HostPort> {
    static var hostPort: ValueType {
        .scalar("host:port such as 127.0.0.1:6306 or \"[::1]:6306\"") { text throws(ValueProblem) in
            try readHostPort(text)
        }
    }

    /// - Returns: nil if the text has not the form of an address.
    static func readHostPort(_ text: String) throws(ValueProblem) -> HostPort? {
        guard let address = HostPort(text), isPlausible(address) else { return nil }
        guard address.port > 0 else { throw ValueProblem("must have a port from 1 to 65535, not 0") }
        return address
    }

    /// Letters of names and of IPv4 addresses, or those of IPv6 addresses with an interface.
    private static func isPlausible(_ address: HostPort) -> Bool {
        address.host.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"),
                UInt8(ascii: ":"), UInt8(ascii: "%"):
                true
            default: false
            }
        }
    }
}

extension ValueType<AddressRange> {
    static var addressRange: ValueType {
        .scalar("an IP address or network such as 10.0.0.0/8 or \"fd00::/8\"") { AddressRange($0) }
    }
}

extension ValueType<ServerAddress> {
    static var serverAddress: ValueType {
        .scalar("unix:/path/of/mysqld.sock or host:port") { text throws(ValueProblem) in
            if text.hasPrefix("/") {
                throw ValueProblem("must say unix: before a path; write unix:\(QuotedText.key(text))")
            }
            guard text.hasPrefix("unix:") else {
                return try ValueType<HostPort>.readHostPort(text).map { .tcp($0) }
            }
            let path = String(text.dropFirst("unix:".count))
            guard path.hasPrefix("/"), path.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else { return nil }
            guard path.utf8.count <= 107 else {
                throw ValueProblem("must be a path of at most 107 bytes, which is what a socket address holds")
            }
            return .unixSocket(path: path)
        }
    }
}
