import QueryRouting
import Testing

@Suite("Privileges in SHOW GRANTS")
struct GlobalPrivilegesTests {
    @Test(
        "operating takes SUPER or the right to administer replicas, on everything",
        arguments: [
            ("GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` WITH GRANT OPTION", true, true),
            ("GRANT SUPER ON *.* TO `u`@`%`", true, false),
            (
                "GRANT SELECT, PROCESS, REPLICATION SLAVE ADMIN ON *.* TO `u`@`%` IDENTIFIED BY PASSWORD '*00'", true,
                true
            ),
            ("GRANT BINLOG_ADMIN,REPLICATION_SLAVE_ADMIN ON *.* TO `u`@`%`", true, false),
            ("GRANT REPLICATION SLAVE ON *.* TO `u`@`%`", false, false),
            ("GRANT PROCESS ON *.* TO `u`@`%`", false, true),
            ("GRANT USAGE ON *.* TO `u`@`%`", false, false),
            ("GRANT ALL PRIVILEGES ON `app`.* TO `u`@`%`", false, false),
            ("GRANT `SUPER ON *.* TO x`@`%` TO `u`@`%`", false, false),
            ("GRANT `a, SUPER` ON *.* TO `u`@`%`", false, false),
            ("REVOKE SUPER ON *.* FROM `u`@`%`", false, false),
            ("", false, false),
        ]
    )
    func privileges(grant: String, mayOperate: Bool, maySeeAllSessions: Bool) {
        let privileges = GlobalPrivileges(grants: ["GRANT USAGE ON *.* TO `u`@`%`", grant])
        #expect(privileges.mayOperate == mayOperate)
        #expect(privileges.maySeeAllSessions == maySeeAllSessions)
    }
}
