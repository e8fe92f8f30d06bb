<?php
// Follows the primary by long poll, and reads from the replica that is least behind and least busy.
mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);

const READER = "SELECT sql_host, sql_port FROM cluster_schema.members
    WHERE state = 'ONLINE' AND role IN ('PRIMARY', 'REPLICA') AND IFNULL(replication_lag_ms, 0) < 1000
    ORDER BY role = 'PRIMARY', threads_running, queries_per_second LIMIT 1";

function connect(array $node): mysqli
{
    $connection = mysqli_init();
    $connection->options(MYSQLI_OPT_CONNECT_TIMEOUT, 3);
    $connection->options(MYSQLI_OPT_READ_TIMEOUT, 40);
    $connection->real_connect($node[0], getenv('PILOTFISH_USER'), getenv('PILOTFISH_PASSWORD'), null, (int) $node[1]);
    return $connection;
}

function follow(array $node): void
{
    $watcher = connect($node);
    // A prepared statement, in the binary protocol.
    $wait = $watcher->prepare('SELECT cluster_schema.wait_for_change(?, 30)');
    while (true) {
        // The version first: what changes while the tables are read ends the wait at once.
        $version = $watcher->query('SELECT topology_version FROM cluster_schema.cluster')->fetch_row()[0];
        $primary = $watcher->query('SELECT sql_host, sql_port FROM cluster_schema.primary_member')->fetch_row();
        $reader = $watcher->query(READER)->fetch_row();
        if ($primary && $reader) {
            connect($primary)->query("INSERT INTO app.note (text) VALUES ('php')");
            connect($reader)->query('SELECT COUNT(*) FROM app.note')->fetch_row();
            echo 'primary ', implode(':', $primary), ', read from ', implode(':', $reader), "\n";
        }
        $wait->bind_param('i', $version);
        $wait->execute();
        $wait->get_result()->fetch_row();
    }
}

while (true) {
    foreach (explode(',', getenv('PILOTFISH_NODES')) as $node) {
        try {
            follow(explode(':', $node));
        } catch (mysqli_sql_exception $error) {
            echo "lost $node: ", $error->getMessage(), "\n";
            usleep(200000);
        }
    }
}
