/// This program's version (semantic versioning).
package enum PilotfishVersion {
    package static let text = "0.1.0"
}
