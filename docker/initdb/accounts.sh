# shellcheck shell=bash
# The mariadb image's entrypoint reads this file when a server starts for the first time (and so has no `exit` in it).
#
# Every server gets the same accounts by itself, outside the binary log: so the replicas begin with the primary's first
# transaction and nothing is there twice.

secrets=/run/secrets

docker_process_sql <<SQL
SET SESSION sql_log_bin = 0;
$(sed "s/change-me/$(<"$secrets/probe.password")/" /setup/mariadb.sql)
CREATE USER 'repl'@'%' IDENTIFIED BY '$(<"$secrets/replication.password")';
GRANT REPLICATION SLAVE ON *.* TO 'repl'@'%';
CREATE USER 'app'@'%' IDENTIFIED BY '$(<"$secrets/app.password")';
CREATE DATABASE app;
GRANT ALL ON app.* TO 'app'@'%';
SQL

# A replica's settings stay in its data directory; replication starts with the server.
if [[ -n "${SOURCE_HOST:-}" ]]; then
    docker_process_sql <<SQL
CHANGE MASTER TO MASTER_HOST = '$SOURCE_HOST', MASTER_PORT = 3306, MASTER_USER = 'repl',
    MASTER_PASSWORD = '$(<"$secrets/replication.password")', MASTER_USE_GTID = slave_pos, MASTER_CONNECT_RETRY = 2;
SQL
fi
