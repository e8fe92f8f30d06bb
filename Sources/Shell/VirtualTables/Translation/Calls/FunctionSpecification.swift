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
            DigestCalls.all,
        ] {
            all.merge(family) { first, _ in first }
        }
        return all
    }()

    /// Functions of MySQL that are not for here, and why.
    static let refused: [String: String] = [
        "sleep": "it would hold up all sessions", "benchmark": "it would hold up all sessions",
        "load_file": "there are no files", "get_lock": "locks are mysqld's", "release_lock": "locks are mysqld's",
        "is_free_lock": "locks are mysqld's", "is_used_lock": "locks are mysqld's",
        "release_all_locks": "locks are mysqld's", "master_pos_wait": "it would hold up all sessions",
        "master_gtid_wait": "it would hold up all sessions", "source_pos_wait": "it would hold up all sessions",
        "wait_for_executed_gtid_set": "it would hold up all sessions", "uuid_short": "use it with mysqld",
        "password": "use it with mysqld",
        "aes_encrypt": "use it with mysqld", "aes_decrypt": "use it with mysqld", "compress": "use it with mysqld",
        "uncompress": "use it with mysqld", "soundex": "use it with mysqld",
        "nextval": "there are no sequences", "lastval": "there are no sequences",
        "regexp_replace": "use it with mysqld", "regexp_substr": "use it with mysqld",
        "regexp_instr": "use it with mysqld", "extractvalue": "use it with mysqld", "updatexml": "use it with mysqld",
    ]

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
