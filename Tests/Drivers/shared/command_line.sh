# shellcheck shell=bash
# The checks for the command-line clients. What sources this defines `client`, which runs the client with further
# arguments and has it read statements from standard input.

set -u
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
text='Grüße, 世界 🐟'
all_bytes_hex=$(printf '%02X' {0..255})
columns='i8, u8, i16, u16, i24, i32, u32, i64, u64, de, db, da, ti, dt, tx, HEX(bl), nu, js, bi + 0'
virtual_select='SELECT member_name, sql_host, sql_port, role, state FROM cluster_schema.members'
virtual_count='SELECT COUNT(*) FROM information_schema.cluster_members'
export MYSQL_PWD=$PILOTFISH_TEST_PASSWORD

fail() {
    printf '%s\n' "$*" >"$temporary/reason"
    exit 1
}

equal() {
    if [[ "$1" != "$2" ]]; then fail "${3:-value}: ${1:0:200}, expected ${2:0:200}"; fi
}

# query STATEMENTS [option …]: the rows, columns between tabs; fails if the client does.
query() {
    local statements=$1
    shift
    client --user="$PILOTFISH_TEST_USER" "$@" <<<"$statements" 2>"$temporary/error" || {
        fail "$(tail -n 1 "$temporary/error")"
    }
}

# error_number STATEMENTS [option …]
error_number() {
    local statements=$1
    shift
    client --user="$PILOTFISH_TEST_USER" "$@" <<<"$statements" 2>&1 >/dev/null | sed -n 's/^ERROR \([0-9]*\).*/\1/p' |
        head -n 1
}

