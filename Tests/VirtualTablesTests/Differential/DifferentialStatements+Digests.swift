// Digests, checksums, base64 and addresses.
extension DifferentialStatement {
    static let digests =
        [
            "SELECT MD5('abc'), MD5(''), MD5(NULL), MD5(12.50), MD5(1e0), MD5('é'), MD5(x'ff00')",
            "SELECT SHA1('abc'), SHA('abc'), SHA1(NULL), SHA1(sql_port) FROM members ORDER BY sql_port",
            "SELECT SHA2('abc', 224), SHA2('abc', 256), SHA2('abc', 384), SHA2('abc', 512), SHA2('abc', 0)",
            "SELECT SHA2(NULL, 256), SHA2('abc', NULL), SHA2('abc', '256'), SHA2(1, 256.4)",
            "SELECT UPPER(LEFT(MD5(member_name), 6)) k FROM members ORDER BY k",
            "SELECT MD5('abc') = '900150983CD24FB0D6963F7D28E17F72', LENGTH(SHA2('a', 256))",
            "SELECT CRC32('MariaDB'), CRC32(''), CRC32(NULL), CRC32(123), CRC32('a') % 3, CRC32(1, 'abc')",
            "SELECT CRC32C('MariaDB'), CRC32C(CRC32C('Maria'), 'DB'), CRC32(CRC32('Maria'), 'DB'), CRC32(NULL, 'a')",
            "SELECT TO_BASE64('a'), TO_BASE64('ab'), TO_BASE64('abc'), TO_BASE64(''), TO_BASE64(NULL), TO_BASE64(12)",
            "SELECT TO_BASE64(REPEAT('a', 57)), TO_BASE64(REPEAT('a', 58)), TO_BASE64(REPEAT('é', 100)), TO_BASE64(x'00ff')",
            "SELECT FROM_BASE64('YWJj'), FROM_BASE64('YWI='), FROM_BASE64('YQ=='), FROM_BASE64(''), FROM_BASE64(NULL)",
            "SELECT FROM_BASE64(' YW Jj '), FROM_BASE64('YW=='), FROM_BASE64('YWJ'), FROM_BASE64('YWJj='), FROM_BASE64('Y*Jj'), FROM_BASE64('YQ==YQ==')",
            "SELECT FROM_BASE64('Y==='), FROM_BASE64('===='), FROM_BASE64('YQ=a'), HEX(FROM_BASE64('/+8A'))",
            "SELECT FROM_BASE64(TO_BASE64(member_name)) = member_name, CAST(FROM_BASE64('w6k=') AS CHAR) FROM members ORDER BY sql_port",
            "SELECT HEX(INET6_ATON('127.0.0.1')), HEX(INET6_ATON('::1')), HEX(INET6_ATON('fe80::1:2')), HEX(INET6_ATON('1:2:3:4:5:6:7:8'))",
            "SELECT HEX(INET6_ATON('::ffff:1.2.3.4')), HEX(INET6_ATON('::1.2.3.4')), HEX(INET6_ATON('::')), HEX(INET6_ATON('1::')), INET6_ATON(NULL)",
            "SELECT INET6_ATON('1.2.3'), INET6_ATON('1.2.3.256'), INET6_ATON('1::2::3'), INET6_ATON(':1'), INET6_ATON('1:'), INET6_ATON('12345::'), INET6_ATON('x'), INET6_ATON('')",
            "SELECT INET6_ATON('1:2:3:4:5:6:7:8:9'), INET6_ATON('1:2:3:4:5:6:7::8'), HEX(INET6_ATON('1:2:3:4:5:6::8')), INET6_ATON('fe80::1%eth0'), HEX(INET6_ATON('1:2:3:4:5:6:1.2.3.4')), INET6_ATON('01.2.3.0400')",
            "SELECT INET6_NTOA(INET6_ATON('0:0:1:0:0:0:2:3')), INET6_NTOA(INET6_ATON('1:2:3:0:5:6:7:8')), INET6_NTOA(INET6_ATON('::')), INET6_NTOA(INET6_ATON('::1')), INET6_NTOA(INET6_ATON('1::'))",
            "SELECT INET6_NTOA(INET6_ATON('::ffff:1.2.3.4')), INET6_NTOA(INET6_ATON('::1.2.3.4')), INET6_NTOA(x'7f000001'), INET6_NTOA(x'7f0000'), INET6_NTOA(NULL), INET6_NTOA(INET6_ATON('FE80::ABC'))",
            "SELECT IS_IPV4('1.2.3.4'), IS_IPV4('1.2.3'), IS_IPV4('::1'), IS_IPV6('::1'), IS_IPV6('1.2.3.4'), IS_IPV4(1), IS_IPV6('')",
            "SELECT IS_IPV4_COMPAT(INET6_ATON('::1.2.3.4')), IS_IPV4_COMPAT(INET6_ATON('::ffff:1.2.3.4')), IS_IPV4_MAPPED(INET6_ATON('::ffff:1.2.3.4')), IS_IPV4_MAPPED(INET6_ATON('1.2.3.4'))",
            "SELECT INET_ATON('10.0.0.9'), INET_NTOA(INET_ATON('10.0.0.9')), INET_ATON('x'), INET_NTOA(-1), INET_NTOA(4294967295), INET_ATON(NULL)",
            "SELECT LENGTH(UUID()), UUID() = UUID(), UUID() LIKE '________-____-1___-____-____________', LENGTH(RANDOM_BYTES(8)) FROM members",
            "SELECT HEX('é'), HEX(255), UNHEX('4d79'), UNHEX('zz'), HEX(UNHEX('F')), HEX(NULL), UNHEX(NULL), HEX(x'0aff')",
        ].map { DifferentialStatement($0) }
        + [
            DifferentialStatement(
                "SELECT SHA2('abc', 5), SHA2('abc', -1)",
                .rowsOnly("of no length, it has no collation")
            ),
            DifferentialStatement(
                "SELECT IS_IPV4_COMPAT(NULL), IS_IPV6(NULL), IS_IPV4_MAPPED('abcdabcdabcdabcd'), IS_IPV4(NULL)",
                .rowsOnly("NOT NULL by other rules")
            ),
        ]
        + [
            "SELECT MD5()", "SELECT SHA2('a')", "SELECT MD5('a', 'b')", "SELECT INET6_ATON()", "SELECT UUID(1)",
        ].map { DifferentialStatement($0, .error) }
}
