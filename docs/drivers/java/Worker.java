import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** A worker that runs once in the cluster: of all that are started one leads, and that one alone works. */
public class Worker {
    private static final int TTL = 6; // Seconds. Whoever leads asks again far within a third of it.
    private static String service, me;
    private static volatile boolean leading, stopping;
    private static long until; // When the lease is over, by our own clock.

    private static Connection connect(String node) throws SQLException {
        return DriverManager.getConnection("jdbc:mariadb://" + node + "/?connectTimeout=3000&socketTimeout=40000",
            System.getenv("PILOTFISH_USER"), System.getenv("PILOTFISH_PASSWORD"));
    }

    private static String ask(Connection connection, String statement, Object... parameters) throws SQLException {
        try (PreparedStatement prepared = connection.prepareStatement(statement)) {
            for (int i = 0; i < parameters.length; i++) prepared.setObject(i + 1, parameters[i]);
            if (!prepared.execute()) return null;
            ResultSet rows = prepared.getResultSet();
            if (!rows.next()) throw new SQLException("no row: " + statement);
            return rows.getString(1);
        }
    }

    /** The term, 0 if another leads; the lease is counted from before the question. */
    private static long elect(Connection watcher) throws SQLException {
        until = System.nanoTime() + TTL * 1_000_000_000L;
        return Long.parseLong(ask(watcher, "SELECT cluster_schema.elect(?, ?, ?)", service, me, TTL));
    }

    private static void lead(Connection watcher, long term) throws SQLException, InterruptedException {
        String primary = ask(watcher, "SELECT CONCAT(sql_host, ':', sql_port) FROM cluster_schema.primary_member");
        try (Connection writer = connect(primary)) {
            // From now on this session's statements reach the server only while the term lasts.
            ask(writer, "SELECT cluster_schema.fence_by(?, ?)", service, term);
            leading = true;
            System.out.println("leads, term " + term);
            for (long now = term; now == term && System.nanoTime() < until && !stopping; now = elect(watcher)) {
                ask(writer, "INSERT INTO app.work (term, id) VALUES (?, ?)", term, me);
                Thread.sleep(1000);
            }
            if (stopping) ask(watcher, "SELECT cluster_schema.resign(?, ?)", service, me);
        } finally {
            if (leading) System.out.println("leads no more, term " + term);
            leading = false;
        }
    }

    private static void serve(String node) throws SQLException, InterruptedException {
        try (Connection watcher = connect(node)) {
            for (long known = 0; !stopping;) {
                long term = elect(watcher);
                if (term > 0) lead(watcher, term);
                else known = Long.parseLong(
                    ask(watcher, "SELECT cluster_schema.wait_for_leader(?, ?, 30)", service, known));
            }
        }
    }

    public static void main(String[] arguments) throws InterruptedException {
        service = arguments[0];
        me = arguments[1];
        Thread main = Thread.currentThread();
        // SIGTERM: whoever leads comes to the end of what it does and resigns; others just end.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            stopping = true;
            try {
                if (leading) main.join(1000 * TTL);
            } catch (InterruptedException ended) { }
        }));
        while (!stopping) {
            for (String node : System.getenv("PILOTFISH_NODES").split(",")) {
                try {
                    serve(node);
                } catch (SQLException error) {
                    System.out.println("lost " + node + ": " + error.getMessage());
                }
                if (stopping) return;
                Thread.sleep(1000);
            }
        }
    }
}
