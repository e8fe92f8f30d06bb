<?php
require __DIR__ . '/../shared/tap.php';

mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);

function connect(string $user = USER, string $password = PASSWORD): mysqli
{
    $connection = mysqli_init();
    $flags = 0;
    if (TLS_CA) {
        $connection->ssl_set(null, null, TLS_CA, null, null);
        $flags = MYSQLI_CLIENT_SSL;
    }
    $connection->real_connect(HOST, $user, $password, DATABASE, PORT, null, $flags);
    $connection->set_charset('utf8mb4');
    return $connection;
}

function session(): mysqli
{
    // The checks share it; after a failure the next one gets another.
    return $GLOBALS['session'] ??= connect();
}

function rows(mysqli $connection, string $statement): array
{
    $result = $connection->query($statement);
    return $result instanceof mysqli_result ? $result->fetch_all() : [];
}

/** Binary protocol; parameters are sent as strings, or as long data if $long. */
function execute(mysqli $connection, string $statement, array $parameters, bool $long = false): array
{
    $prepared = $connection->prepare($statement);
    if ($parameters) {
        $types = '';
        foreach ($parameters as $value) {
            $types .= $long && is_string($value) ? 'b' : (is_int($value) ? 'i' : (is_float($value) ? 'd' : 's'));
        }
        $prepared->bind_param($types, ...$parameters);
        foreach ($parameters as $index => $value) {
            if ($types[$index] === 'b') {
                foreach (str_split($value, 1 << 20) as $piece) {
                    $prepared->send_long_data($index, $piece);
                }
            }
        }
    }
    $prepared->execute();
    $result = $prepared->get_result();
    $rows = $result ? $result->fetch_all() : [];
    $prepared->close();
    return $rows;
}

function result_sets(mysqli $connection, string $statements): array
{
    $connection->multi_query($statements);
    $results = [];
    do {
        if ($result = $connection->store_result()) {
            $results[] = $result->fetch_all();
        }
    } while ($connection->more_results() && $connection->next_result());
    return $results;
}

function error_number(callable $function): int
{
    try {
        $function();
    } catch (mysqli_sql_exception $error) {
        return $error->getCode();
    }
    throw new Exception('no error');
}

