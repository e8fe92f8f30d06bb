import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Follows the primary by long poll, and reads from the replica that is least behind and least busy. */
public class Follow {
    // One statement: the version is that of the topology which the two addresses come from.
    private static final String LOOK = "SELECT topology_version,"
        + " (SELECT CONCAT(sql_host, ':', sql_port) FROM cluster_schema.primary_member) AS writer,"
        + " (SELECT CONCAT(sql_host, ':', sql_port) FROM cluster_schema.members"
        + " WHERE state = 'ONLINE' AND role IN ('PRIMARY', 'REPLICA') AND IFNULL(replication_lag_ms, 0) < 1000"
        + " ORDER BY role = 'PRIMARY', threads_running, queries_per_second LIMIT 1) AS reader"
        + " FROM cluster_schema.cluster";

    private static Connection connect(String node) throws SQLException {
        return DriverManager.getConnection("jdbc:mariadb://" + node + "/?connectTimeout=3000&socketTimeout=40000",
            System.getenv("PILOTFISH_USER"), System.getenv("PILOTFISH_PASSWORD"));
    }

    private static void run(String node, String statement) throws SQLException {
        try (Connection connection = connect(node)) {
            connection.createStatement().execute(statement);
        }
    }

    private static void follow(String node) throws SQLException {
        try (Connection watcher = connect(node); PreparedStatement look = watcher.prepareStatement(LOOK);
            PreparedStatement wait = watcher.prepareStatement("SELECT cluster_schema.wait_for_change(?, 30)")) {
            for (ResultSet seen = look.executeQuery(); seen.next(); seen = look.executeQuery()) {
                String primary = seen.getString("writer"), reader = seen.getString("reader");
                wait.setLong(1, seen.getLong("topology_version"));
                if (primary != null && reader != null) {
                    run(primary, "INSERT INTO app.note (text) VALUES ('java')");
                    run(reader, "SELECT COUNT(*) FROM app.note");
                    System.out.println("primary " + primary + ", read from " + reader);
                }
                wait.executeQuery();
            }
        }
    }

    public static void main(String[] arguments) throws InterruptedException {
        while (true) {
            for (String node : System.getenv("PILOTFISH_NODES").split(",")) {
                try {
                    follow(node);
                } catch (SQLException error) {
                    System.out.println("lost " + node + ": " + error.getMessage());
                    Thread.sleep(200);
                }
            }
        }
    }
}
