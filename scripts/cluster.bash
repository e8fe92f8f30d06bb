# shellcheck shell=bash
# Real MariaDB servers with a sidecar each on this machine, for scripts/demo and Benchmarks. To be sourced.
#
# After `prepare`: start_servers, start_replication, start_sidecars, wait_until_whole 1. When the script ends, however it
# ends, everything that was started here is ended and removed.

readonly nodes=(1 2 3)
PATH="$PATH:/usr/sbin:/usr/local/sbin"
# The executable of the sidecar.
pilotfish=""

# --- what was started, and its end -----------------------------------------------------------------------------------

root=""
sidecars=()
servers=()
builder=""

is_running() {
    kill -0 "$1" 2>/dev/null
}

# Ends processes in order, and those that do not end within five seconds by force.
end_processes() {
    local pid deadline=$((SECONDS + 5))
    for pid in "$@"; do kill -TERM "$pid" 2>/dev/null || true; done
    for pid in "$@"; do
        while is_running "$pid"; do
            if ((SECONDS >= deadline)); then kill -KILL "$pid" 2>/dev/null || true; fi
            sleep 0.05
        done
    done
}

clean_up() {
    trap '' INT TERM HUP
    if [[ -n "$builder" ]]; then end_processes "$builder"; fi
    if [[ -n "$root" ]]; then
        end_processes "${sidecars[@]}"
        end_processes "${servers[@]}"
        rm -rf "$root"
        echo "stopped and removed everything that was started" >&2
    fi
}
trap clean_up EXIT
trap 'echo; exit 130' INT
trap 'exit 143' TERM HUP

fail() {
    printf '\n%s\n' "$1" >&2
    if [[ -n "${2:-}" && -f "$2" ]]; then tail -n 20 "$2" | sed 's/^/    /' >&2; fi
    exit 1
}

microseconds() {
    local now=${EPOCHREALTIME/[.,]/}
    echo "$now"
}

# Waits until a command succeeds: wait_until SECONDS "what is waited for" LOG command …
wait_until() {
    local deadline=$(($(microseconds) + $1 * 1000000)) what=$2 log=$3
    shift 3
    until "$@" >/dev/null 2>&1; do
        if (($(microseconds) > deadline)); then fail "gave up waiting: $what" "$log"; fi
        sleep 0.05
    done
}

# --- the parts -------------------------------------------------------------------------------------------------------

# A free TCP port below those from which the kernel takes the ports of outgoing connections.
next_port=$((20000 + RANDOM % 9000))
free_port() {
    while (exec 3<>"/dev/tcp/127.0.0.1/$next_port") 2>/dev/null; do next_port=$((next_port + 1)); done
    port=$next_port
    next_port=$((next_port + 1))
}

random_password() {
    head -c 15 /dev/urandom | base64 | tr '+/' 'xy'
}

# A command that the kernel ends with this script, however the script ends.
bound() {
    exec setpriv --pdeathsig TERM -- "$@"
}

# SQL as root on a server, past the sidecars: sql NODE STATEMENTS
sql() {
    mariadb --no-defaults --socket="$root/db$1/sock" --user=root --batch --skip-column-names --execute="$2"
}

# SQL as the application, through a node's sidecar: ask NODE STATEMENTS [client option …]
ask() {
    local node=$1 statements=$2
    shift 2
    MYSQL_PWD=$app_password mariadb --no-defaults "${client_tls[@]}" --host=127.0.0.1 --port="${sql_port[$node]}" \
        --user=app --connect-timeout=5 "$@" --execute="$statements"
}

start_servers() {
    local node as_root=()
    if [[ $(id -u) -eq 0 ]]; then as_root=(--user=root); fi
    mariadb-install-db --no-defaults --datadir="$root/template" --auth-root-authentication-method=normal \
        --skip-test-db --innodb-log-file-size=4M --innodb-buffer-pool-size=16M "${as_root[@]}" \
        >"$root/install.log" 2>&1 || fail "mariadb-install-db failed" "$root/install.log"
    for node in "${nodes[@]}"; do
        mkdir "$root/db$node"
        cp -a --sparse=always "$root/template" "$root/db$node/data"
        free_port
        server_port[node]=$port
        bound mariadbd --no-defaults "${as_root[@]}" --datadir="$root/db$node/data" --socket="$root/db$node/sock" \
            --port="$port" --bind-address=127.0.0.1 --pid-file="$root/db$node/pid" --server-id="$node" \
            --log-bin=binlog --relay-log=relay --binlog-format=ROW --log-slave-updates=1 --gtid-strict-mode=1 \
            --innodb-buffer-pool-size=32M --innodb-log-file-size=4M --performance-schema=0 --key-buffer-size=1M \
            --aria-pagecache-buffer-size=8M >"$root/db$node/mariadbd.log" 2>&1 </dev/null &
        servers+=($!)
        # So that bash does not tell the terminal of one that somebody kills.
        disown "$!"
    done
    for node in "${nodes[@]}"; do
        wait_until 30 "mariadbd of db$node answers" "$root/db$node/mariadbd.log" sql "$node" "SELECT 1"
    done
}

# follow NODE SOURCE: by GTID, from what the node has.
follow() {
    sql "$1" "STOP SLAVE;
        CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = ${server_port[$2]}, MASTER_USER = 'repl',
            MASTER_PASSWORD = '$repl_password', MASTER_USE_GTID = slave_pos, MASTER_CONNECT_RETRY = 1;
        START SLAVE"
}

