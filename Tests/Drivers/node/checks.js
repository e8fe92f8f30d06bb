// Node.js mysql: the text protocol alone; it has no prepared statements of its own.
"use strict";
const assert = require("assert");
const fs = require("fs");
const mysql = require("mysql");

const env = (name) => process.env[`PILOTFISH_TEST_${name}`];
// What a read-only server's refusal of a write has to say; the only check then.
const REFUSAL = env("REFUSAL");
const CHECKS = REFUSAL ? ["refused-write"] : ["login", "first-login", "types", "prepared", "transactions", "multi-results", "blob", "errors",
  "reconnect", "virtual-text", "virtual-prepared"];
const TYPES_TABLE = `CREATE TABLE types (id INT PRIMARY KEY, i8 TINYINT, u8 TINYINT UNSIGNED, i16 SMALLINT,
    u16 SMALLINT UNSIGNED, i24 MEDIUMINT, i32 INT, u32 INT UNSIGNED, i64 BIGINT, u64 BIGINT UNSIGNED,
    de DECIMAL(30,10), db DOUBLE, da DATE, ti TIME(6), dt DATETIME(6), tx VARCHAR(100) CHARACTER SET utf8mb4,
    bl BLOB, nu INT, js JSON, bi BIT(10))`;
const TEXT = "Grüße, 世界 🐟";
const BYTES = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
// Numbers beyond 2^53 travel as strings; JavaScript's Date has milliseconds only.
const VALUES = {
  i8: -128, u8: 255, i16: -32768, u16: 65535, i24: -8388608, i32: -2147483648, u32: 4294967295,
  i64: "-9223372036854775808", u64: "18446744073709551615", de: "-12345678901234567890.0123456789", db: 0.1,
  da: "2024-02-29", ti: "12:34:56.789012", dt: "2024-02-29 23:59:59.123456", tx: TEXT, bl: BYTES, nu: null,
  js: '{"fish": ["🐟", 1, 2.5, null]}', bi: 682,
};
const VIRTUAL_SELECT = "SELECT member_name, sql_host, sql_port, role, state FROM cluster_schema.members";
const VIRTUAL_COUNT = "SELECT COUNT(*) AS n FROM information_schema.cluster_members";

function open(options) {
  return mysql.createConnection({
    host: env("HOST"), port: Number(env("PORT")), user: env("USER"), password: env("PASSWORD"),
    database: env("DATABASE"), charset: "UTF8MB4_GENERAL_CI", multipleStatements: true, supportBigNumbers: true,
    bigNumberStrings: false, dateStrings: true,
    ssl: env("TLS") === "1" ? { ca: fs.readFileSync(env("TLS_CA")) } : undefined,
    ...options,
  });
}

const promise = (body) => new Promise((resolve, reject) => {
  body((error, result) => (error ? reject(error) : resolve(result)));
});

async function connect(options) {
  const connection = open(options);
  connection.on("error", () => {});
  await promise((done) => connection.connect(done));
  return connection;
}

const query = (connection, sql, values) => promise((done) => connection.query(sql, values, done));
const close = (connection) => promise((done) => connection.end(done));

let opened;
const session = async () => (opened ??= await connect());

async function errorNumber(body) {
  try {
    await body();
  } catch (error) {
    return error.errno;
  }
  throw new Error("no error");
}

const plain = (rows) => rows.map((row) => Object.values(row));
// Arrays of rows; OK packets are left out.
const resultSets = (results) => results.filter(Array.isArray).map(plain);

function equalMember(rows) {
  assert.deepStrictEqual(plain(rows).map((row) => row.slice(1)),
    [[env("HOST"), Number(env("PORT")), "PRIMARY", "ONLINE"]]);
}

