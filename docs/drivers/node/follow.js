// Follows the primary by long poll, and reads from the replica that is least behind and least busy.
"use strict";
const { promisify } = require("util");
const mysql = require("mysql");

// One statement: the version is that of the topology which the two addresses come from.
const LOOK = `SELECT topology_version AS version,
    (SELECT CONCAT(sql_host, ':', sql_port) FROM cluster_schema.primary_member) AS writer,
    (SELECT CONCAT(sql_host, ':', sql_port) FROM cluster_schema.members
     WHERE state = 'ONLINE' AND role IN ('PRIMARY', 'REPLICA') AND IFNULL(replication_lag_ms, 0) < 1000
     ORDER BY role = 'PRIMARY', threads_running, queries_per_second LIMIT 1) AS reader FROM cluster_schema.cluster`;

// Gives a connection to work, and closes it behind it.
async function using(node, work) {
  const [host, port] = node.split(":");
  const connection = mysql.createConnection({ host, port: Number(port), connectTimeout: 3000,
    user: process.env.PILOTFISH_USER, password: process.env.PILOTFISH_PASSWORD });
  connection.on("error", () => {}); // Lost while nothing is asked: the next question says so.
  const query = promisify(connection.query.bind(connection));
  try {
    return await work((sql, values) => query({ sql, values, timeout: 40000 }));
  } finally {
    connection.destroy();
  }
}

async function follow(ask) {
  for (;;) {
    const [{ version, writer, reader }] = await ask(LOOK);
    if (writer && reader) {
      await using(writer, (ask) => ask("INSERT INTO app.note (text) VALUES (?)", ["node"]));
      await using(reader, (ask) => ask("SELECT COUNT(*) FROM app.note"));
      console.log(`primary ${writer}, read from ${reader}`);
    }
    await ask("SELECT cluster_schema.wait_for_change(?, 30)", [version]);
  }
}

(async () => {
  for (;;) {
    for (const node of process.env.PILOTFISH_NODES.split(",")) {
      await using(node, follow).catch((error) => console.log(`lost ${node}: ${error.message}`));
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
})();
