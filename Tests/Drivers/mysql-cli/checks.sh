#!/usr/bin/env bash
# The command-line client of MySQL 9, run out of its folder with the libraries there; no chroot is needed for that.
tls=(--ssl-mode=DISABLED --get-server-public-key)
if [[ $PILOTFISH_TEST_TLS == 1 ]]; then tls=(--ssl-mode=VERIFY_IDENTITY --ssl-ca="$PILOTFISH_TEST_TLS_CA"); fi

root=$PILOTFISH_TEST_MYSQL9
loader=("$root"/lib64/ld-linux-*.so.*)

# --commands: this client does not know commands of its own (\r) without it.
client() {
    "${loader[0]}" --library-path "$root/usr/lib/$(uname -m)-linux-gnu" "$root/usr/bin/mysql" \
        --no-defaults --no-login-paths --plugin-dir="$root/usr/lib/mysql/plugin" "${tls[@]}" --protocol=tcp --host="$PILOTFISH_TEST_HOST" \
        --port="$PILOTFISH_TEST_PORT" --database="$PILOTFISH_TEST_DATABASE" --default-character-set=utf8mb4 --batch \
        --skip-column-names --commands --max-allowed-packet=64M "$@"
}

# Only MySQL's methods, and where mysqld sees the peer of a unix socket: behind the sidecar.
if [[ $PILOTFISH_TEST_SIDECAR != 1 || $PILOTFISH_TEST_SERVER != mysql9 ]]; then PILOTFISH_TEST_METHODS=""; fi

cd "$(dirname "$0")" || exit
# shellcheck source-path=SCRIPTDIR source=../shared/command_line.sh
source ../shared/command_line.sh
run_checks
