# shellcheck shell=bash disable=SC2034,SC2154
# The server and the sidecar beside it: data, accounts, certificates, configuration, start. Read by scripts/drivers.

probe_password=$(random_password)
app_password=$(random_password)

make_certificates() {
    local folder=$root/tls
    mkdir "$folder"
    {
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=Drivers test CA" \
            -addext "keyUsage=critical,keyCertSign" -keyout "$folder/ca-key.pem" -out "$folder/ca.pem"
        openssl req -newkey rsa:2048 -nodes -subj "/CN=127.0.0.1" -keyout "$folder/server-key.pem" \
            -out "$folder/request.pem"
        openssl x509 -req -in "$folder/request.pem" -CA "$folder/ca.pem" -CAkey "$folder/ca-key.pem" -CAcreateserial \
            -days 2 -extfile <(echo "subjectAltName=IP:127.0.0.1,DNS:localhost") -out "$folder/server-cert.pem"
    } >"$root/openssl.log" 2>&1 || fail "openssl could not make certificates" "$root/openssl.log"
}

# SQL as root, past the sidecar: sql STATEMENTS [SOCKET]
sql() {
    mariadb --no-defaults --socket="${2:-$socket}" --user=root --batch --skip-column-names --execute="$1"
}

# Accounts of further authentication methods, as METHOD:USER.
methods=()

# PAM asks /etc/pam.d what to do: mariadbd gets one of its own, in a mount namespace, where that can be made.
# Without TLS PAM's question goes to the client (method dialog), with TLS the client says the password in clear.
prepare_pam() {
    local plugins
    plugins=$(mariadbd --no-defaults --verbose --help 2>/dev/null | sed -n 's/^plugin-dir *//p')
    mkdir "$root/pam.d"
    if [[ ! -f "${plugins%/}/auth_pam.so" ]] ||
        ! unshare --mount mount --bind "$root/pam.d" /etc/pam.d 2>/dev/null; then return; fi
    printf '%s\n' "auth required pam_exec.so quiet expose_authtok $root/pam-check" \
        "account required pam_permit.so" >"$root/pam.d/pilotfish-drivers"
    (umask 077 && printf '%s' "$app_password" >"$root/app.password")
    # shellcheck disable=SC2016 # expanded by that script
    printf '#!/bin/sh\n[ "$(tr -d "\\000")" = "$(cat %s)" ]\n' "$root/app.password" >"$root/pam-check"
    chmod 700 "$root/pam-check"
    # shellcheck disable=SC2016 # expanded by that shell
    launcher=(unshare --mount sh -c 'mount --bind "$0" /etc/pam.d && exec "$@"' "$root/pam.d")
    options+=(--plugin-load-add=auth_pam)
    if [[ $tls == 1 ]]; then options+=(--pam-use-cleartext-plugin); fi
    methods=("$([[ $tls == 1 ]] && echo clear-password || echo dialog):pam")
}

start_mariadb() {
    local as_root=() options=() launcher=()
    if [[ $(id -u) -eq 0 ]]; then as_root=(--user=root); fi
    if [[ $tls == 1 ]]; then
        options=(--ssl-ca="$root/tls/ca.pem" --ssl-cert="$root/tls/server-cert.pem" --ssl-key="$root/tls/server-key.pem")
    fi
    mariadb-install-db --no-defaults --datadir="$root/data" --auth-root-authentication-method=normal --skip-test-db \
        --innodb-log-file-size=64M --innodb-buffer-pool-size=64M "${as_root[@]}" >"$root/install.log" 2>&1 ||
        fail "mariadb-install-db failed" "$root/install.log"
    cp -a --sparse=always "$root/data" "$root/read-only-data"
    free_port
    server_port=$port
    socket=$root/sock
    server_log=$root/mariadbd.log
    prepare_pam
    bound "${launcher[@]}" mariadbd --no-defaults "${as_root[@]}" --datadir="$root/data" --socket="$socket" --port="$server_port" \
        --bind-address=127.0.0.1 --skip-name-resolve --pid-file="$root/mariadbd.pid" --innodb-log-file-size=64M \
        --innodb-buffer-pool-size=64M --innodb-flush-log-at-trx-commit=0 --max-allowed-packet=64M \
        --performance-schema=0 "${options[@]}" >"$server_log" 2>&1 </dev/null &
    mariadbd=$!
    wait_until 30 "mariadbd answers" "$server_log" sql "SELECT 1"
}

