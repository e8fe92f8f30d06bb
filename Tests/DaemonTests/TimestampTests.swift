import ClusterModel
import Testing

@testable import Daemon

@Suite("The time of a log line")
struct TimestampTests {
    @Test(
        "is UTC with milliseconds, as RFC 3339 writes it",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"),
            (1_709_210_096_789_999, "2024-02-29T12:34:56.789Z"),
            (951_827_696_007_000, "2000-02-29T12:34:56.007Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (-1_000_000, "1969-12-31T23:59:59.000Z"),
        ] as [(Int64, String)]
    )
    func text(_ microseconds: Int64, _ expected: String) {
        #expect(Timestamp.text(of: WallTime(microsecondsSince1970: microseconds)) == expected)
    }
}