run([
    'login' => function () {
        $connection = connect();
        equal(rows($connection, 'SELECT DATABASE(), 1'), [[DATABASE, 1]]);
        equal(rows($connection, "SHOW SESSION STATUS LIKE 'Ssl_cipher'")[0][1] !== '', TLS_CA !== null, 'TLS');
        $connection->close();
    },
    'first-login' => fn () => equal(rows(connect(FRESH_USER), 'SELECT 1'), [[1]]),
    'types' => function () {
        rows(session(), 'DROP TABLE IF EXISTS types');
        rows(session(), TYPES_TABLE);
        $quoted = array_map(
            fn ($value) => $value === null ? 'NULL'
                : (is_string($value) ? "'" . session()->real_escape_string($value) . "'" : $value),
            values()
        );
        rows(session(), 'INSERT INTO types (id, ' . COLUMNS . ') VALUES (0, ' . implode(', ', $quoted) . ')');
        $marks = str_repeat(', ?', count(values()));
        execute(session(), 'INSERT INTO types (id, ' . COLUMNS . ") VALUES (1$marks)", values());
        $bits = fn (array $row) => array_replace($row, [18 => is_string($row[18]) && !is_numeric($row[18])
            ? hexdec(bin2hex($row[18])) : $row[18]]);
        foreach ([0, 1] as $id) {
            equal($bits(rows(session(), 'SELECT ' . COLUMNS . " FROM types WHERE id = $id")[0]), values(), 'text');
            $row = execute(session(), 'SELECT ' . COLUMNS . ' FROM types WHERE id = ?', [$id])[0];
            equal($bits($row), values(), 'binary');
        }
        $stored = [strtoupper(bin2hex(TEXT)), strtoupper(bin2hex(all_bytes())), 682];
        equal(rows(session(), 'SELECT HEX(tx), HEX(bl), bi + 0 FROM types'), [$stored, $stored], 'stored');
    },
    'prepared' => function () {
        $prepared = session()->prepare('SELECT ? + 1, ?');
        $number = 0;
        $text = TEXT;
        $prepared->bind_param('is', $number, $text);
        for ($number = 0; $number < 3; $number++) {
            $prepared->execute();
            equal($prepared->get_result()->fetch_all(), [[$number + 1, TEXT]]);
        }
        $prepared->reset();
        $prepared->close();
        // A cursor on the server: the rows come by COM_STMT_FETCH.
        $prepared = session()->prepare('SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3');
        $prepared->attr_set(MYSQLI_STMT_ATTR_CURSOR_TYPE, MYSQLI_CURSOR_TYPE_READ_ONLY);
        $prepared->execute();
        $prepared->bind_result($value);
        $found = [];
        while ($prepared->fetch()) {
            $found[] = $value;
        }
        equal($found, [1, 2, 3], 'cursor');
        $prepared->close();
        equal(error_number(fn () => session()->prepare('SELEC ?')), 1064, 'error');
        equal(rows(session(), 'SELECT 7'), [[7]], 'after them');
    },
    'transactions' => function () {
        rows(session(), 'DROP TABLE IF EXISTS transactions');
        rows(session(), 'CREATE TABLE transactions (id INT PRIMARY KEY) ENGINE=InnoDB');
        session()->begin_transaction();
        rows(session(), 'INSERT INTO transactions VALUES (1)');
        session()->rollback();
        equal(rows(session(), 'SELECT COUNT(*) FROM transactions'), [[0]], 'after rollback');
        session()->autocommit(false);
        rows(session(), 'INSERT INTO transactions VALUES (2)');
        session()->commit();
        session()->autocommit(true);
        equal(rows(session(), 'SELECT id FROM transactions'), [[2]], 'after commit');
    },
    'multi-results' => function () {
        equal(result_sets(session(), 'SELECT 1; SET @a = 1; SELECT 2, 3'), [[[1]], [[2, 3]]], 'statements');
        rows(session(), 'DROP PROCEDURE IF EXISTS several');
        rows(session(), 'CREATE PROCEDURE several() BEGIN SELECT 1; SELECT 2 UNION ALL SELECT 3; END');
        equal(result_sets(session(), 'CALL several()'), [[[1]], [[2], [3]]], 'procedure');
        equal(rows(session(), 'SELECT 4'), [[4]], 'after them');
    },
    'blob' => function () {
        $blob = str_repeat(all_bytes(), 80000);
        rows(session(), 'DROP TABLE IF EXISTS blobs');
        rows(session(), 'CREATE TABLE blobs (id INT PRIMARY KEY, bl LONGBLOB)');
        rows(session(), "INSERT INTO blobs VALUES (1, '" . session()->real_escape_string($blob) . "')");
        execute(session(), 'INSERT INTO blobs VALUES (2, ?)', [$blob]);
        execute(session(), 'INSERT INTO blobs VALUES (3, ?)', [$blob], true);
        foreach ([1, 2, 3] as $id) {
            equal(rows(session(), "SELECT bl FROM blobs WHERE id = $id")[0][0] === $blob, true, "text $id");
            $found = execute(session(), 'SELECT bl FROM blobs WHERE id = ?', [$id])[0][0];
            equal($found === $blob, true, "binary $id");
        }
        equal(rows(session(), 'SELECT 5'), [[5]], 'after them');
    },
    'errors' => function () {
        rows(session(), 'DROP TABLE IF EXISTS errors');
        rows(session(), 'CREATE TABLE errors (id INT PRIMARY KEY)');
        rows(session(), 'INSERT INTO errors VALUES (1)');
        equal(error_number(fn () => rows(session(), 'SELEC 1')), 1064, 'syntax');
        equal(error_number(fn () => rows(session(), 'SELECT * FROM missing')), 1146, 'missing table');
        equal(error_number(fn () => rows(session(), 'INSERT INTO errors VALUES (1)')), 1062, 'duplicate');
        equal(error_number(fn () => connect(USER, 'wrong')), 1045, 'wrong password');
        equal(rows(session(), 'SELECT id FROM errors'), [[1]], 'after them');
    },
    'reconnect' => function () {
        $connection = connect();
        $number = $connection->thread_id;
        rows(connect(), "KILL CONNECTION $number");
        equal(in_array(@error_number(fn () => rows($connection, 'SELECT 1')), [2006, 2013, 1927, 1317]), true, 'killed');
        $connection = connect();
        equal($connection->thread_id === $number, false, 'same connection id');
        equal(rows($connection, 'SELECT 1'), [[1]], 'the new one');
    },
    'virtual-text' => function () {
        $rows = rows(session(), VIRTUAL_SELECT);
        equal(count($rows), 1, 'members');
        equal_member($rows[0]);
        equal(rows(session(), VIRTUAL_COUNT), [[1]], 'information_schema');
        equal(rows(session(), 'SELECT 6'), [[6]], 'after them');
    },
    'virtual-prepared' => function () {
        $rows = execute(session(), VIRTUAL_SELECT . ' WHERE state = ?', ['ONLINE']);
        equal(count($rows), 1, 'members');
        equal_member($rows[0]);
        equal(execute(session(), VIRTUAL_COUNT . ' WHERE sql_port = ?', [PORT]), [[1]], 'information_schema');
    },
    'refused-write' => function () {
        $number = rows(session(), 'SELECT CONNECTION_ID()');
        equal_refusal(fn () => rows(session(), 'INSERT INTO refused VALUES (1)'));
        equal_refusal(fn () => execute(session(), 'INSERT INTO refused VALUES (?)', [1]));
        equal(rows(session(), 'SELECT COUNT(*) FROM refused'), [[0]], 'after them');
        equal(rows(session(), 'SELECT CONNECTION_ID()'), $number, 'connection id');
    },
]);