# A second server, which takes no writes: the first is its cluster's primary.
start_read_only_mariadb() {
    local as_root=() options=()
    if [[ $(id -u) -eq 0 ]]; then as_root=(--user=root); fi
    if [[ $tls == 1 ]]; then
        options=(--ssl-ca="$root/tls/ca.pem" --ssl-cert="$root/tls/server-cert.pem" --ssl-key="$root/tls/server-key.pem")
    fi
    free_port
    read_only_port=$port
    read_only_socket=$root/read-only.sock
    bound mariadbd --no-defaults "${as_root[@]}" --datadir="$root/read-only-data" --socket="$read_only_socket" \
        --port="$read_only_port" --bind-address=127.0.0.1 --skip-name-resolve --pid-file="$root/read-only.pid" \
        --server-id=2 --innodb-log-file-size=64M --innodb-buffer-pool-size=16M --performance-schema=0 \
        --key-buffer-size=1M --aria-pagecache-buffer-size=8M "${options[@]}" \
        >"$root/read-only-mariadbd.log" 2>&1 </dev/null &
    read_only_mariadbd=$!
    wait_until 30 "the read-only mariadbd answers" "$root/read-only-mariadbd.log" sql "SELECT 1" "$read_only_socket"
}

start_read_only_mysql9() {
    local options=() mysql9_folder mysql9_socket mysql9_port mysql9_log assignments
    if [[ $tls == 1 ]]; then options=(--tls "$root/tls"); fi
    assignments=$(scripts/mysql9 start "${options[@]}" --server-id=2) || fail "a second MySQL 9 cannot be had here"
    eval "$assignments"
    read_only_folder=$mysql9_folder
    read_only_socket=$mysql9_socket
    read_only_port=$mysql9_port
}

start_mysql9() {
    local options=() mysql9_socket mysql9_port mysql9_log assignments
    if [[ $tls == 1 ]]; then options=(--tls "$root/tls"); fi
    assignments=$(scripts/mysql9 start "${options[@]}") || fail "MySQL 9 cannot be had here (see above)"
    eval "$assignments"
    socket=$mysql9_socket
    server_port=$mysql9_port
    server_log=$mysql9_log
}

