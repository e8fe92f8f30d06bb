// Follows the primary by long poll, and reads from the replica that is least behind and least busy.
"use strict";
const mysql = require("mysql");

const READER = `SELECT sql_host AS host, sql_port AS port FROM cluster_schema.members
    WHERE state = 'ONLINE' AND role IN ('PRIMARY', 'REPLICA') AND IFNULL(replication_lag_ms, 0) < 1000
    ORDER BY role = 'PRIMARY', threads_running, queries_per_second LIMIT 1`;

const connect = ({ host, port }) => mysql.createConnection({ host, port: Number(port), connectTimeout: 3000,
  user: process.env.PILOTFISH_USER, password: process.env.PILOTFISH_PASSWORD });

const ask = (connection, statement, parameters = []) => new Promise((resolve, reject) => {
  connection.query({ sql: statement, timeout: 40000 }, parameters,
    (error, rows) => (error ? reject(error) : resolve(rows[0])));
});

// Runs a statement on a node in a connection of its own.
async function use(node, statement, parameters) {
  const connection = connect(node);
  try {
    return await ask(connection, statement, parameters);
  } finally {
    connection.destroy();
  }
}

async function follow(node) {
  const watcher = connect(node);
  try {
    for (;;) {
      // The version first: what changes while the tables are read ends the wait at once.
      const { version } = await ask(watcher, "SELECT topology_version AS version FROM cluster_schema.cluster");
      const primary = await ask(watcher,
        "SELECT sql_host AS host, sql_port AS port FROM cluster_schema.primary_member");
      const reader = await ask(watcher, READER);
      if (primary && reader) {
        await use(primary, "INSERT INTO app.note (text) VALUES (?)", ["node"]);
        await use(reader, "SELECT COUNT(*) FROM app.note");
        console.log(`primary ${primary.host}:${primary.port}, read from ${reader.host}:${reader.port}`);
      }
      await ask(watcher, "SELECT cluster_schema.wait_for_change(?, 30)", [version]);
    }
  } finally {
    watcher.destroy();
  }
}

(async () => {
  for (;;) {
    for (const node of process.env.PILOTFISH_NODES.split(",")) {
      const [host, port] = node.split(":");
      await follow({ host, port }).catch((error) => console.log(`lost ${node}: ${error.message}`));
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
})();
