internal import Configuration
internal import MySQLClient

extension AccountPassword {
    convenience init(_ configuration: Configuration.MySQLD) {
        self.init(configuration.password?.exposed ?? "", readAnew: Self.reader(of: configuration))
    }

    func replace(with configuration: Configuration.MySQLD) {
        replace(with: configuration.password?.exposed ?? "", readAnew: Self.reader(of: configuration))
    }

    private static func reader(of configuration: Configuration.MySQLD) -> Reader {
        { configuration.passwordFile.flatMap { PasswordFile.read($0)?.exposed } }
    }
}