make_accounts() {
    local setup=sql/setup/mariadb.sql
    if [[ $server == mysql9 ]]; then setup=sql/setup/mysql.sql; fi
    # The servers run with skip_name_resolve, so that TCP from this machine is not localhost to them.
    local host=localhost
    if [[ $backend == tcp ]]; then host=127.0.0.1; fi
    sed "s/change-me/$probe_password/; /^--/!s/'localhost'/'$host'/" "$setup" >"$root/accounts.sql"
    sql "source $root/accounts.sql;
        CREATE USER 'app'@'%' IDENTIFIED BY '$app_password';
        GRANT ALL ON \`drivers\\_%\`.* TO 'app'@'%'"
    case "${methods[*]}" in
    *:pam) sql "CREATE USER 'pam'@'%' IDENTIFIED VIA pam USING 'pilotfish-drivers';
            GRANT ALL ON \`drivers\\_%\`.* TO 'pam'@'%'" ;;
    esac
    # The second factor is the operating system account behind the unix socket: the sidecar's.
    if [[ $server/$backend == mysql9/unix ]]; then
        methods=(factors:factors sha256:sha256)
        sql "INSTALL PLUGIN auth_socket SONAME 'auth_socket.so';
            CREATE USER 'factors'@'localhost' IDENTIFIED WITH caching_sha2_password BY '$app_password'
                AND IDENTIFIED WITH auth_socket AS '$(id -un)';
            CREATE USER 'sha256'@'localhost' IDENTIFIED WITH sha256_password BY '$app_password';
            GRANT ALL ON \`drivers\\_%\`.* TO 'factors'@'localhost', 'sha256'@'localhost'"
    fi
    know_app "$socket"
}

# So that a server's cache of caching_sha2_password knows app; first-login is for accounts that it does not know.
know_app() {
    MYSQL_PWD=$app_password mariadb --no-defaults --socket="$1" --user=app --execute="SELECT 1" >/dev/null
}

# The server takes no writes from here on.
make_read_only() {
    local variable=read_only
    if [[ $server == mysql9 ]]; then variable=super_read_only; fi
    sql "source $root/accounts.sql;
        CREATE USER 'app'@'%' IDENTIFIED BY '$app_password';
        CREATE DATABASE drivers_refusals CHARACTER SET utf8mb4;
        CREATE TABLE drivers_refusals.refused (id INT);
        GRANT ALL ON drivers_refusals.* TO 'app'@'%';
        SET GLOBAL $variable = 1" "$read_only_socket"
    know_app "$read_only_socket"
}

# write_configuration CLUSTER NODE ADDRESS SQL_PORT GOSSIP_PORT [SEED]
write_configuration() {
    cat <<YAML
cluster: $1
node:
  name: $2
sql:
  listen: 127.0.0.1:$4
  advertise: 127.0.0.1:$4
YAML
    if [[ $tls == 1 ]]; then
        printf '  tls:\n    certificate: %s\n    key: %s\n' "$root/tls/server-cert.pem" "$root/tls/server-key.pem"
    fi
    cat <<YAML
mysqld:
  address: $3
  user: pilotfish
  password_file: $root/probe.password
YAML
    if [[ $tls == 1 && $backend == tcp ]]; then printf '  tls: { ca: %s, verify: full }\n' "$root/tls/ca.pem"; fi
    cat <<YAML
gossip:
  listen: 127.0.0.1:$5
  seeds: [${6:-}]
YAML
}

# The sidecar knows all its variables: what is meant for the clients must not reach it.
pilotfish() { env -i PATH="$PATH" HOME="$root" "$binary" "$@"; }

configure_sidecar() {
    address=unix:$socket
    if [[ $backend == tcp ]]; then address=127.0.0.1:$server_port; fi
    (umask 077 && printf '%s\n' "$probe_password" >"$root/probe.password")
    free_port
    sidecar_port=$port
    free_port
    gossip_port=$port
    write_configuration drivers db1 "$address" "$sidecar_port" "$gossip_port" >"$root/pilotfish.yaml"
    local refusal
    refusal=$(pilotfish check-config --config "$root/pilotfish.yaml" 2>&1) ||
        fail "the sidecar refuses its configuration: $refusal"
}

ask_sidecar() {
    MYSQL_PWD=$app_password mariadb --no-defaults --host=127.0.0.1 --port="$sidecar_port" --user=app --batch \
        --skip-column-names --connect-timeout=5 "${ask_options[@]}" --execute="$1"
}

is_online() { [[ $(ask_sidecar "SELECT state FROM cluster_schema.members") == ONLINE ]]; }

start_sidecar() {
    bound env -i PATH="$PATH" HOME="$root" "$binary" serve --config "$root/pilotfish.yaml" >>"$root/pilotfish.log" 2>&1 \
        </dev/null &
    sidecar=$!
    ask_options=()
    if [[ $tls == 1 ]]; then
        ask_options=(--ssl-ca="$root/tls/ca.pem" --ssl-verify-server-cert)
    fi
    wait_until 20 "the sidecar shows its member online" "$root/pilotfish.log" is_online
}

# One sidecar more at the first server, and one at that which is read-only: a cluster of their own.
start_refusals() {
    local read_only_address=unix:$read_only_socket primary_gossip
    if [[ $backend == tcp ]]; then read_only_address=127.0.0.1:$read_only_port; fi
    free_port
    primary_port=$port
    free_port
    primary_gossip=$port
    free_port
    refusing_port=$port
    free_port
    write_configuration refusals db1 "$address" "$primary_port" "$primary_gossip" >"$root/refusals1.yaml"
    write_configuration refusals db2 "$read_only_address" "$refusing_port" "$port" "127.0.0.1:$primary_gossip" \
        >"$root/refusals2.yaml"
    local number
    for number in 1 2; do
        bound env -i PATH="$PATH" HOME="$root" "$binary" serve --config "$root/refusals$number.yaml" \
            >>"$root/refusals$number.log" 2>&1 </dev/null &
        refusing_sidecars+=($!)
        disown "$!"
    done
    wait_until 20 "the read-only node's table names the primary" "$root/refusals2.log" knows_primary
}

knows_primary() {
    [[ $(sidecar_port=$refusing_port ask_sidecar "SELECT sql_port FROM cluster_schema.primary_member") == "$primary_port" ]]
}

# A second member without a server, which comes and goes: each time the topology changes for the first.
configure_disturber() {
    free_port
    local second_sql=$port
    free_port
    cat >"$root/disturber.yaml" <<YAML
cluster: drivers
node:
  name: db2
sql:
  listen: 127.0.0.1:$second_sql
mysqld:
  address: unix:$root/nosuch.sock
gossip:
  listen: 127.0.0.1:$port
  seeds: [127.0.0.1:$gossip_port]
YAML
}

disturb() {
    local second
    while true; do
        env -i PATH="$PATH" HOME="$root" setpriv --pdeathsig KILL -- "$binary" serve --config "$root/disturber.yaml" &
        second=$!
        sleep 0.4
        kill -TERM "$second" 2>/dev/null || true
        wait "$second" || true
    done
}

find_binary() {
    binary=${PILOTFISH_BINARY:-}
    if [[ -z "$binary" ]]; then
        swift build -c release --product pilotfish >"$root/build.log" 2>&1 </dev/null ||
            fail "pilotfish does not build" "$root/build.log"
        binary=$(swift build -c release --product pilotfish --show-bin-path)/pilotfish
    fi
    # A copy: a build that runs beside may replace the file.
    cp "$binary" "$root/pilotfish" || fail "no executable $binary"
    binary=$root/pilotfish
}
