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

    /// Functions of MySQL that are not for here, and why. They are refused before their arguments are read, since some
    /// have words between them.
    static let refused: [String: String] = {
        let reasons = [
            "it would hold up all sessions": "sleep benchmark master_pos_wait master_gtid_wait source_pos_wait "
                + "wait_for_executed_gtid_set",
            "there are no files": "load_file",
            "locks are mysqld's": "get_lock release_lock is_free_lock is_used_lock release_all_locks",
            "there are no sequences": "nextval lastval",
            "use it with mysqld": "uuid_short password aes_encrypt aes_decrypt compress uncompress soundex "
                + "extractvalue updatexml regexp_replace regexp_substr regexp_instr regexp_like grouping "
                + "md5 sha sha1 sha2 crc32 crc32c to_base64 from_base64 uuid random_bytes "
                + "inet_aton inet_ntoa inet6_aton inet6_ntoa is_ipv4 is_ipv6 is_ipv4_compat is_ipv4_mapped "
                // times
                + "str_to_date week weekofyear yearweek convert_tz extract quarter microsecond dayofweek weekday "
                + "dayofyear dayname monthname last_day to_days timestamp addtime subtime sec_to_time time_format "
                + "timestampadd "
                // texts
                + "lpad rpad reverse insert space quote char hex unhex ascii ord bit_length strcmp elt position "
                + "charset collation "
                // numbers
                + "sin cos tan cot asin acos atan atan2 radians degrees pi conv bin oct format truncate sign pow power "
                + "sqrt exp ln log log2 log10 bit_count "
                // aggregates and windows
                + "std stddev stddev_pop stddev_samp variance var_pop var_samp bit_and bit_or bit_xor median any_value "
                + "json_objectagg row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value "
                + "last_value nth_value "
                // JSON and others
                + "json_array json_value json_query json_length json_valid json_quote json_keys json_contains "
                + "json_contains_path json_depth json_type json_search json_set json_insert json_replace json_remove "
                + "json_merge json_merge_patch json_merge_preserve json_exists nvl2",
        ]
        var refused: [String: String] = [:]
        for (reason, names) in reasons {
            for name in names.split(separator: " ") { refused[String(name)] = reason }
        }
        return refused
    }()

    /// What an argument is written as.
    enum Argument {
        case text
        case integer
        /// What a date or time is read from.
        case time
    }

    /// A call of one function, whose last arguments may be left out.
    ///
    /// - Parameter type: of the arguments, and of what they were written as.
    static func call(
        _ function: String,
        _ kinds: [Argument],
        optional: Int = 0,
        _ type: @escaping @Sendable ([Fragment], [String]) -> ValueType
    ) -> FunctionSpecification {
        FunctionSpecification(kinds.count - optional...kinds.count) { writer, arguments throws(SQLError) in
            let written = zip(kinds, arguments).map { kind, argument in
                switch kind {
                case .text: writer.text(argument)
                case .integer: writer.integer(argument)
                case .time: writer.temporalSource(argument)
                }
            }
            return Fragment("\(function)(\(written.joined(separator: ", ")))", type(arguments, written))
        }
    }

    /// A call whose arguments are any number of texts; NULL if one is.
    static func text(
        _ function: String,
        _ arity: ClosedRange<Int> = 1...1,
        length: @escaping @Sendable ([Fragment]) -> Int = { $0[0].type.characters }
    ) -> FunctionSpecification {
        FunctionSpecification(arity) { writer, arguments throws(SQLError) in
            let list = arguments.map { writer.text($0) }.joined(separator: ", ")
            return Fragment("\(function)(\(list))", .text(length(arguments)))
        }
    }
}

extension Array where Element == Fragment {
    var areNullable: Bool { contains { $0.type.isNullable } }
}
