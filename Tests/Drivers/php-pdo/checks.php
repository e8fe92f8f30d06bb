<?php
require __DIR__ . '/../shared/tap.php';

function connect(string $user = USER, string $password = PASSWORD): PDO
{
    $options = [
        PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION,
        PDO::ATTR_DEFAULT_FETCH_MODE => PDO::FETCH_NUM,
        PDO::ATTR_EMULATE_PREPARES => true,
    ];
    if (TLS_CA) {
        $options[PDO::MYSQL_ATTR_SSL_CA] = TLS_CA;
    }
    $source = 'mysql:host=' . HOST . ';port=' . PORT . ';dbname=' . DATABASE . ';charset=utf8mb4';
    return new PDO($source, $user, $password, $options);
}

function session(): PDO
{
    // The checks share it; after a failure the next one gets another.
    return $GLOBALS['session'] ??= connect();
}

function rows(PDO $connection, string $statement): array
{
    $result = $connection->query($statement);
    return $result->columnCount() ? $result->fetchAll() : [];
}

/** With parameters: $emulated puts them into the text, otherwise they go by the binary protocol. */
function execute(PDO $connection, string $statement, array $parameters, bool $emulated = false): array
{
    $connection->setAttribute(PDO::ATTR_EMULATE_PREPARES, $emulated);
    try {
        $prepared = $connection->prepare($statement);
        foreach ($parameters as $index => $value) {
            $type = is_int($value) ? PDO::PARAM_INT : ($value === null ? PDO::PARAM_NULL : PDO::PARAM_STR);
            $prepared->bindValue($index + 1, $value, $type);
        }
        $prepared->execute();
        $rows = $prepared->columnCount() ? $prepared->fetchAll() : [];
        $prepared->closeCursor();
        return $rows;
    } finally {
        $connection->setAttribute(PDO::ATTR_EMULATE_PREPARES, true);
    }
}

function result_sets(PDO $connection, string $statements): array
{
    $result = $connection->query($statements);
    $results = [];
    do {
        if ($result->columnCount()) {
            $results[] = $result->fetchAll();
        }
    } while ($result->nextRowset());
    return $results;
}

function error_number(callable $function): int
{
    try {
        $function();
    } catch (PDOException $error) {
        return (int) ($error->errorInfo[1] ?? $error->getCode());
    }
    throw new Exception('no error');
}

run([
    'login' => function () {
        $connection = connect();
        equal(rows($connection, 'SELECT DATABASE(), 1'), [[DATABASE, 1]]);
        equal(rows($connection, "SHOW SESSION STATUS LIKE 'Ssl_cipher'")[0][1] !== '', TLS_CA !== null, 'TLS');
    },
    'first-login' => fn () => equal(rows(connect(FRESH_USER), 'SELECT 1'), [[1]]),
    'types' => function () {
        rows(session(), 'DROP TABLE IF EXISTS types');
        rows(session(), TYPES_TABLE);
        $marks = str_repeat(', ?', count(values()));
        foreach ([true, false] as $id => $emulated) {
            $statement = 'INSERT INTO types (id, ' . COLUMNS . ") VALUES ($id$marks)";
            execute(session(), $statement, values(), $emulated);
        }
        foreach ([0, 1] as $id) {
            foreach ([true, false] as $emulated) {
                $row = execute(session(), 'SELECT ' . COLUMNS . ' FROM types WHERE id = ?', [$id], $emulated)[0];
                $row[18] = is_numeric($row[18]) ? $row[18] : hexdec(bin2hex($row[18]));
                equal($row, values(), $emulated ? 'text' : 'binary');
            }
        }
        $stored = [strtoupper(bin2hex(TEXT)), strtoupper(bin2hex(all_bytes())), 682];
        equal(rows(session(), 'SELECT HEX(tx), HEX(bl), bi + 0 FROM types'), [$stored, $stored], 'stored');
    },
    'prepared' => function () {
        session()->setAttribute(PDO::ATTR_EMULATE_PREPARES, false);
        $prepared = session()->prepare('SELECT ? + 1, ?');
        for ($number = 0; $number < 3; $number++) {
            $prepared->bindValue(1, $number, PDO::PARAM_INT);
            $prepared->bindValue(2, TEXT);
            $prepared->execute();
            equal($prepared->fetchAll(), [[$number + 1, TEXT]]);
        }
        equal(error_number(fn () => session()->prepare('SELEC ?')), 1064, 'error');
        session()->setAttribute(PDO::ATTR_EMULATE_PREPARES, true);
        equal(rows(session(), 'SELECT 7'), [[7]], 'after them');
    },
    'transactions' => function () {
        rows(session(), 'DROP TABLE IF EXISTS transactions');
        rows(session(), 'CREATE TABLE transactions (id INT PRIMARY KEY) ENGINE=InnoDB');
        session()->beginTransaction();
        rows(session(), 'INSERT INTO transactions VALUES (1)');
        // mysqlnd knows this from the status flags of the last answer.
        equal(session()->inTransaction(), true, 'in a transaction');
        session()->rollBack();
        equal(rows(session(), 'SELECT COUNT(*) FROM transactions'), [[0]], 'after rollback');
        session()->beginTransaction();
        rows(session(), 'INSERT INTO transactions VALUES (2)');
        session()->commit();
        equal(session()->inTransaction(), false, 'in a transaction');
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
        execute(session(), 'INSERT INTO blobs VALUES (1, ?)', [$blob], true);
        execute(session(), 'INSERT INTO blobs VALUES (2, ?)', [$blob]);
        foreach ([1, 2] as $id) {
            foreach ([true, false] as $emulated) {
                $found = execute(session(), 'SELECT bl FROM blobs WHERE id = ?', [$id], $emulated)[0][0];
                equal($found === $blob, true, $emulated ? "text $id" : "binary $id");
            }
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
        $number = rows($connection, 'SELECT CONNECTION_ID()')[0][0];
        rows(connect(), "KILL CONNECTION $number");
        equal(in_array(@error_number(fn () => rows($connection, 'SELECT 1')), [2006, 2013, 1927, 1317]), true, 'killed');
        equal(rows(connect(), 'SELECT CONNECTION_ID()')[0][0] === $number, false, 'same connection id');
    },
    'virtual-text' => function () {
        $rows = rows(session(), VIRTUAL_SELECT);
        equal(count($rows), 1, 'members');
        equal_member($rows[0]);
        $rows = execute(session(), VIRTUAL_COUNT . ' WHERE state = ?', ['ONLINE'], true);
        equal($rows, [[1]], 'information_schema');
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
