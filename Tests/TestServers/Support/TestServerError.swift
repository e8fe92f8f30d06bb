/// What went wrong while a test's surroundings were set up, with what a reader of the test's output needs to see.
package struct TestServerError: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
