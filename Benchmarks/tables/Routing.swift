import Glibc
import MySQLSession
import MySQLWire
import QueryRouting
import TextConversion
import VirtualTables

/// What it takes to find out where the statements go that take longest for their length.
enum Routing {
    struct Case: Sendable {
        var name: String
        /// Repeated between the two others.
        var unit: @Sendable (Int) -> String
        var head = "SELECT 1"
        var tail = " FROM cluster_schema.members"
        var isSelected = false
        var set: ClientCharacterSet? = .utf8mb4

        func statement(_ count: Int) -> [UInt8] {
            var text = Array(head.utf8)
            var number = 0
            while text.count + tail.utf8.count < count {
                text += unit(number).utf8
                number += 1
            }
            return text + tail.utf8
        }
    }

    static let cases = [
        Case(name: "numbers", unit: { _ in ",1" }),
        Case(name: "names", unit: { _ in ",a" }),
        Case(name: "words of two letters", unit: { _ in " ab" }),
        Case(name: "qualified names", unit: { _ in ",a.b" }),
        Case(name: "calls", unit: { _ in ",a(1)" }),
        Case(name: "parentheses", unit: { _ in "(" }),
        Case(name: "queries in parentheses", unit: { _ in "(select " }),
        Case(name: "variables", unit: { ",@a\($0)" }),
        Case(name: "system variables", unit: { ",@@a\($0)" }),
        Case(name: "strings", unit: { _ in ",''" }),
        Case(name: "a long string", unit: { _ in "abcdefgh" }, head: "SELECT '", tail: "' FROM cluster_schema.members"),
        Case(
            name: "a string for mysqld",
            unit: { _ in "abcdefgh" },
            head: "INSERT INTO t VALUES ('cluster_schema",
            tail: "')"
        ),
        Case(name: "rows for mysqld", unit: { ",(\($0),'x')" }, head: "INSERT INTO t VALUES ('cluster_',1)", tail: ""),
        Case(name: "comments", unit: { _ in "/**/," }),
        Case(
            name: "our tables",
            unit: { ",members a\($0)" },
            head: "SELECT 1 FROM members",
            tail: "",
            isSelected: true
        ),
        Case(
            name: "our tables and one of mysqld",
            unit: { ",members a\($0)" },
            head: "SELECT 1 FROM a.b",
            tail: "",
            isSelected: true
        ),
        Case(name: "joins", unit: { " join members a\($0)" }, head: "SELECT 1 FROM a.b", tail: "", isSelected: true),
        Case(name: "statements", unit: { _ in "do 1;" }, head: "SELECT 1;", tail: "select 'cluster_schema'"),
        Case(
            name: "lists of schemas",
            unit: { _ in "select 1 from information_schema.schemata;" },
            head: "",
            tail: "select 1"
        ),
        Case(
            name: "conditions in conditions",
            unit: { _ in "(db=''and" },
            head: "SHOW PROCEDURE STATUS WHERE ",
            tail: " db='cluster_schema' or `cluster_`"
        ),
        Case(
            name: "conditions side by side",
            unit: { _ in "db=''and " },
            head: "SHOW PROCEDURE STATUS WHERE ",
            tail: " db='cluster_schema' or `cluster_`"
        ),
        Case(
            name: "calls in calls",
            unit: { _ in "lower(" },
            head: "SELECT 1 FROM information_schema.tables WHERE table_schema=",
            tail: "'cluster_schema'"
        ),
        Case(
            name: "underscores",
            unit: { _ in "_" },
            head: "SELECT é",
            tail: " FROM cluster_schema.members",
            set: nil
        ),
        Case(name: "double quotes, read in both ways", unit: { _ in ",\"a\"" }, set: nil),
        Case(name: "texts in another set", unit: { _ in ",'é'" }, set: .latin1),
        Case(name: "texts with introducers", unit: { _ in ",_latin1'a'" }),
        Case(
            name: "expressions",
            unit: { "a\($0) as(select 1)," },
            head: "WITH ",
            tail: "b as (select 1) select * from cluster_schema.members"
        ),
    ]

    /// CPU time of this thread, in microseconds.
    private static var spent: Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000 + time.tv_nsec / 1_000
    }

    static func measure(_ tables: any VirtualQuerying, bytes: Int) {
        print("until it is known where a statement of \(bytes) bytes goes, CPU time, least of 3")
        let work = TablesWork(tables, IconvConverter())
        for one in cases {
            var context = SessionContext(user: "app", host: "localhost", serverVersion: "10.11.19-MariaDB")
            context.isVirtualSchemaSelected = one.isSelected
            let sets = one.set.map { set in
                var sets = SessionCharacterSets()
                sets.client = set
                return sets
            }
            let request = TablesRequest.route(
                RoutedStatement(bytes: one.statement(bytes), context: context, characterSets: sets)
            )
            var least = Int.max
            var reply: TablesReply?
            for _ in 0..<3 {
                let start = spent
                reply = try? work.carryOut(request)
                least = min(least, spent - start)
            }
            print("  \(one.name): \(least) us, \(outcome(reply))")
        }
    }

    private static func outcome(_ reply: TablesReply?) -> String {
        switch reply {
        case .routed(.server, _, _): "mysqld's"
        case .routed(.virtual, _, _): "ours"
        case .routed(.mixed, _, _): "mysqld's, with our rows"
        case .routed: "refused"
        case .unreadable: "not known yet"
        default: "something else"
        }
    }
}
