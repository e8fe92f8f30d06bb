/* libmariadb, MariaDB's C library: text and binary protocol, cursors, long data, bulk execution. */
#include <mysql.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT "Grüße, 世界 🐟"
#define JSON "{\"fish\": [\"🐟\", 1, 2.5, null]}"
#define COLUMNS "i8, u8, i16, u16, i24, i32, u32, i64, u64, de, db, da, ti, dt, tx, bl, nu, js, bi"
#define COLUMN_COUNT 19
#define VIRTUAL_SELECT "SELECT member_name, sql_host, sql_port, role, state FROM cluster_schema.members"
#define VIRTUAL_COUNT "SELECT COUNT(*) FROM information_schema.cluster_members"
#define BLOB_LENGTH (256ul * 80000)

static const char *host, *user, *password, *fresh_user, *database, *tls_ca, *refusal;
static unsigned port;
static bool is_sidecar;
static unsigned char all_bytes[256];

/* A check that fails jumps out of itself, with the reason in here. */
static jmp_buf end_of_check;
static char reason[1024];

__attribute__((noreturn, format(printf, 1, 2))) static void fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    longjmp(end_of_check, 1);
}

static void equal_text(const char *found, const char *expected, const char *what)
{
    if ((found == NULL) != (expected == NULL) || (found && strcmp(found, expected) != 0))
        fail("%s: %.200s, expected %.200s", what, found ? found : "NULL", expected ? expected : "NULL");
}

static void equal_number(unsigned long found, unsigned long expected, const char *what)
{
    if (found != expected)
        fail("%s: %lu, expected %lu", what, found, expected);
}

/* --- connections and results ------------------------------------------------------------------------------------- */

static MYSQL *try_connect(const char *as_user, const char *with_password, bool reconnects)
{
    MYSQL *connection = mysql_init(NULL);
    my_bool on = 1, off = 0;
    unsigned long packet = 64ul << 20;
    mysql_options(connection, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    mysql_options(connection, MYSQL_OPT_MAX_ALLOWED_PACKET, &packet);
    if (reconnects)
        mysql_options(connection, MYSQL_OPT_RECONNECT, &on);
    if (tls_ca) {
        mysql_ssl_set(connection, NULL, NULL, tls_ca, NULL, NULL);
        mysql_options(connection, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &on);
        mysql_options(connection, MYSQL_OPT_SSL_ENFORCE, &on);
    } else {
        mysql_options(connection, MYSQL_OPT_SSL_ENFORCE, &off);
    }
    mysql_real_connect(connection, host, as_user, with_password, database, port, NULL,
        CLIENT_MULTI_STATEMENTS | CLIENT_LOCAL_FILES);
    return connection;
}

static MYSQL *open_as(const char *as_user)
{
    MYSQL *connection = try_connect(as_user, password, false);
    if (mysql_errno(connection))
        fail("connect: %u %s", mysql_errno(connection), mysql_error(connection));
    return connection;
}

/* Checks share a session; after a failure the next one gets another. */
static MYSQL *shared_session;

static MYSQL *session(void)
{
    if (!shared_session)
        shared_session = open_as(user);
    return shared_session;
}

static void execute(MYSQL *connection, const char *statement)
{
    if (mysql_real_query(connection, statement, strlen(statement)))
        fail("%.100s: %u %s", statement, mysql_errno(connection), mysql_error(connection));
    MYSQL_RES *result = mysql_store_result(connection);
    if (result)
        mysql_free_result(result);
}

/* The rows of the result at hand as text: columns between commas, rows between semicolons. */
static const char *rows_of_result(MYSQL *connection)
{
    static char text[4096];
    MYSQL_RES *result = mysql_store_result(connection);
    if (!result) {
        if (mysql_errno(connection))
            fail("result: %u %s", mysql_errno(connection), mysql_error(connection));
        return "";
    }
    size_t used = 0;
    unsigned columns = mysql_num_fields(result);
    text[0] = 0;
    for (MYSQL_ROW row; (row = mysql_fetch_row(result));) {
        if (used)
            used += (size_t)snprintf(text + used, sizeof text - used, "; ");
        for (unsigned index = 0; index < columns && used < sizeof text - 1; index++)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", index ? ", " : "",
                row[index] ? row[index] : "NULL");
    }
    mysql_free_result(result);
    return text;
}

