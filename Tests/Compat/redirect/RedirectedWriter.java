import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Locale;

/**
 * An application on MariaDB Connector/J 3 that knows one node and lets itself be redirected, and writes without end:
 * RedirectedWriter URL, with the password in APP_PASSWORD. It prints what Tests/Compat/reporting.py describes.
 */
public final class RedirectedWriter {
    private static void print(String what, String rest) {
        // The clock of nanoTime is CLOCK_MONOTONIC on Linux.
        System.out.println(what + String.format(Locale.ROOT, " %.6f ", System.nanoTime() / 1e9) + rest);
        System.out.flush();
    }

    public static void main(String[] arguments) throws Exception {
        Connection connection = DriverManager.getConnection(arguments[0], "app", System.getenv("APP_PASSWORD"));
        String writer = "redirected-" + ProcessHandle.current().pid();
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
                // As a pool does. The OK to it tells where to go; a refusal cannot.
                connection.isValid(1);
            }
            Thread.sleep(10);
        }
    }
}
