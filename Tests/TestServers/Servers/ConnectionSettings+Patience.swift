package import ClusterModel
package import MySQLClient

extension ConnectionSettings {
    /// Of a test that wants an answer, however busy the machine is.
    package static func patient(
        _ address: ServerAddress,
        user: String = "root",
        password: AccountPassword = AccountPassword("")
    ) -> Self {
        Self(
            address: address,
            user: user,
            password: password,
            connectTimeout: .seconds(60),
            queryTimeout: .seconds(120)
        )
    }
}