start_replication() {
    sed "s/change-me/$probe_password/" sql/setup/mariadb.sql >"$root/accounts.sql"
    sql 1 "source $root/accounts.sql;
        CREATE USER 'repl'@'%' IDENTIFIED BY '$repl_password';
        GRANT REPLICATION SLAVE ON *.* TO 'repl'@'%';
        CREATE USER 'app'@'%' IDENTIFIED BY '$app_password';
        CREATE DATABASE app;
        GRANT ALL ON app.* TO 'app'@'%';
        CREATE TABLE app.note (id INT AUTO_INCREMENT PRIMARY KEY, text VARCHAR(100));
        INSERT INTO app.note (text) VALUES ('written on db1')"
    local node position
    position=$(sql 1 "SELECT @@global.gtid_binlog_pos")
    for node in 2 3; do
        follow "$node" 1
        sql "$node" "SET GLOBAL read_only = 1"
    done
    for node in 2 3; do
        [[ $(sql "$node" "SELECT MASTER_GTID_WAIT('$position', 20)") == 0 ]] ||
            fail "db$node does not replicate" "$root/db$node/mariadbd.log"
    done
}

# start_sidecar NODE
start_sidecar() {
    bound "$pilotfish" serve --config "$root/db$1/pilotfish.yaml" >>"$root/db$1/pilotfish.log" 2>&1 </dev/null &
    sidecars[$1 - 1]=$!
    disown "$!"
}

start_sidecars() {
    local node other seeds
    (umask 077 && printf '%s\n' "$probe_password" >"$root/probe.password")
    for node in "${nodes[@]}"; do
        free_port
        sql_port[node]=$port
        free_port
        gossip_port[node]=$port
    done
    for node in "${nodes[@]}"; do
        seeds=""
        for other in "${nodes[@]}"; do
            if [[ $other != "$node" ]]; then seeds+="${seeds:+, }127.0.0.1:${gossip_port[$other]}"; fi
        done
        # May come to hold hashes of passwords.
        (umask 077 && cat >"$root/db$node/pilotfish.yaml") <<YAML
cluster: demo
node:
  name: db$node
sql:
  listen: 127.0.0.1:${sql_port[$node]}
  advertise: 127.0.0.1:${sql_port[$node]}
mysqld:
  address: unix:$root/db$node/sock
  user: pilotfish
  password_file: $root/probe.password
gossip:
  listen: 127.0.0.1:${gossip_port[$node]}
  seeds: [$seeds]
YAML
        start_sidecar "$node"
    done
}

# The sidecars are started anew with a section election: start_quorum PRIMARY
start_quorum() {
    local node
    sql "$1" "source sql/setup/mariadb-election.sql"
    for node in "${nodes[@]}"; do
        mkdir "$root/db$node/quorum"
        cat >>"$root/db$node/pilotfish.yaml" <<YAML
election:
  voters: ${#nodes[@]}
  data_dir: $root/db$node/quorum
YAML
    done
    end_processes "${sidecars[@]}"
    for node in "${nodes[@]}"; do start_sidecar "$node"; done
    for node in "${nodes[@]}"; do
        wait_until 20 "db$node sees db$1 in office" "$root/db$node/pilotfish.log" shows_office "$node" "$1"
    done
}

# shows_office NODE PRIMARY: the node's table has this primary, and it leads the quorum.
shows_office() {
    local seen
    seen=$(ask "$1" "SELECT c.LEADER, p.MEMBER_NAME FROM cluster_schema.cluster c, cluster_schema.primary_member p" \
        --batch --skip-column-names) && [[ "$seen" == "db$2"$'\t'"db$2" ]]
}

# shows_whole NODE PRIMARY: the node's table has all members online, and this primary.
shows_whole() {
    local seen
    seen=$(ask "$1" "SELECT COUNT(*) FROM cluster_schema.members WHERE STATE = 'ONLINE';
        SELECT MEMBER_NAME FROM cluster_schema.primary_member" --batch --skip-column-names) || return 1
    [[ "$seen" == "${#nodes[@]}"$'\n'"db$2" ]]
}

shows_primary() {
    [[ $(ask "$1" "SELECT MEMBER_NAME FROM cluster_schema.primary_member" --batch --skip-column-names) == "db$2" ]]
}

# Also succeeds when the sidecar has ended, since there is nothing to wait for then.
shows_whole_or_ended() {
    shows_whole "$1" "$2" || ! is_running "${sidecars[$1 - 1]}"
}

wait_until_whole() {
    local node log
    for node in "${nodes[@]}"; do
        log=$root/db$node/pilotfish.log
        wait_until 20 "db$node sees the whole cluster" "$log" shows_whole_or_ended "$node" "$1"
        is_running "${sidecars[node - 1]}" || fail "the sidecar of db$node ended" "$log"
    done
}

# --- the folder and the secrets ---------------------------------------------------------------------------------------

prepare() {
    # What a killed run left behind: its processes ended with it.
    for leftover in "${TMPDIR:-/tmp}"/pilotfish-demo.*; do
        if [[ -O "$leftover/pid" ]] && ! is_running "$(<"$leftover/pid")"; then rm -rf "$leftover"; fi
    done
    root=$(mktemp -d "${TMPDIR:-/tmp}/pilotfish-demo.XXXXXX")
    echo $$ >"$root/pid"
    server_port=() sql_port=() gossip_port=()
    app_password=$(random_password) repl_password=$(random_password) probe_password=$(random_password)
    client_tls=()
    # Newer clients insist on TLS unless told otherwise; everything here is on the loopback address.
    client_version=$(mariadb --version | sed -n 's/.* \([0-9][0-9.]*\)-MariaDB.*/\1/p')
    if [[ "$(printf '%s\n' 11.4 "$client_version" | sort -V | head -n 1)" == 11.4 ]]; then client_tls=(--skip-ssl); fi
}
