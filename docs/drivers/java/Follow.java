import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Follows the primary by long poll, and reads from the replica that is least behind and least busy. */
public class Follow {
    private static final String ADDRESS = "SELECT CONCAT(sql_host, ':', sql_port) FROM cluster_schema.";
    private static final String READER = ADDRESS + "members WHERE state = 'ONLINE' AND role IN ('PRIMARY', 'REPLICA')"
        + " AND IFNULL(replication_lag_ms, 0) < 1000"
        + " ORDER BY role = 'PRIMARY', threads_running, queries_per_second LIMIT 1";

    private static Connection connect(String node) throws SQLException {
        return DriverManager.getConnection("jdbc:mariadb://" + node + "/?connectTimeout=3000&socketTimeout=40000",
            System.getenv("PILOTFISH_USER"), System.getenv("PILOTFISH_PASSWORD"));
    }

    private static String ask(Connection connection, String statement, Object... parameters) throws SQLException {
        try (PreparedStatement prepared = connection.prepareStatement(statement)) {
            for (int index = 0; index < parameters.length; index++) prepared.setObject(index + 1, parameters[index]);
            if (!prepared.execute()) return null;
            try (ResultSet result = prepared.getResultSet()) {
                return result.next() ? result.getString(1) : null;
            }
        }
    }

    private static void follow(String node) throws SQLException {
        try (Connection watcher = connect(node)) {
            while (true) {
                // The version first: what changes while the tables are read ends the wait at once.
                long version = Long.parseLong(ask(watcher, "SELECT topology_version FROM cluster_schema.cluster"));
                String primary = ask(watcher, ADDRESS + "primary_member");
                String reader = ask(watcher, READER);
                if (primary != null && reader != null) {
                    try (Connection writer = connect(primary); Connection replica = connect(reader)) {
                        ask(writer, "INSERT INTO app.note (text) VALUES (?)", "java");
                        ask(replica, "SELECT COUNT(*) FROM app.note");
                    }
                    System.out.println("primary " + primary + ", read from " + reader);
                }
                ask(watcher, "SELECT cluster_schema.wait_for_change(?, 30)", version);
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
