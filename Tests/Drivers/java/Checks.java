import java.io.PrintStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** MariaDB Connector/J through JDBC. */
public class Checks {
    private static final String TYPES_TABLE = "CREATE TABLE types (id INT PRIMARY KEY, i8 TINYINT, u8 TINYINT UNSIGNED,"
        + " i16 SMALLINT, u16 SMALLINT UNSIGNED, i24 MEDIUMINT, i32 INT, u32 INT UNSIGNED, i64 BIGINT,"
        + " u64 BIGINT UNSIGNED, de DECIMAL(30,10), db DOUBLE, da DATE, ti TIME(6), dt DATETIME(6),"
        + " tx VARCHAR(100) CHARACTER SET utf8mb4, bl BLOB, nu INT, js JSON, bi BIT(10))";
    private static final String COLUMNS =
        "i8, u8, i16, u16, i24, i32, u32, i64, u64, de, db, da, ti, dt, tx, bl, nu, js, bi";
    private static final String TEXT = "Grüße, 世界 🐟";
    private static final String JSON = "{\"fish\": [\"🐟\", 1, 2.5, null]}";
    private static final String VIRTUAL_SELECT =
        "SELECT member_name, sql_host, sql_port, role, state FROM cluster_schema.members";
    private static final String VIRTUAL_COUNT = "SELECT COUNT(*) FROM information_schema.cluster_members";
    private static final byte[] BYTES = new byte[256];

    private interface Check {
        void run() throws Exception;
    }

    /** Parameters are put into the text, or sent by the binary protocol. */
    private static Connection textual;
    private static Connection binary;

    private static String env(String name) {
        String value = System.getenv("PILOTFISH_TEST_" + name);
        return value == null ? "" : value;
    }