static const char *query(MYSQL *connection, const char *statement)
{
    if (mysql_real_query(connection, statement, strlen(statement)))
        fail("%.100s: %u %s", statement, mysql_errno(connection), mysql_error(connection));
    return rows_of_result(connection);
}

static unsigned error_of(MYSQL *connection, const char *statement)
{
    mysql_real_query(connection, statement, strlen(statement));
    return mysql_errno(connection);
}

static MYSQL_STMT *prepare(MYSQL *connection, const char *statement)
{
    MYSQL_STMT *prepared = mysql_stmt_init(connection);
    if (mysql_stmt_prepare(prepared, statement, strlen(statement)))
        fail("%.100s: %u %s", statement, mysql_stmt_errno(prepared), mysql_stmt_error(prepared));
    return prepared;
}

static void run_prepared(MYSQL_STMT *prepared, MYSQL_BIND *parameters)
{
    if (parameters && mysql_stmt_bind_param(prepared, parameters))
        fail("bind: %u %s", mysql_stmt_errno(prepared), mysql_stmt_error(prepared));
    if (mysql_stmt_execute(prepared))
        fail("execute: %u %s", mysql_stmt_errno(prepared), mysql_stmt_error(prepared));
}

static MYSQL_BIND bind_text(const char *text)
{
    return (MYSQL_BIND){.buffer_type = MYSQL_TYPE_STRING, .buffer = (void *)text, .buffer_length = strlen(text)};
}

static MYSQL_BIND bind_number(long long *number, bool is_unsigned)
{
    return (MYSQL_BIND){.buffer_type = MYSQL_TYPE_LONGLONG, .buffer = number, .is_unsigned = is_unsigned};
}

/* All rows of a prepared statement's result, as rows_of_result gives them. */
static const char *rows_of_prepared(MYSQL_STMT *prepared)
{
    static char text[4096];
    static char values[8][512];
    MYSQL_BIND binds[8] = {0};
    my_bool nulls[8];
    unsigned columns = mysql_stmt_field_count(prepared);
    size_t used = 0;
    int status;
    if (columns > 8)
        fail("%u columns", columns);
    for (unsigned index = 0; index < columns; index++)
        binds[index] = (MYSQL_BIND){.buffer_type = MYSQL_TYPE_STRING, .buffer = values[index],
            .buffer_length = sizeof values[index], .is_null = &nulls[index]};
    mysql_stmt_bind_result(prepared, binds);
    text[0] = 0;
    while ((status = mysql_stmt_fetch(prepared)) == 0) {
        if (used)
            used += (size_t)snprintf(text + used, sizeof text - used, "; ");
        for (unsigned index = 0; index < columns && used < sizeof text - 1; index++)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", index ? ", " : "",
                nulls[index] ? "NULL" : values[index]);
    }
    if (status != MYSQL_NO_DATA)
        fail("fetch: %u %s", mysql_stmt_errno(prepared), mysql_stmt_error(prepared));
    mysql_stmt_free_result(prepared);
    return text;
}

/* --- checks ------------------------------------------------------------------------------------------------------- */

static void check_login(void)
{
    MYSQL *connection = open_as(user);
    equal_text(query(connection, "SELECT DATABASE()"), database, "database");
    if ((mysql_get_ssl_cipher(connection) != NULL) != (tls_ca != NULL))
        fail("TLS cipher: %s", mysql_get_ssl_cipher(connection) ? mysql_get_ssl_cipher(connection) : "none");
    mysql_close(connection);
}

static void check_first_login(void)
{
    MYSQL *connection = open_as(fresh_user);
    equal_text(query(connection, "SELECT 1"), "1", "value");
    mysql_close(connection);
}

