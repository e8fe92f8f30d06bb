import MySQLWire

/// How a call of one of MySQL's functions is written.
struct FunctionSpecification: Sendable {
    typealias Body = @Sendable (StatementWriter, [Fragment]) throws(SQLError) -> Fragment

    let arity: ClosedRange<Int>
    let body: Body

    init(_ arity: ClosedRange<Int>, _ body: @escaping Body) {
        self.arity = arity
        self.body = body
    }

    /// All scalar functions by their names, in lower case.
    static let all: [String: FunctionSpecification] = {
        var all: [String: FunctionSpecification] = [:]
        for family in [
            TextCalls.all, NumberCalls.all, TimeCalls.all, ControlCalls.all, SessionCalls.all, JSONCalls.all,
        ] {
            all.merge(family) { first, _ in first }
        }
        return all
    }()

    /// Functions of MySQL that are not for here, and why.
    static let refused: [String: String] = {
        let reasons = [
            "it would hold up all sessions": "sleep benchmark master_pos_wait master_gtid_wait source_pos_wait "
                + "wait_for_executed_gtid_set",
            "there are no files": "load_file",
            "locks are mysqld's": "get_lock release_lock is_free_lock is_used_lock release_all_locks",
            "there are no sequences": "nextval lastval",
            "use it with mysqld": "uuid_short password aes_encrypt aes_decrypt compress uncompress soundex "
                + "extractvalue updatexml regexp_replace regexp_substr regexp_instr regexp_like "
                + "str_to_date week weekofyear yearweek convert_tz grouping "
                + "md5 sha sha1 sha2 crc32 crc32c to_base64 from_base64 uuid random_bytes "
                + "inet_aton inet_ntoa inet6_aton inet6_ntoa is_ipv4 is_ipv6 is_ipv4_compat is_ipv4_mapped "
                + "std stddev stddev_pop stddev_samp variance var_pop var_samp bit_and bit_or bit_xor bit_count median "
                + "sin cos tan cot asin acos atan atan2 radians degrees pi conv bin oct format "
                + "json_value json_query json_length json_valid json_quote json_keys "
                + "json_contains json_contains_path json_depth json_type json_search json_set json_insert json_replace "
                + "json_remove json_merge json_merge_patch json_merge_preserve json_exists",
        ]
        var refused: [String: String] = [:]
        for (reason, names) in reasons {
            for name in names.split(separator: " ") { refused[String(name)] = reason }
        }
        return refused
    }()

    /// A call whose arguments are any texts; NULL if one is.
    static func text(
        _ function: String,
        _ arity: ClosedRange<Int>,
        length: @escaping @Sendable ([Fragment]) -> Int
    ) -> FunctionSpecification {
        FunctionSpecification(arity) { writer, arguments throws(SQLError) in
            let list = arguments.map { writer.text($0) }.joined(separator: ", ")
            return Fragment(
                "\(function)(\(list))",
                .text(length(arguments))
            )
        }
    }

    /// A call on one date or time that gives a small number.
    static func datePart(_ function: String, _ type: ValueType) -> FunctionSpecification {
        FunctionSpecification(1...1) { writer, arguments throws(SQLError) in
            Fragment("\(function)(\(writer.temporalSource(arguments[0])))", type)
        }
    }

    /// A call on one number that gives a double, or NULL where it has no value.
    static func double(_ function: String, _ arity: ClosedRange<Int> = 1...1) -> FunctionSpecification {
        FunctionSpecification(arity) { writer, arguments throws(SQLError) in
            let list = arguments.map { writer.number($0) }.joined(separator: ", ")
            return Fragment("\(function)(\(list))", .double)
        }
    }
}

extension Array where Element == Fragment {
    var areNullable: Bool { contains { $0.type.isNullable } }
}
