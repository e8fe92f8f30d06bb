import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Locale;

/**
 * An application on MariaDB Connector/J 2.7 in its aurora mode that writes without end:
 * AuroraWriter URL, with the password in APP_PASSWORD. It prints what Tests/Compat/reporting.py describes.
 */
public final class AuroraWriter {
    private static void print(String what, String rest) {
        // The clock of nanoTime is CLOCK_MONOTONIC on Linux.
        System.out.println(what + String.format(Locale.ROOT, " %.6f ", System.nanoTime() / 1e9) + rest);
        System.out.flush();
    }

    private static int askServer(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT @@server_id");
                ResultSet rows = statement.executeQuery()) {
            rows.next();
            return rows.getInt(1);
        }
    }

    private static Connection reopened(Connection connection, String url) throws SQLException {
        if (!connection.isClosed()) return connection;
        try {
            return DriverManager.getConnection(url, "app", System.getenv("APP_PASSWORD"));
        } catch (SQLException exception) {
            print("error", "not connected: " + exception.getMessage().replaceAll("\\s+", " "));
            return connection;
        }
    }

    public static void main(String[] arguments) throws Exception {
        Connection connection = DriverManager.getConnection(arguments[0], "app", System.getenv("APP_PASSWORD"));
        connection.setReadOnly(true);
        print("reader", Integer.toString(askServer(connection)));
        connection.setReadOnly(false);
        String writer = "java-" + ProcessHandle.current().pid();
        print("note", "connected");
        for (int number = 1;; number++) {
            try (PreparedStatement statement =
                    connection.prepareStatement(
                            "INSERT INTO app.writes (server, writer, n) VALUES (@@server_id, ?, ?) RETURNING server")) {
                statement.setString(1, writer);
                statement.setInt(2, number);
                try (ResultSet rows = statement.executeQuery()) {
                    rows.next();
                    print("ok", rows.getInt(1) + " " + number);
                }
            } catch (SQLException exception) {
                print("error", exception.getErrorCode() + " " + exception.getSQLState() + " "
                        + exception.getMessage().replaceAll("\\s+", " "));
                // As a pool does: a connection that the driver has given up is opened anew.
                connection = reopened(connection, arguments[0]);
            }
            Thread.sleep(10);
        }
    }
}