static void check_types(void)
{
    static const char *expected[COLUMN_COUNT] = {"-128", "255", "-32768", "65535", "-8388608", "-2147483648",
        "4294967295", "-9223372036854775808", "18446744073709551615", "-12345678901234567890.0123456789", "0.1",
        "2024-02-29", "12:34:56.789012", "2024-02-29 23:59:59.123456", TEXT, (const char *)all_bytes, NULL, JSON,
        "\x02\xaa"};
    execute(session(), "DROP TABLE IF EXISTS types");
    execute(session(), "CREATE TABLE types (id INT PRIMARY KEY, i8 TINYINT, u8 TINYINT UNSIGNED, i16 SMALLINT,"
        " u16 SMALLINT UNSIGNED, i24 MEDIUMINT, i32 INT, u32 INT UNSIGNED, i64 BIGINT, u64 BIGINT UNSIGNED,"
        " de DECIMAL(30,10), db DOUBLE, da DATE, ti TIME(6), dt DATETIME(6),"
        " tx VARCHAR(100) CHARACTER SET utf8mb4, bl BLOB, nu INT, js JSON, bi BIT(10))");

    MYSQL_STMT *prepared = prepare(session(), "INSERT INTO types (id, " COLUMNS ") VALUES"
        " (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    signed char i8 = -128;
    unsigned char u8 = 255;
    short i16 = -32768;
    unsigned short u16 = 65535;
    int i24 = -8388608, i32 = -2147483647 - 1;
    unsigned u32 = 4294967295u;
    long long i64 = -9223372036854775807ll - 1, bits = 682;
    unsigned long long u64 = 18446744073709551615ull;
    double db = 0.1;
    MYSQL_TIME date = {.year = 2024, .month = 2, .day = 29, .time_type = MYSQL_TIMESTAMP_DATE};
    MYSQL_TIME time = {.hour = 12, .minute = 34, .second = 56, .second_part = 789012,
        .time_type = MYSQL_TIMESTAMP_TIME};
    MYSQL_TIME moment = {.year = 2024, .month = 2, .day = 29, .hour = 23, .minute = 59, .second = 59,
        .second_part = 123456, .time_type = MYSQL_TIMESTAMP_DATETIME};
    MYSQL_BIND parameters[COLUMN_COUNT] = {
        {.buffer_type = MYSQL_TYPE_TINY, .buffer = &i8},
        {.buffer_type = MYSQL_TYPE_TINY, .buffer = &u8, .is_unsigned = 1},
        {.buffer_type = MYSQL_TYPE_SHORT, .buffer = &i16},
        {.buffer_type = MYSQL_TYPE_SHORT, .buffer = &u16, .is_unsigned = 1},
        {.buffer_type = MYSQL_TYPE_LONG, .buffer = &i24},
        {.buffer_type = MYSQL_TYPE_LONG, .buffer = &i32},
        {.buffer_type = MYSQL_TYPE_LONG, .buffer = &u32, .is_unsigned = 1},
        {.buffer_type = MYSQL_TYPE_LONGLONG, .buffer = &i64},
        {.buffer_type = MYSQL_TYPE_LONGLONG, .buffer = &u64, .is_unsigned = 1},
        bind_text(expected[9]),
        {.buffer_type = MYSQL_TYPE_DOUBLE, .buffer = &db},
        {.buffer_type = MYSQL_TYPE_DATE, .buffer = &date},
        {.buffer_type = MYSQL_TYPE_TIME, .buffer = &time},
        {.buffer_type = MYSQL_TYPE_DATETIME, .buffer = &moment},
        bind_text(TEXT),
        {.buffer_type = MYSQL_TYPE_BLOB, .buffer = all_bytes, .buffer_length = sizeof all_bytes},
        {.buffer_type = MYSQL_TYPE_NULL},
        bind_text(JSON),
        bind_number(&bits, false),
    };
    run_prepared(prepared, parameters);
    mysql_stmt_close(prepared);

    /* By the text protocol. */
    if (mysql_query(session(), "SELECT " COLUMNS " FROM types"))
        fail("select: %s", mysql_error(session()));
    MYSQL_RES *result = mysql_use_result(session());
    MYSQL_ROW row = mysql_fetch_row(result);
    unsigned long *lengths = mysql_fetch_lengths(result);
    for (int index = 0; index < COLUMN_COUNT; index++) {
        unsigned long length = index == 15 ? sizeof all_bytes : expected[index] ? strlen(expected[index]) : 0;
        equal_number(lengths[index], length, mysql_fetch_field_direct(result, (unsigned)index)->name);
        if ((row[index] == NULL) != (expected[index] == NULL) || (length && memcmp(row[index], expected[index], length)))
            fail("text, %s: %.100s", mysql_fetch_field_direct(result, (unsigned)index)->name, row[index]);
    }
    if (mysql_fetch_row(result))
        fail("two rows");
    mysql_free_result(result);

    /* By the binary protocol; the library turns the values into text. */
    static char values[COLUMN_COUNT][512];
    unsigned long found[COLUMN_COUNT];
    my_bool nulls[COLUMN_COUNT];
    MYSQL_BIND results[COLUMN_COUNT] = {0};
    prepared = prepare(session(), "SELECT " COLUMNS " FROM types WHERE id = ?");
    long long id = 1;
    MYSQL_BIND parameter = bind_number(&id, false);
    run_prepared(prepared, &parameter);
    for (int index = 0; index < COLUMN_COUNT; index++)
        results[index] = (MYSQL_BIND){.buffer_type = MYSQL_TYPE_STRING, .buffer = values[index],
            .buffer_length = sizeof values[index], .length = &found[index], .is_null = &nulls[index]};
    mysql_stmt_bind_result(prepared, results);
    if (mysql_stmt_fetch(prepared))
        fail("fetch: %s", mysql_stmt_error(prepared));
    for (int index = 0; index < COLUMN_COUNT; index++) {
        unsigned long length = index == 15 ? sizeof all_bytes : expected[index] ? strlen(expected[index]) : 0;
        if (nulls[index] != (expected[index] == NULL))
            fail("binary, column %d is NULL", index);
        if (length && (found[index] != length || memcmp(values[index], expected[index], length)))
            fail("binary, column %d: %.*s", index, (int)found[index], values[index]);
    }
    if (mysql_stmt_fetch(prepared) != MYSQL_NO_DATA)
        fail("two rows");
    mysql_stmt_close(prepared);
    equal_text(query(session(), "SELECT tx = _utf8mb4'" TEXT "', SHA2(bl, 256), bi + 0 FROM types"),
        "1, 40aff2e9d2d8922e47afd4648e6967497158785fbd1da870e7110266bf944880, 682", "stored");
}

static void check_prepared(void)
{
    long long number = 0;
    char sum[64];
    MYSQL_BIND parameters[2] = {bind_number(&number, false), bind_text(TEXT)};
    MYSQL_STMT *prepared = prepare(session(), "SELECT ? + 1, ?");
    for (number = 0; number < 3; number++) {
        run_prepared(prepared, parameters);
        snprintf(sum, sizeof sum, "%lld, " TEXT, number + 1);
        equal_text(rows_of_prepared(prepared), sum, "row");
    }
    mysql_stmt_reset(prepared);
    mysql_stmt_close(prepared);

    /* A cursor on the server, two rows at a time: COM_STMT_FETCH. */
    prepared = prepare(session(), "SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5");
    unsigned long cursor = CURSOR_TYPE_READ_ONLY, at_a_time = 2;
    mysql_stmt_attr_set(prepared, STMT_ATTR_CURSOR_TYPE, &cursor);
    mysql_stmt_attr_set(prepared, STMT_ATTR_PREFETCH_ROWS, &at_a_time);
    run_prepared(prepared, NULL);
    equal_text(rows_of_prepared(prepared), "1; 2; 3; 4; 5", "cursor");
    mysql_stmt_close(prepared);

    /* A bulk: one COM_STMT_BULK_EXECUTE for all rows, where the server has it. */
    execute(session(), "DROP TABLE IF EXISTS prepared");
    execute(session(), "CREATE TABLE prepared (id BIGINT PRIMARY KEY)");
    if (strstr(mysql_get_server_info(session()), "MariaDB")) {
        long long numbers[1000];
        unsigned count = 1000;
        for (int index = 0; index < 1000; index++)
            numbers[index] = index;
        prepared = prepare(session(), "INSERT INTO prepared VALUES (?)");
        mysql_stmt_attr_set(prepared, STMT_ATTR_ARRAY_SIZE, &count);
        MYSQL_BIND bulk = bind_number(numbers, false);
        run_prepared(prepared, &bulk);
        mysql_stmt_close(prepared);
        equal_text(query(session(), "SELECT COUNT(*), SUM(id) FROM prepared"), "1000, 499500", "bulk");
    }

    /* Prepare, execute and the error of both in one go. */
    prepared = mysql_stmt_init(session());
    mysql_stmt_prepare(prepared, "SELEC ?", 7);
    equal_number(mysql_stmt_errno(prepared), 1064, "error");
    mysql_stmt_close(prepared);
    if (strstr(mysql_get_server_info(session()), "MariaDB")) {
        prepared = mysql_stmt_init(session());
        unsigned none = 0;
        mysql_stmt_attr_set(prepared, STMT_ATTR_PREBIND_PARAMS, &none);
        if (mariadb_stmt_execute_direct(prepared, "SELECT 8", 8))
            fail("direct: %s", mysql_stmt_error(prepared));
        equal_text(rows_of_prepared(prepared), "8", "direct");
        mysql_stmt_close(prepared);
    }
    equal_text(query(session(), "SELECT 7"), "7", "after them");
}

static void check_transactions(void)
{
    execute(session(), "DROP TABLE IF EXISTS transactions");
    execute(session(), "CREATE TABLE transactions (id INT PRIMARY KEY) ENGINE=InnoDB");
    mysql_autocommit(session(), 0);
    execute(session(), "INSERT INTO transactions VALUES (1)");
    mysql_rollback(session());
    equal_text(query(session(), "SELECT COUNT(*) FROM transactions"), "0", "after rollback");
    execute(session(), "INSERT INTO transactions VALUES (2)");
    mysql_commit(session());
    mysql_autocommit(session(), 1);
    equal_text(query(session(), "SELECT id FROM transactions"), "2", "after commit");
}

static void check_multi_results(void)
{
    equal_text(query(session(), "SELECT 1; SET @a = 1; SELECT 2, 3"), "1", "first");
    equal_number((unsigned long)mysql_next_result(session()), 0, "more");
    equal_text(rows_of_result(session()), "", "second");
    equal_number((unsigned long)mysql_next_result(session()), 0, "more");
    equal_text(rows_of_result(session()), "2, 3", "third");
    if (mysql_next_result(session()) != -1)
        fail("a fourth result");

    execute(session(), "DROP PROCEDURE IF EXISTS several");
    execute(session(), "CREATE PROCEDURE several(OUT o INT)"
        " BEGIN SELECT 1; SELECT 2 UNION ALL SELECT 3; SET o = 5; END");
    MYSQL_STMT *prepared = prepare(session(), "CALL several(?)");
    long long out = 0;
    MYSQL_BIND parameter = bind_number(&out, false);
    run_prepared(prepared, &parameter);
    equal_text(rows_of_prepared(prepared), "1", "procedure, first");
    mysql_stmt_next_result(prepared);
    equal_text(rows_of_prepared(prepared), "2; 3", "procedure, second");
    mysql_stmt_next_result(prepared);
    equal_text(rows_of_prepared(prepared), "5", "OUT parameter");
    mysql_stmt_next_result(prepared);
    mysql_stmt_close(prepared);

    /* COM_PING, COM_STATISTICS, COM_INIT_DB, COM_SET_OPTION, COM_RESET_CONNECTION, COM_CHANGE_USER. */
    if (mysql_ping(session()) || !strstr(mysql_stat(session()), "Uptime") || mysql_select_db(session(), database) ||
        mysql_set_server_option(session(), MYSQL_OPTION_MULTI_STATEMENTS_ON) || mysql_reset_connection(session()) ||
        mysql_change_user(session(), user, password, database))
        fail("commands: %s", mysql_error(session()));
    equal_text(query(session(), "SELECT @a, 4"), "NULL, 4", "after them");
}

static void check_blob(void)
{
    static unsigned char blob[BLOB_LENGTH], found[BLOB_LENGTH];
    for (size_t index = 0; index < BLOB_LENGTH; index++)
        blob[index] = (unsigned char)index;
    execute(session(), "DROP TABLE IF EXISTS blobs");
    execute(session(), "CREATE TABLE blobs (id INT PRIMARY KEY, bl LONGBLOB)");

    char *statement = malloc(2 * BLOB_LENGTH + 100);
    size_t used = (size_t)sprintf(statement, "INSERT INTO blobs VALUES (1, '");
    used += mysql_real_escape_string(session(), statement + used, (const char *)blob, BLOB_LENGTH);
    used += (size_t)sprintf(statement + used, "')");
    int status = mysql_real_query(session(), statement, used);
    free(statement);
    if (status)
        fail("insert: %s", mysql_error(session()));

    MYSQL_BIND parameter = {.buffer_type = MYSQL_TYPE_LONG_BLOB, .buffer = blob, .buffer_length = BLOB_LENGTH};
    MYSQL_STMT *prepared = prepare(session(), "INSERT INTO blobs VALUES (2, ?)");
    run_prepared(prepared, &parameter);
    mysql_stmt_close(prepared);

    /* COM_STMT_SEND_LONG_DATA, which has no answer. */
    prepared = prepare(session(), "INSERT INTO blobs VALUES (3, ?)");
    mysql_stmt_bind_param(prepared, &parameter);
    for (size_t sent = 0; sent < BLOB_LENGTH; sent += 1 << 20) {
        size_t piece = BLOB_LENGTH - sent < 1 << 20 ? BLOB_LENGTH - sent : 1 << 20;
        mysql_stmt_send_long_data(prepared, 0, (const char *)blob + sent, piece);
    }
    if (mysql_stmt_execute(prepared))
        fail("long data: %s", mysql_stmt_error(prepared));
    mysql_stmt_close(prepared);

    if (mysql_query(session(), "SELECT bl FROM blobs ORDER BY id"))
        fail("select: %s", mysql_error(session()));
    MYSQL_RES *result = mysql_use_result(session());
    for (int count = 0; count < 3; count++) {
        MYSQL_ROW row = mysql_fetch_row(result);
        if (!row || mysql_fetch_lengths(result)[0] != BLOB_LENGTH || memcmp(row[0], blob, BLOB_LENGTH))
            fail("text, row %d", count);
    }
    mysql_free_result(result);

    unsigned long length = 0;
    MYSQL_BIND bind = {.buffer_type = MYSQL_TYPE_LONG_BLOB, .buffer = found, .buffer_length = BLOB_LENGTH,
        .length = &length};
    prepared = prepare(session(), "SELECT bl FROM blobs ORDER BY id");
    run_prepared(prepared, NULL);
    mysql_stmt_bind_result(prepared, &bind);
    for (int count = 0; count < 3; count++)
        if (mysql_stmt_fetch(prepared) || length != BLOB_LENGTH || memcmp(found, blob, BLOB_LENGTH))
            fail("binary, row %d", count);
    mysql_stmt_close(prepared);
    equal_text(query(session(), "SELECT 5"), "5", "after them");
}

static void check_errors(void)
{
    execute(session(), "DROP TABLE IF EXISTS errors");
    execute(session(), "CREATE TABLE errors (id INT PRIMARY KEY)");
    execute(session(), "INSERT INTO errors VALUES (1)");
    equal_number(error_of(session(), "SELEC 1"), 1064, "syntax");
    equal_text(mysql_sqlstate(session()), "42000", "SQL state");
    equal_number(error_of(session(), "SELECT * FROM missing"), 1146, "missing table");
    equal_number(error_of(session(), "INSERT INTO errors VALUES (1)"), 1062, "duplicate");
    MYSQL *wrong = try_connect(user, "wrong", false);
    equal_number(mysql_errno(wrong), 1045, "wrong password");
    mysql_close(wrong);
    equal_text(query(session(), "SELECT id FROM errors"), "1", "after them");
}

static void check_reconnect(void)
{
    MYSQL *connection = try_connect(user, password, true);
    unsigned long number = mysql_thread_id(connection);
    char statement[64];
    snprintf(statement, sizeof statement, "KILL CONNECTION %lu", number);
    execute(session(), statement);
    /* The library connects again by itself when a command finds the connection closed. */
    bool is_new = false;
    for (int attempt = 0; attempt < 1000 && !is_new; attempt++)
        is_new = mysql_ping(connection) == 0 && mysql_thread_id(connection) != number;
    if (!is_new)
        fail("no new connection: %u %s", mysql_errno(connection), mysql_error(connection));
    equal_text(query(connection, "SELECT DATABASE()"), database, "database");
    mysql_close(connection);
}

static const char *member(const char *rows)
{
    const char *comma = strchr(rows, ',');
    return comma ? comma + 2 : rows;
}

static void check_virtual_text(void)
{
    char expected[200];
    snprintf(expected, sizeof expected, "%s, %u, PRIMARY, ONLINE", host, port);
    equal_text(member(query(session(), VIRTUAL_SELECT)), expected, "member");
    equal_text(query(session(), VIRTUAL_COUNT), "1", "information_schema");
    equal_text(query(session(), "SELECT 6"), "6", "after them");
}

static void check_virtual_prepared(void)
{
    char expected[200];
    snprintf(expected, sizeof expected, "%s, %u, PRIMARY, ONLINE", host, port);
    MYSQL_STMT *prepared = prepare(session(), VIRTUAL_SELECT " WHERE state = ?");
    MYSQL_BIND parameter = bind_text("ONLINE");
    for (int count = 0; count < 2; count++) {
        run_prepared(prepared, &parameter);
        equal_text(member(rows_of_prepared(prepared)), expected, "member");
    }
    mysql_stmt_close(prepared);
    prepared = prepare(session(), VIRTUAL_COUNT " WHERE sql_port = ?");
    long long number = port;
    parameter = bind_number(&number, false);
    run_prepared(prepared, &parameter);
    equal_text(rows_of_prepared(prepared), "1", "information_schema");
    mysql_stmt_close(prepared);
}

static void equal_refusal(unsigned number, const char *message)
{
    equal_number(number, 1290, "error");
    if (!strstr(message, refusal))
        fail("the text of %.300s, which should have %.200s", message, refusal);
}

static void check_refused_write(void)
{
    unsigned long number = mysql_thread_id(session());
    equal_refusal(error_of(session(), "INSERT INTO refused VALUES (1)"), mysql_error(session()));
    MYSQL_STMT *prepared = prepare(session(), "INSERT INTO refused VALUES (?)");
    long long value = 1;
    MYSQL_BIND parameter = bind_number(&value, false);
    if (mysql_stmt_bind_param(prepared, &parameter) || mysql_stmt_execute(prepared) == 0)
        fail("no error");
    equal_refusal(mysql_stmt_errno(prepared), mysql_stmt_error(prepared));
    mysql_stmt_close(prepared);
    /* As one of several results. */
    const char *statements = "SELECT 7; INSERT INTO refused VALUES (1)";
    equal_text(query(session(), statements), "7", "before it");
    equal_number(mysql_next_result(session()) > 0, true, "error behind a result");
    equal_refusal(mysql_errno(session()), mysql_error(session()));
    equal_text(query(session(), "SELECT COUNT(*) FROM refused"), "0", "after them");
    equal_number(mysql_thread_id(session()), number, "connection id");
}

static const char *env(const char *name)
{
    const char *value = getenv(name);
    return value ? value : "";
}

int main(void)
{
    static const struct check {
        const char *name;
        void (*function)(void);
    } all[] = {{"login", check_login}, {"first-login", check_first_login}, {"types", check_types},
        {"prepared", check_prepared}, {"transactions", check_transactions}, {"multi-results", check_multi_results},
        {"blob", check_blob}, {"errors", check_errors}, {"reconnect", check_reconnect},
        {"virtual-text", check_virtual_text}, {"virtual-prepared", check_virtual_prepared},
        {"refused-write", check_refused_write}};
    static int number, status;
    enum { last = sizeof all / sizeof all[0] - 1 };

    setvbuf(stdout, NULL, _IOLBF, 0);
    host = env("PILOTFISH_TEST_HOST");
    port = (unsigned)atoi(env("PILOTFISH_TEST_PORT"));
    user = env("PILOTFISH_TEST_USER");
    password = env("PILOTFISH_TEST_PASSWORD");
    fresh_user = env("PILOTFISH_TEST_FRESH_USER");
    database = env("PILOTFISH_TEST_DATABASE");
    tls_ca = strcmp(env("PILOTFISH_TEST_TLS"), "1") == 0 ? env("PILOTFISH_TEST_TLS_CA") : NULL;
    is_sidecar = strcmp(env("PILOTFISH_TEST_SIDECAR"), "1") == 0;
    for (int index = 0; index < 256; index++)
        all_bytes[index] = (unsigned char)index;

    /* What a read-only server's refusal of a write has to say; the only check then. */
    refusal = env("PILOTFISH_TEST_REFUSAL");
    static int count;
    count = *refusal ? 1 : last;
    for (number = 0; number < count; number++) {
        const struct check *checks = *refusal ? all + last : all;
        const char *name = checks[number].name;
        if (strncmp(name, "virtual-", 8) == 0 && !is_sidecar) {
            printf("ok %d - %s # SKIP only against the sidecar\n", number + 1, name);
        } else if (setjmp(end_of_check) == 0) {
            checks[number].function();
            printf("ok %d - %s\n", number + 1, name);
        } else {
            printf("not ok %d - %s\n# %s\n", number + 1, checks[number].name, reason);
            status = 1;
            shared_session = NULL;
        }
    }
    printf("1..%d\n", count);
    return status;
}
