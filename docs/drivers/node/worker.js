// A worker that runs once in the cluster: of all that are started one leads, and that one alone works.
"use strict";
const { promisify } = require("util");
const mysql = require("mysql");

const TTL = 6; // Seconds. Whoever leads asks again far within a third of it.
const PRIMARY = "SELECT CONCAT(sql_host, ':', sql_port) FROM cluster_schema.primary_member";
const [service, me] = process.argv.slice(2);
const sleep = promisify(setTimeout);

let leading = false, stopping = false;
process.on("SIGTERM", () => {
  stopping = true; // Whoever leads comes to the end of what it does and resigns; others just end.
  if (!leading) process.exit();
});

// Gives a connection to work, and closes it behind it.
async function using(node, work) {
  const [host, port] = node.split(":");
  const connection = mysql.createConnection({ host, port: Number(port), connectTimeout: 3000,
    user: process.env.PILOTFISH_USER, password: process.env.PILOTFISH_PASSWORD });
  connection.on("error", () => {}); // Lost while nothing is asked: the next question says so.
  const query = promisify(connection.query.bind(connection));
  try {
    return await work(async (sql, ...values) => {
      const rows = await query({ sql, values, timeout: 40000 });
      return rows.length ? Object.values(rows[0])[0] : null;
    });
  } finally {
    connection.destroy();
  }
}

// The term, 0 if another leads, and until when it lasts: counted from before the question.
async function elect(ask) {
  const until = performance.now() + TTL * 1000;
  return [await ask("SELECT cluster_schema.elect(?, ?, ?)", service, me, TTL), until];
}

async function lead(ask, write, term, until) {
  // From now on this session's statements reach the server only while the term lasts.
  await write("SELECT cluster_schema.fence_by(?, ?)", service, term);
  leading = true;
  console.log(`leads, term ${term}`);
  try {
    for (let now = term; now === term && performance.now() < until && !stopping;) {
      await write("INSERT INTO app.work (term, id) VALUES (?, ?)", term, me);
      await sleep(1000);
      [now, until] = await elect(ask);
    }
    if (stopping) await ask("SELECT cluster_schema.resign(?, ?)", service, me);
  } finally {
    leading = false;
    console.log(`leads no more, term ${term}`);
  }
}

async function serve(ask) {
  for (let known = 0; !stopping;) {
    const [term, until] = await elect(ask);
    if (term) {
      const primary = await ask(PRIMARY);
      if (!primary) throw new Error("there is no primary");
      await using(primary, (write) => lead(ask, write, term, until));
    } else {
      known = await ask("SELECT cluster_schema.wait_for_leader(?, ?, 30)", service, known);
    }
  }
}

(async () => {
  while (!stopping) {
    for (const node of process.env.PILOTFISH_NODES.split(",")) {
      await using(node, serve).catch((error) => console.log(`lost ${node}: ${error.message}`));
      if (stopping) return;
      await sleep(1000);
    }
  }
})();
