internal import Configuration
internal import Synchronization
internal import VirtualTables

/// The configuration as it was last taken over.
final class RunningConfiguration: Sendable {
    private let value: Mutex<Configuration>

    init(_ configuration: Configuration) { value = Mutex(configuration) }

    var current: Configuration { value.withLock { $0 } }

    func replace(with configuration: Configuration) { value.withLock { $0 = configuration } }

    /// The rows of SETTINGS.
    var rows: [SettingRow] {
        current.settings.map {
            SettingRow(
                name: $0.name,
                value: $0.value ?? "",
                source: $0.source.rawValue,
                reloadable: $0.isReloadable,
                // Names of accounts are half of what it takes to guess one.
                isForOperators: $0.isOfAccount
            )
        }
    }
}
