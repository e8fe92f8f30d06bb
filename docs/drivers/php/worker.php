<?php
// A worker that runs once in the cluster: of all that are started one leads, and that one alone works.
mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);

const TTL = 6; // Seconds. Whoever leads asks again far within a third of it.
const PRIMARY = "SELECT CONCAT(sql_host, ':', sql_port) FROM cluster_schema.primary_member";
define('SERVICE', $argv[1]);
define('ME', $argv[2]);
$stopping = false;
pcntl_async_signals(true);

function connect(string $node): mysqli
{
    $connection = mysqli_init();
    $connection->options(MYSQLI_OPT_CONNECT_TIMEOUT, 3);
    $connection->options(MYSQLI_OPT_READ_TIMEOUT, 40);
    [$host, $port] = explode(':', $node);
    $connection->real_connect($host, getenv('PILOTFISH_USER'), getenv('PILOTFISH_PASSWORD'), null, (int) $port);
    return $connection;
}

function ask(mysqli $connection, string $statement, mixed ...$parameters): mixed
{
    $result = $connection->execute_query($statement, $parameters);
    return $result instanceof mysqli_result ? $result->fetch_column() : null;
}

// The term, 0 if another leads, and until when it lasts: counted from before the question.
function elect(mysqli $watcher): array
{
    $until = hrtime(true) + TTL * 1e9;
    return [ask($watcher, 'SELECT cluster_schema.elect(?, ?, ?)', SERVICE, ME, TTL), $until];
}

function lead(mysqli $watcher, int $term, float $until): void
{
    global $stopping;
    $writer = connect(ask($watcher, PRIMARY) ?: throw new mysqli_sql_exception('there is no primary'));
    // From now on this session's statements reach the server only while the term lasts.
    ask($writer, 'SELECT cluster_schema.fence_by(?, ?)', SERVICE, $term);
    pcntl_signal(SIGTERM, function () use (&$stopping) { $stopping = true; });
    echo "leads, term $term\n";
    try {
        for ($now = $term; $now === $term && hrtime(true) < $until && !$stopping; [$now, $until] = elect($watcher)) {
            ask($writer, 'INSERT INTO app.work (term, id) VALUES (?, ?)', $term, ME);
            sleep(1); // A signal ends it.
        }
    } finally {
        echo "leads no more, term $term\n";
        pcntl_signal(SIGTERM, SIG_DFL);
    }
    if ($stopping) {
        ask($watcher, 'SELECT cluster_schema.resign(?, ?)', SERVICE, ME);
        exit;
    }
}

while (true) {
    foreach (explode(',', getenv('PILOTFISH_NODES')) as $node) {
        try {
            for ($watcher = connect($node), $known = 0;;) {
                [$term, $until] = elect($watcher);
                if ($term) {
                    lead($watcher, $term, $until);
                } else {
                    $known = ask($watcher, 'SELECT cluster_schema.wait_for_leader(?, ?, 30)', SERVICE, $known);
                }
            }
        } catch (mysqli_sql_exception $error) {
            echo "lost $node: ", $error->getMessage(), "\n";
            sleep(1);
        }
    }
}
