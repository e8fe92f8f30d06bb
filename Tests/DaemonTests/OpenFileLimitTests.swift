import Testing

@testable import Daemon

@Suite("The limit of open files")
struct OpenFileLimitTests {
    @Test(
        "no more clients are taken than can be served, beside what the sidecar needs itself",
        arguments: [
            (10_000, 524_288, 10_000), (10_000, 20_000, 9_936), (10_000, 1_024, 448), (100, 1_024, 100), (5, 64, 1),
            (1, Int.max, 1),
        ]
    )
    func bounds(asked: Int, openFiles: Int, taken: Int) {
        #expect(OpenFileLimit.connections(asked, openFiles: openFiles) == taken)
    }
}
