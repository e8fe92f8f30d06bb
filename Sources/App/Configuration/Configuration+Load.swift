internal import Glibc

extension Configuration {
    /// A configuration file is a page or two; anything near this limit is another file.
    static let maximumFileByteCount = 1 << 20

    /// Reads and checks a configuration.
    ///
    /// - Parameters:
    ///   - path: the YAML file; nil for the environment alone.
    ///   - environment: the process's; variables `PILOTFISH_…` win over the file.
    ///   - hostName: the default of `node.name`, and what is advertised in place of a wildcard.
    ///   - files: where the file and those that it names are read.
    /// - Throws: every error that was found.
    package static func load(
        path: String?,
        environment: [String: String],
        hostName: String,
        files: any FileReading = LocalFiles()
    ) throws(ConfigurationErrors) -> LoadedConfiguration {
        guard let path else {
            return try parse(nil, fileName: nil, environment: environment, hostName: hostName, files: files)
        }
        let contents: FileContents
        do {
            contents = try files.read(path, limit: maximumFileByteCount)
        } catch {
            let issue = ConfigurationIssue(.error, at: .file(path, line: nil), "\(error); give the path of a YAML file")
            throw ConfigurationErrors([issue], logFormat: logFormat(environment))
        }
        guard let text = String(validating: contents.bytes, as: UTF8.self) else {
            let place = ConfigurationIssue.Place.file(path, line: lineOfFirstInvalidText(contents.bytes))
            let issue = ConfigurationIssue(.error, at: place, "is not text in UTF-8")
            throw ConfigurationErrors([issue], logFormat: logFormat(environment))
        }
        return try parse(
            text,
            fileName: path,
            environment: environment,
            hostName: hostName,
            files: files,
            isFileOpen: contents.isReadableByOthers
        )
    }

    /// The same for a text that was read already.
    ///
    /// - Parameters:
    ///   - text: YAML; nil if there is no file.
    ///   - fileName: for messages.
    ///   - isFileOpen: every user of this machine can read it.
    package static func parse(
        _ text: String?,
        fileName: String?,
        environment: [String: String],
        hostName: String,
        files: any FileReading,
        isFileOpen: Bool = false
    ) throws(ConfigurationErrors) -> LoadedConfiguration {
        var builder = ConfigurationBuilder(
            file: text.map { FileReader(text: $0, fileName: fileName ?? "configuration") },
            environment: EnvironmentReader(environment),
            fileName: fileName,
            hostName: hostName,
            files: files,
            isFileOpen: isFileOpen
        )
        return try builder.build()
    }

    /// Where there is no file to ask.
    private static func logFormat(_ environment: [String: String]) -> LogFormat {
        let setting = ConfigurationSchema.Log.format
        return setting.value(EnvironmentReader(environment).settings[setting.path]?.value)
    }

    private static func lineOfFirstInvalidText(_ bytes: [UInt8]) -> Int? {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return lines.firstIndex { String(validating: $0, as: UTF8.self) == nil }.map { $0 + 1 }
    }
}

/// This machine, as far as a configuration depends on it.
package enum LocalHost {
    /// The kernel's name of this host; `localhost` if it has none.
    package static var name: String {
        // 64 bytes is the kernel's limit; the last byte stays NUL whatever gethostname writes.
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
        let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return bytes.isEmpty ? "localhost" : String(decoding: bytes, as: UTF8.self)
    }
}
