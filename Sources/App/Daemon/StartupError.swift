/// An error that ends the process and is told to people in one line.
package protocol StartupError: Error {
    /// What failed and what to do, without a line break.
    var message: String { get }
}
