<?php
// Follows the primary by long poll, and reads from the replica that is least behind and least busy.
mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);

// One statement: the version is that of the topology which the two addresses come from.
const LOOK = "SELECT topology_version, (SELECT CONCAT(sql_host, ':', sql_port) FROM cluster_schema.primary_member),
    (SELECT CONCAT(sql_host, ':', sql_port) FROM cluster_schema.members
     WHERE state = 'ONLINE' AND role IN ('PRIMARY', 'REPLICA') AND IFNULL(replication_lag_ms, 0) < 1000
     ORDER BY role = 'PRIMARY', threads_running, queries_per_second LIMIT 1) FROM cluster_schema.cluster";

function connect(string $node): mysqli
{
    $connection = mysqli_init();
    $connection->options(MYSQLI_OPT_CONNECT_TIMEOUT, 3);
    $connection->options(MYSQLI_OPT_READ_TIMEOUT, 40);
    [$host, $port] = explode(':', $node);
    $connection->real_connect($host, getenv('PILOTFISH_USER'), getenv('PILOTFISH_PASSWORD'), null, (int) $port);
    return $connection;
}

while (true) {
    foreach (explode(',', getenv('PILOTFISH_NODES')) as $node) {
        try {
            for ($watcher = connect($node);;) {
                [$version, $primary, $reader] = $watcher->query(LOOK)->fetch_row();
                if ($primary && $reader) {
                    connect($primary)->query("INSERT INTO app.note (text) VALUES ('php')");
                    connect($reader)->query('SELECT COUNT(*) FROM app.note')->fetch_row();
                    echo "primary $primary, read from $reader\n";
                }
                // A prepared statement, in the binary protocol.
                $watcher->execute_query('SELECT cluster_schema.wait_for_change(?, 30)', [$version])->fetch_row();
            }
        } catch (mysqli_sql_exception $error) {
            echo "lost $node: ", $error->getMessage(), "\n";
            usleep(200000);
        }
    }
}