    private static Connection connect(String user, String password, boolean isBinary) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", password);
        properties.setProperty("useServerPrepStmts", String.valueOf(isBinary));
        properties.setProperty("allowMultiQueries", "true");
        properties.setProperty("allowPublicKeyRetrieval", "true");
        properties.setProperty("connectionCollation", "utf8mb4_general_ci");
        if (env("TLS").equals("1")) {
            properties.setProperty("useSsl", "true");
            properties.setProperty("serverSslCert", env("TLS_CA"));
        }
        String url = "jdbc:mariadb://" + env("HOST") + ":" + env("PORT") + "/" + env("DATABASE");
        return DriverManager.getConnection(url, properties);
    }

    private static Connection connect() throws SQLException {
        return connect(env("USER"), env("PASSWORD"), false);
    }

    private static void equal(Object found, Object expected, String what) {
        boolean isEqual = found instanceof byte[] && expected instanceof byte[]
            ? Arrays.equals((byte[]) found, (byte[]) expected)
            : found == null ? expected == null : found.equals(expected);
        if (!isEqual) {
            throw new IllegalStateException(what + ": " + shortened(found) + ", expected " + shortened(expected));
        }
    }

    private static String shortened(Object value) {
        String text = String.valueOf(value);
        return text.substring(0, Math.min(200, text.length()));
    }

    private static void execute(Connection connection, String... statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String text : statements) {
                statement.execute(text);
            }
        }
    }

    private static List<List<String>> readAll(ResultSet result) throws SQLException {
        List<List<String>> rows = new ArrayList<>();
        while (result.next()) {
            List<String> row = new ArrayList<>();
            for (int index = 1; index <= result.getMetaData().getColumnCount(); index++) {
                row.add(result.getString(index));
            }
            rows.add(row);
        }
        return rows;
    }

    private static String query(Connection connection, String text, Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(text)) {
            // Connector/J falls back to the text protocol, unasked, when a statement cannot be prepared.
            if (connection == binary) {
                equal(statement.getClass().getSimpleName(), "ServerSidePreparedStatement", "protocol");
            }
            for (int index = 0; index < parameters.length; index++) {
                statement.setObject(index + 1, parameters[index]);
            }
            return readAll(statement.executeQuery()).toString();
        }
    }

    private static String resultSets(Statement statement, boolean isResult) throws SQLException {
        List<List<List<String>>> results = new ArrayList<>();
        boolean isRows = isResult;
        while (isRows || statement.getUpdateCount() != -1) {
            if (isRows) {
                results.add(readAll(statement.getResultSet()));
            }
            isRows = statement.getMoreResults();
        }
        return results.toString();
    }

    private static int errorNumber(Check check) throws Exception {
        try {
            check.run();
        } catch (SQLException error) {
            return error.getErrorCode();
        }
        throw new IllegalStateException("no error");
    }

    // --- checks ------------------------------------------------------------------------------------------------------

    private static void login() throws Exception {
        try (Connection connection = connect()) {
            equal(query(connection, "SELECT DATABASE(), 1"), "[[" + env("DATABASE") + ", 1]]", "value");
            String cipher = query(connection, "SHOW SESSION STATUS LIKE 'Ssl_cipher'");
            equal(!cipher.equals("[[Ssl_cipher, ]]"), env("TLS").equals("1"), "TLS");
        }
    }

    private static void firstLogin() throws Exception {
        try (Connection connection = connect(env("FRESH_USER"), env("PASSWORD"), false)) {
            equal(query(connection, "SELECT 1"), "[[1]]", "value");
        }
    }

    private static void types() throws Exception {
        execute(textual, "DROP TABLE IF EXISTS types", TYPES_TABLE);
        // The date goes as text: MySQL 9 refuses the binary form in which this version sends dates (with a time).
        Object[] values = {
            -128, 255, -32768, 65535, -8388608, Integer.MIN_VALUE, 4294967295L, Long.MIN_VALUE,
            new BigDecimal("18446744073709551615"), new BigDecimal("-12345678901234567890.0123456789"), 0.1,
            "2024-02-29", "12:34:56.789012", LocalDateTime.of(2024, 2, 29, 23, 59, 59, 123456000), TEXT,
            BYTES, null, JSON, 682,
        };
        int id = 0;
        for (Connection connection : List.of(textual, binary)) {
            String marks = ", ?".repeat(values.length);
            String insert = "INSERT INTO types (id, " + COLUMNS + ") VALUES (" + id++ + marks + ")";
            try (PreparedStatement statement = connection.prepareStatement(insert)) {
                for (int index = 0; index < values.length; index++) {
                    statement.setObject(index + 1, values[index]);
                }
                statement.executeUpdate();
            }
        }
        for (Connection connection : List.of(textual, binary)) {
            // Connector/J takes a TIME for one with milliseconds.
            String columns = COLUMNS.replace("ti,", "CAST(ti AS CHAR),");
            String select = "SELECT " + columns + " FROM types WHERE id < ? ORDER BY id";
            try (PreparedStatement statement = connection.prepareStatement(select)) {
                statement.setInt(1, 2);
                ResultSet row = statement.executeQuery();
                for (int count = 0; count < 2; count++) {
                    equal(row.next(), true, "row");
                    for (int index = 1; index <= 8; index++) {
                        equal(row.getLong(index), ((Number) values[index - 1]).longValue(), "column " + index);
                    }
                    equal(row.getObject(9), new BigInteger("18446744073709551615"), "u64");
                    equal(row.getBigDecimal(10), values[9], "de");
                    equal(row.getDouble(11), values[10], "db");
                    equal(row.getDate(12).toLocalDate(), LocalDate.of(2024, 2, 29), "da");
                    equal(row.getString(13), values[12], "ti");
                    equal(row.getTimestamp(14).toLocalDateTime(), values[13], "dt");
                    equal(row.getString(15), TEXT, "tx");
                    equal(row.getBytes(16), BYTES, "bl");
                    equal(row.getObject(17), null, "nu");
                    equal(row.wasNull(), true, "nu is NULL");
                    equal(row.getString(18), JSON, "js");
                    equal(row.getBytes(19), new byte[] {2, (byte) 0xaa}, "bi");
                }
                equal(row.next(), false, "third row");
            }
        }
        String stored = "[" + hex(TEXT.getBytes(StandardCharsets.UTF_8)) + ", " + hex(BYTES) + ", 682]";
        String found = query(textual, "SELECT HEX(tx), HEX(bl), bi + 0 FROM types");
        equal(found, "[" + stored + ", " + stored + "]", "stored");
    }

    private static String hex(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (byte value : bytes) {
            text.append(String.format("%02X", value));
        }
        return text.toString();
    }

    private static void prepared() throws Exception {
        try (PreparedStatement statement = binary.prepareStatement("SELECT ? + 1, ?")) {
            for (int number = 0; number < 3; number++) {
                statement.setInt(1, number);
                statement.setString(2, TEXT);
                List<List<String>> rows = readAll(statement.executeQuery());
                equal(new BigDecimal(rows.get(0).get(0)).intValue(), number + 1, "sum");
                equal(rows.get(0).get(1), TEXT, "text");
            }
        }
        execute(binary, "DROP TABLE IF EXISTS prepared", "CREATE TABLE prepared (id INT PRIMARY KEY)");
        // A batch: sent without waiting for each answer, or as one bulk command where the server has it.
        try (PreparedStatement statement = binary.prepareStatement("INSERT INTO prepared VALUES (?)")) {
            for (int number = 0; number < 500; number++) {
                statement.setInt(1, number);
                statement.addBatch();
            }
            equal(statement.executeBatch().length, 500, "batch");
        }
        equal(query(binary, "SELECT COUNT(*), SUM(id) FROM prepared"), "[[500, 124750]]", "after the batch");
        equal(errorNumber(() -> {
            PreparedStatement statement = binary.prepareStatement("SELEC ?");
            statement.setInt(1, 1);
            statement.executeQuery();
        }), 1064, "error");
        equal(query(binary, "SELECT 7"), "[[7]]", "after it");
    }

    private static void transactions() throws Exception {
        execute(textual, "DROP TABLE IF EXISTS transactions",
            "CREATE TABLE transactions (id INT PRIMARY KEY) ENGINE=InnoDB");
        textual.setAutoCommit(false);
        try {
            execute(textual, "INSERT INTO transactions VALUES (1)");
            textual.rollback();
            equal(query(textual, "SELECT COUNT(*) FROM transactions"), "[[0]]", "after rollback");
            execute(textual, "INSERT INTO transactions VALUES (2)");
            textual.commit();
        } finally {
            textual.setAutoCommit(true);
        }
        equal(query(textual, "SELECT id FROM transactions"), "[[2]]", "after commit");
    }

    private static void multiResults() throws Exception {
        try (Statement statement = textual.createStatement()) {
            boolean isResult = statement.execute("SELECT 1; SET @a = 1; SELECT 2, 3");
            equal(resultSets(statement, isResult), "[[[1]], [[2, 3]]]", "statements");
        }
        execute(textual, "DROP PROCEDURE IF EXISTS several",
            "CREATE PROCEDURE several(OUT o INT) BEGIN SELECT 1; SELECT 2 UNION ALL SELECT 3; SET o = 5; END");
        for (Connection connection : List.of(textual, binary)) {
            try (CallableStatement statement = connection.prepareCall("{CALL several(?)}")) {
                statement.registerOutParameter(1, java.sql.Types.INTEGER);
                equal(resultSets(statement, statement.execute()), "[[[1]], [[2], [3]]]", "procedure");
                equal(statement.getInt(1), 5, "OUT parameter");
            }
            equal(query(connection, "SELECT 4"), "[[4]]", "after them");
        }
    }

    private static void blob() throws Exception {
        byte[] blob = new byte[256 * 80_000];
        for (int index = 0; index < blob.length; index++) {
            blob[index] = (byte) index;
        }
        execute(textual, "DROP TABLE IF EXISTS blobs", "CREATE TABLE blobs (id INT PRIMARY KEY, bl LONGBLOB)");
        int id = 0;
        for (Connection connection : List.of(textual, binary)) {
            try (PreparedStatement statement = connection.prepareStatement("INSERT INTO blobs VALUES (?, ?)")) {
                statement.setInt(1, id++);
                statement.setBytes(2, blob);
                statement.executeUpdate();
            }
        }
        for (Connection connection : List.of(textual, binary)) {
            try (PreparedStatement statement = connection.prepareStatement("SELECT bl FROM blobs WHERE id < ?")) {
                statement.setInt(1, 2);
                ResultSet row = statement.executeQuery();
                while (row.next()) {
                    equal(Arrays.equals(row.getBytes(1), blob), true, "same bytes");
                }
            }
            equal(query(connection, "SELECT 5"), "[[5]]", "after it");
        }
    }

    private static void errors() throws Exception {
        execute(textual, "DROP TABLE IF EXISTS errors", "CREATE TABLE errors (id INT PRIMARY KEY)",
            "INSERT INTO errors VALUES (1)");
        equal(errorNumber(() -> execute(textual, "SELEC 1")), 1064, "syntax");
        equal(errorNumber(() -> execute(textual, "SELECT * FROM missing")), 1146, "missing table");
        equal(errorNumber(() -> execute(textual, "INSERT INTO errors VALUES (1)")), 1062, "duplicate");
        equal(errorNumber(() -> connect(env("USER"), "wrong", false).close()), 1045, "wrong password");
        equal(query(textual, "SELECT id FROM errors"), "[[1]]", "after them");
    }

    private static void reconnect() throws Exception {
        Connection connection = connect();
        String number = query(connection, "SELECT CONNECTION_ID()");
        execute(textual, "KILL CONNECTION " + number.replaceAll("\\D", ""));
        try {
            query(connection, "SELECT 1");
            throw new IllegalStateException("the killed session still answers");
        } catch (SQLException error) {
            equal(connection.isValid(1), false, "valid");
        }
        connection.close();
        try (Connection next = connect()) {
            equal(query(next, "SELECT CONNECTION_ID()").equals(number), false, "same connection id");
        }
    }

    private static void equalMember(String rows) {
        String member = ", " + env("HOST") + ", " + env("PORT") + ", PRIMARY, ONLINE]]";
        equal(rows.endsWith(member) && rows.lastIndexOf('[') == 1, true, "member " + rows);
    }

    private static void virtualText() throws Exception {
        equalMember(query(textual, VIRTUAL_SELECT + " WHERE state = ?", "ONLINE"));
        equal(query(textual, VIRTUAL_COUNT), "[[1]]", "information_schema");
        equal(query(textual, "SELECT 6"), "[[6]]", "after them");
    }

    private static void virtualPrepared() throws Exception {
        equalMember(query(binary, VIRTUAL_SELECT + " WHERE state = ?", "ONLINE"));
        int port = Integer.parseInt(env("PORT"));
        equal(query(binary, VIRTUAL_COUNT + " WHERE sql_port = ?", port), "[[1]]", "information_schema");
    }

    private static void refusedWrite() throws Exception {
        for (Connection connection : new Connection[] {textual, binary}) {
            String number = query(connection, "SELECT CONNECTION_ID()");
            try (PreparedStatement statement = connection.prepareStatement("INSERT INTO refused VALUES (?)")) {
                statement.setInt(1, 1);
                statement.execute();
                throw new IllegalStateException("no error");
            } catch (SQLException error) {
                equal(error.getErrorCode(), 1290, "error");
                equal(error.getMessage().contains(env("REFUSAL")), true, "text of " + error.getMessage());
            }
            equal(query(connection, "SELECT COUNT(*) FROM refused"), "[[0]]", "after it");
            equal(query(connection, "SELECT CONNECTION_ID()"), number, "connection id");
        }
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, true, "UTF-8");
        for (int index = 0; index < BYTES.length; index++) {
            BYTES[index] = (byte) index;
        }
        Map<String, Check> checks = new LinkedHashMap<>();
        checks.put("login", Checks::login);
        checks.put("first-login", Checks::firstLogin);
        checks.put("types", Checks::types);
        checks.put("prepared", Checks::prepared);
        checks.put("transactions", Checks::transactions);
        checks.put("multi-results", Checks::multiResults);
        checks.put("blob", Checks::blob);
        checks.put("errors", Checks::errors);
        checks.put("reconnect", Checks::reconnect);
        checks.put("virtual-text", Checks::virtualText);
        checks.put("virtual-prepared", Checks::virtualPrepared);
        // What a read-only server's refusal of a write has to say; the only check then.
        if (!env("REFUSAL").isEmpty()) {
            checks.clear();
            checks.put("refused-write", Checks::refusedWrite);
        }
        int number = 0;
        int status = 0;
        for (Map.Entry<String, Check> check : checks.entrySet()) {
            String line = "ok " + ++number + " - " + check.getKey();
            if (check.getKey().startsWith("virtual-") && !env("SIDECAR").equals("1")) {
                out.println(line + " # SKIP only against the sidecar");
                continue;
            }
            try {
                if (textual == null) {
                    textual = connect();
                    binary = connect(env("USER"), env("PASSWORD"), true);
                }
                check.getValue().run();
                out.println(line);
            } catch (Exception error) {
                status = 1;
                textual = null;
                out.println("not " + line);
                out.println("# " + shortened(String.valueOf(error).replaceAll("\\s+", " ")));
            }
        }
        out.println("1.." + checks.size());
        System.exit(status);
    }
}