const functions = {
  "login": async () => {
    const connection = await connect();
    assert.deepStrictEqual(plain(await query(connection, "SELECT DATABASE() AS a, 1 AS b")), [[env("DATABASE"), 1]]);
    const rows = plain(await query(connection, "SHOW SESSION STATUS LIKE 'Ssl_cipher'"));
    assert.strictEqual(rows[0][1] !== "", env("TLS") === "1", "TLS");
    await close(connection);
  },
  "first-login": async () => {
    const connection = await connect({ user: env("FRESH_USER") });
    assert.deepStrictEqual(plain(await query(connection, "SELECT 1")), [[1]]);
    await close(connection);
  },
  "types": async () => {
    const connection = await session();
    await query(connection, "DROP TABLE IF EXISTS types");
    await query(connection, TYPES_TABLE);
    await query(connection, "INSERT INTO types SET id = 0, ?", VALUES);
    const [row] = await query(connection, `SELECT ${Object.keys(VALUES)} FROM types`);
    const found = { ...row, bi: row.bi.readUInt16BE() };
    assert.deepStrictEqual(found, VALUES);
    const stored = await query(connection, "SELECT HEX(tx), HEX(bl), bi + 0 FROM types");
    assert.deepStrictEqual(plain(stored),
      [[Buffer.from(TEXT).toString("hex").toUpperCase(), BYTES.toString("hex").toUpperCase(), 682]]);
  },
  "prepared": async () => {
    const connection = await session();
    await query(connection, "PREPARE s FROM 'SELECT CAST(? AS SIGNED) + 1, ?'");
    await query(connection, "SET @a = 41, @b = ?", [TEXT]);
    assert.deepStrictEqual(plain(await query(connection, "EXECUTE s USING @a, @b")), [[42, TEXT]]);
    await query(connection, "DEALLOCATE PREPARE s");
    assert.strictEqual(await errorNumber(() => query(connection, "EXECUTE s USING @a, @b")), 1243);
  },
  "transactions": async () => {
    const connection = await session();
    await query(connection, "DROP TABLE IF EXISTS transactions");
    await query(connection, "CREATE TABLE transactions (id INT PRIMARY KEY) ENGINE=InnoDB");
    await promise((done) => connection.beginTransaction(done));
    await query(connection, "INSERT INTO transactions VALUES (1)");
    await promise((done) => connection.rollback(done));
    assert.deepStrictEqual(plain(await query(connection, "SELECT COUNT(*) FROM transactions")), [[0]]);
    await promise((done) => connection.beginTransaction(done));
    await query(connection, "INSERT INTO transactions VALUES (2)");
    await promise((done) => connection.commit(done));
    assert.deepStrictEqual(plain(await query(connection, "SELECT id FROM transactions")), [[2]]);
  },
  "multi-results": async () => {
    const connection = await session();
    const several = await query(connection, "SELECT 1; SET @a = 1; SELECT 2, 3");
    assert.deepStrictEqual(resultSets(several), [[[1]], [[2, 3]]]);
    await query(connection, "DROP PROCEDURE IF EXISTS several");
    await query(connection, "CREATE PROCEDURE several() BEGIN SELECT 1; SELECT 2 AS a UNION ALL SELECT 3; END");
    assert.deepStrictEqual(resultSets(await query(connection, "CALL several()")), [[[1]], [[2], [3]]]);
    // Queries are queued by the client, and their answers come in that order.
    const queued = await Promise.all([1, 2, 3, 4].map((number) => query(connection, `SELECT ${number} AS n`)));
    assert.deepStrictEqual(queued.map((rows) => rows[0].n), [1, 2, 3, 4]);
    // COM_CHANGE_USER, and on to the next command.
    await promise((done) => connection.changeUser({ user: env("USER"), password: env("PASSWORD") }, done));
    assert.deepStrictEqual(plain(await query(connection, "SELECT @a AS a, 4 AS b")), [[null, 4]]);
  },
  "blob": async () => {
    const connection = await session();
    const blob = Buffer.concat(Array(80000).fill(BYTES));
    await query(connection, "DROP TABLE IF EXISTS blobs");
    await query(connection, "CREATE TABLE blobs (id INT PRIMARY KEY, bl LONGBLOB)");
    await query(connection, "INSERT INTO blobs VALUES (1, ?)", [blob]);
    const [row] = await query(connection, "SELECT bl FROM blobs");
    assert.strictEqual(row.bl.length, blob.length);
    assert.ok(row.bl.equals(blob), "same bytes");
    assert.deepStrictEqual(plain(await query(connection, "SELECT 5")), [[5]]);
  },
  "errors": async () => {
    const connection = await session();
    await query(connection, "DROP TABLE IF EXISTS errors");
    await query(connection, "CREATE TABLE errors (id INT PRIMARY KEY)");
    await query(connection, "INSERT INTO errors VALUES (1)");
    for (const [sql, number] of [["SELEC 1", 1064], ["SELECT * FROM missing", 1146],
      ["INSERT INTO errors VALUES (1)", 1062]]) {
      assert.strictEqual(await errorNumber(() => query(connection, sql)), number, sql);
    }
    assert.strictEqual(await errorNumber(() => connect({ password: "wrong" })), 1045);
    assert.deepStrictEqual(plain(await query(connection, "SELECT id FROM errors")), [[1]]);
  },
  "reconnect": async () => {
    const connection = await connect();
    const { threadId } = connection;
    const ended = new Promise((resolve) => connection.on("error", resolve));
    await query(await session(), `KILL CONNECTION ${threadId}`);
    const error = await ended;
    assert.ok(error.fatal, `the client sees the end: ${error.message}`);
    const next = await connect();
    assert.notStrictEqual(next.threadId, threadId);
    assert.deepStrictEqual(plain(await query(next, "SELECT 1")), [[1]]);
    await close(next);
  },
  "virtual-text": async () => {
    const connection = await session();
    equalMember(await query(connection, `${VIRTUAL_SELECT} WHERE state = ?`, ["ONLINE"]));
    assert.deepStrictEqual(plain(await query(connection, VIRTUAL_COUNT)), [[1]]);
    assert.deepStrictEqual(plain(await query(connection, "SELECT 6")), [[6]]);
  },
  "virtual-prepared": async () => {
    const connection = await session();
    // By PREPARE there are none.
    const statement = `PREPARE v FROM '${VIRTUAL_SELECT} WHERE state = ?'`;
    assert.strictEqual(await errorNumber(() => query(connection, statement)), 1235);
  },
  "refused-write": async () => {
    const connection = await session();
    const error = await query(connection, "INSERT INTO refused VALUES (?)", [1]).catch((caught) => caught);
    assert.strictEqual(error.errno, 1290);
    assert.ok(error.message.includes(REFUSAL), error.message);
    assert.ok(!error.fatal, "the connection goes on");
    assert.deepStrictEqual(plain(await query(connection, "SELECT COUNT(*) FROM refused")), [[0]]);
  },
};

async function main() {
  let status = 0;
  for (const [index, name] of CHECKS.entries()) {
    if (name.startsWith("virtual-") && env("SIDECAR") !== "1") {
      console.log(`ok ${index + 1} - ${name} # SKIP only against the sidecar`);
      continue;
    }
    try {
      await functions[name]();
      console.log(`ok ${index + 1} - ${name}`);
    } catch (error) {
      status = 1;
      opened = undefined;
      console.log(`not ok ${index + 1} - ${name}\n# ${String(error.message).replace(/\s+/g, " ").slice(0, 500)}`);
    }
  }
  console.log(`1..${CHECKS.length}`);
  process.exit(status);
}

main();