check_login() {
    local found
    found=$(query "SELECT DATABASE(), 1; USE $PILOTFISH_TEST_DATABASE; SELECT 2") || exit
    equal "$found" "$PILOTFISH_TEST_DATABASE"$'\t'$'1\n2'
    found=$(query "SHOW SESSION STATUS LIKE 'Ssl_cipher'") || exit
    found=${found#*$'\t'}
    equal "$([[ -n "$found" ]] && echo 1 || echo 0)" "$PILOTFISH_TEST_TLS" TLS
}

check_first_login() {
    local found
    found=$(query "SELECT 1" --user="$PILOTFISH_TEST_FRESH_USER") || exit
    equal "$found" 1
}

check_types() {
    local found
    query "DROP TABLE IF EXISTS types;
        CREATE TABLE types (id INT PRIMARY KEY, i8 TINYINT, u8 TINYINT UNSIGNED, i16 SMALLINT,
            u16 SMALLINT UNSIGNED, i24 MEDIUMINT, i32 INT, u32 INT UNSIGNED, i64 BIGINT, u64 BIGINT UNSIGNED,
            de DECIMAL(30,10), db DOUBLE, da DATE, ti TIME(6), dt DATETIME(6),
            tx VARCHAR(100) CHARACTER SET utf8mb4, bl BLOB, nu INT, js JSON, bi BIT(10));
        INSERT INTO types VALUES (0, -128, 255, -32768, 65535, -8388608, -2147483648, 4294967295,
            -9223372036854775808, 18446744073709551615, -12345678901234567890.0123456789, 0.1, '2024-02-29',
            '12:34:56.789012', '2024-02-29 23:59:59.123456', '$text', X'$all_bytes_hex', NULL,
            '{\"fish\": [\"🐟\", 1, 2.5, null]}', 682)"
    found=$(query "SELECT $columns FROM types" --raw) || exit
    local expected=(-128 255 -32768 65535 -8388608 -2147483648 4294967295 -9223372036854775808 18446744073709551615
        -12345678901234567890.0123456789 0.1 2024-02-29 12:34:56.789012 '2024-02-29 23:59:59.123456' "$text"
        "$all_bytes_hex" NULL '{"fish": ["🐟", 1, 2.5, null]}' 682)
    equal "$found" "$(IFS=$'\t' && echo "${expected[*]}")"
}

check_prepared() {
    local found
    found=$(query "PREPARE s FROM 'SELECT CAST(? AS SIGNED) + 1, ?'; SET @a = 41, @b = '$text'; EXECUTE s USING @a, @b;
        SET @a = 42; EXECUTE s USING @a, @b; DEALLOCATE PREPARE s") || exit
    equal "$found" $'42\t'"$text"$'\n43\t'"$text"
    equal "$(error_number "EXECUTE s")" 1243 error
}

check_transactions() {
    local found
    found=$(query "DROP TABLE IF EXISTS transactions; CREATE TABLE transactions (id INT PRIMARY KEY) ENGINE=InnoDB;
        BEGIN; INSERT INTO transactions VALUES (1); ROLLBACK; SELECT COUNT(*) FROM transactions;
        BEGIN; INSERT INTO transactions VALUES (2); COMMIT; ROLLBACK; SELECT id FROM transactions") || exit
    equal "$found" $'0\n2'
}

check_multi_results() {
    local found
    # With another delimiter the client sends all of it as one command.
    found=$(query "SELECT 1; SET @a = 1; SELECT 2, 3//" --delimiter=//) || exit
    equal "$found" $'1\n2\t3' statements
    query "DROP PROCEDURE IF EXISTS several//
        CREATE PROCEDURE several() BEGIN SELECT 1; SELECT 2 UNION ALL SELECT 3; END//" --delimiter=//
    found=$(query "CALL several(); SELECT 4") || exit
    equal "$found" $'1\n2\n3\n4' procedure
}

check_blob() {
    # 256 bytes, 80,000 times.
    head -c $((80000 * 512)) < <(yes "$all_bytes_hex" | tr -d '\n') >"$temporary/hex"
    { printf 'DROP TABLE IF EXISTS blobs; CREATE TABLE blobs (bl LONGBLOB); INSERT INTO blobs VALUES (X'"'"
        cat "$temporary/hex"
        printf "')"
    } >"$temporary/insert"
    client --user="$PILOTFISH_TEST_USER" <"$temporary/insert" 2>"$temporary/error" ||
        fail "$(tail -n 1 "$temporary/error")"
    query "SELECT bl FROM blobs" --raw >"$temporary/found"
    # One line end after the row.
    equal "$(wc -c <"$temporary/found")" $((256 * 80000 + 1)) length
    query "SELECT HEX(bl) FROM blobs" --raw | tr -d '\n' | cmp - "$temporary/hex" || fail "not the same bytes"
    query "SELECT SHA2(bl, 256) FROM blobs" >"$temporary/digest"
    equal "$(head -c -1 "$temporary/found" | sha256sum | cut -d ' ' -f 1)" "$(<"$temporary/digest")" digest
}

check_errors() {
    query "DROP TABLE IF EXISTS errors; CREATE TABLE errors (id INT PRIMARY KEY); INSERT INTO errors VALUES (1)"
    equal "$(error_number "SELEC 1")" 1064 syntax
    equal "$(error_number "SELECT * FROM missing")" 1146 "missing table"
    equal "$(error_number "INSERT INTO errors VALUES (1)")" 1062 duplicate
    equal "$(MYSQL_PWD=wrong error_number "SELECT 1")" 1045 "wrong password"
    # --force: the session goes on after an error.
    equal "$(client --user="$PILOTFISH_TEST_USER" --force <<<"SELEC 1; SELECT 5" 2>/dev/null)" 5 "after an error"
}

check_reconnect() {
    local found
    # \r makes the client connect again; it does not do so by itself when it reads from a file.
    found=$(client --user="$PILOTFISH_TEST_USER" --force 2>/dev/null <<'SQL'
SELECT CONNECTION_ID();
KILL CONNECTION CONNECTION_ID();
DO 1;
\r
SELECT CONNECTION_ID(), DATABASE();
SQL
    )
    local first=${found%%$'\n'*} last=${found##*$'\n'}
    equal "${last#*$'\t'}" "$PILOTFISH_TEST_DATABASE" "after KILL"
    if [[ "$first" == "${last%%$'\t'*}" ]]; then fail "the same connection id: $found"; fi
}

equal_member() {
    equal "${1#*$'\t'}" "$PILOTFISH_TEST_HOST"$'\t'"$PILOTFISH_TEST_PORT"$'\tPRIMARY\tONLINE' member
}

check_virtual_text() {
    local found
    found=$(query "$virtual_select") || exit
    equal_member "$found"
    found=$(query "$virtual_count; USE cluster_schema; SELECT state FROM members; SELECT DATABASE();
        USE $PILOTFISH_TEST_DATABASE; SELECT DATABASE()") || exit
    equal "$found" $'1\nONLINE\ncluster_schema\n'"$PILOTFISH_TEST_DATABASE" "information_schema and USE"
}

# By PREPARE there are none; the binary protocol is not the shells' to speak.
check_virtual_prepared() {
    client --user="$PILOTFISH_TEST_USER" >/dev/null 2>"$temporary/error" <<SQL
PREPARE v FROM '$virtual_select WHERE state = ?';
SQL
    equal "$(sed -n 's/^ERROR \([0-9]*\).*/\1/p' "$temporary/error")" 1235 error
}

# With --force the session goes on; what it says of the error goes to the standard error.
check_refused_write() {
    local found
    found=$(client --user="$PILOTFISH_TEST_USER" --force 2>"$temporary/error" <<'SQL'
SELECT CONNECTION_ID();
INSERT INTO refused VALUES (1);
SELECT COUNT(*), CONNECTION_ID() FROM refused;
SQL
    )
    equal "$(sed -n 's/^ERROR \([0-9]*\).*/\1/p' "$temporary/error")" 1290 error
    grep -q -F -e "$PILOTFISH_TEST_REFUSAL" "$temporary/error" || fail "the text: $(tail -n 1 "$temporary/error")"
    equal "${found#*$'\n'}" 0$'\t'"${found%%$'\n'*}" "after it"
}

# Accounts of further authentication methods, as METHOD:USER.
check_methods() {
    local method found
    for method in $PILOTFISH_TEST_METHODS; do
        found=$(query "SELECT SUBSTRING_INDEX(CURRENT_USER(), '@', 1)" --user="${method#*:}") || exit
        equal "$found" "${method#*:}" "${method%%:*}"
        equal "$(MYSQL_PWD=wrong error_number "SELECT 1" --user="${method#*:}")" 1045 "${method%%:*}, wrong password"
    done
}

run_checks() {
    local name number=0 status=0
    local names=(login first-login types prepared transactions multi-results blob errors reconnect virtual-text
        virtual-prepared methods)
    # What a read-only server's refusal of a write has to say; the only check then.
    if [[ -n "$PILOTFISH_TEST_REFUSAL" ]]; then names=(refused-write); fi
    for name in "${names[@]}"; do
        number=$((number + 1))
        if [[ $name == methods && -z "$PILOTFISH_TEST_METHODS" ]]; then
            echo "ok $number - $name # SKIP the server has none"
            continue
        fi
        if [[ $name == virtual-* && $PILOTFISH_TEST_SIDECAR != 1 ]]; then
            echo "ok $number - $name # SKIP only against the sidecar"
            continue
        fi
        : >"$temporary/reason"
        if ("check_${name//-/_}"); then
            echo "ok $number - $name"
        else
            echo "not ok $number - $name"
            echo "# $(head -c 500 "$temporary/reason")"
            status=1
        fi
    done
    echo "1..$number"
    return $status
}
