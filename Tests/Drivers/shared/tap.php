<?php
// What the PHP clients have in common: settings, values, and the output.

// What a read-only server's refusal of a write has to say; the only check then.
define('REFUSAL', (string) getenv('PILOTFISH_TEST_REFUSAL'));
define('CHECKS', REFUSAL !== '' ? ['refused-write'] : [
    'login', 'first-login', 'types', 'prepared', 'transactions', 'multi-results', 'blob', 'errors', 'reconnect',
    'virtual-text', 'virtual-prepared',
]);
define('HOST', getenv('PILOTFISH_TEST_HOST'));
define('PORT', (int) getenv('PILOTFISH_TEST_PORT'));
define('USER', getenv('PILOTFISH_TEST_USER'));
define('PASSWORD', getenv('PILOTFISH_TEST_PASSWORD'));
define('FRESH_USER', getenv('PILOTFISH_TEST_FRESH_USER'));
define('DATABASE', getenv('PILOTFISH_TEST_DATABASE'));
define('TLS_CA', getenv('PILOTFISH_TEST_TLS') === '1' ? getenv('PILOTFISH_TEST_TLS_CA') : null);
define('SIDECAR', getenv('PILOTFISH_TEST_SIDECAR') === '1');

const TYPES_TABLE = 'CREATE TABLE types (id INT PRIMARY KEY, i8 TINYINT, u8 TINYINT UNSIGNED, i16 SMALLINT,
    u16 SMALLINT UNSIGNED, i24 MEDIUMINT, i32 INT, u32 INT UNSIGNED, i64 BIGINT, u64 BIGINT UNSIGNED,
    de DECIMAL(30,10), db DOUBLE, da DATE, ti TIME(6), dt DATETIME(6), tx VARCHAR(100) CHARACTER SET utf8mb4,
    bl BLOB, nu INT, js JSON, bi BIT(10))';
const COLUMNS = 'i8, u8, i16, u16, i24, i32, u32, i64, u64, de, db, da, ti, dt, tx, bl, nu, js, bi';
const TEXT = 'Grüße, 世界 🐟';
const VIRTUAL_SELECT = 'SELECT member_name, sql_host, sql_port, role, state FROM cluster_schema.members';
const VIRTUAL_COUNT = 'SELECT COUNT(*) FROM information_schema.cluster_members';

function all_bytes(): string
{
    return implode('', array_map('chr', range(0, 255)));
}

function values(): array
{
    return [
        -128, 255, -32768, 65535, -8388608, -2147483648, 4294967295, PHP_INT_MIN, '18446744073709551615',
        '-12345678901234567890.0123456789', 0.1, '2024-02-29', '12:34:56.789012', '2024-02-29 23:59:59.123456', TEXT,
        all_bytes(), null, '{"fish": ["🐟", 1, 2.5, null]}', 682,
    ];
}

/** Compares as text, since text and binary protocol give different PHP types. */
function equal($found, $expected, string $what = 'value'): void
{
    if (is_array($expected)) {
        equal(count((array) $found), count($expected), "$what: elements");
        foreach (array_values($expected) as $index => $value) {
            equal(array_values($found)[$index], $value, "$what $index");
        }
    } elseif (($found === null) !== ($expected === null) || (string) $found !== (string) $expected) {
        $text = fn ($value) => substr(var_export($value, true), 0, 200);
        throw new Exception("$what: {$text($found)}, expected {$text($expected)}");
    }
}

function equal_refusal(callable $write): void
{
    try {
        $write();
    } catch (Exception $error) {
        equal((int) ($error->errorInfo[1] ?? $error->getCode()), 1290, 'error');
        equal(str_contains($error->getMessage(), REFUSAL), true, 'text of ' . $error->getMessage());
        return;
    }
    throw new Exception('no error');
}

function equal_member(array $row): void
{
    equal(array_slice(array_values($row), 1), [HOST, PORT, 'PRIMARY', 'ONLINE'], 'member');
}

/** Carries out functions by the names of CHECKS. */
function run(array $checks): void
{
    foreach (CHECKS as $index => $name) {
        $number = $index + 1;
        if (str_starts_with($name, 'virtual-') && !SIDECAR) {
            echo "ok $number - $name # SKIP only against the sidecar\n";
            continue;
        }
        try {
            $checks[$name]();
            echo "ok $number - $name\n";
        } catch (Throwable $error) {
            unset($GLOBALS['session']);
            $text = substr(preg_replace('/\s+/', ' ', $error->getMessage()), 0, 500);
            $place = basename($error->getFile()) . ':' . $error->getLine();
            echo "not ok $number - $name\n# " . get_class($error) . " {$error->getCode()}: $text ($place)\n";
        }
    }
    echo '1..' . count(CHECKS) . "\n";
}
