#!/usr/bin/env bash
# The command-line client of MariaDB.
# Without this it takes TLS where it is offered; and where it is not, sends the password of a first login in clear.
tls=(--skip-ssl)
if [[ $PILOTFISH_TEST_TLS == 1 ]]; then tls=(--ssl-ca="$PILOTFISH_TEST_TLS_CA" --ssl-verify-server-cert); fi

client() {
    mariadb --no-defaults "${tls[@]}" --protocol=tcp --host="$PILOTFISH_TEST_HOST" --port="$PILOTFISH_TEST_PORT" \
        --database="$PILOTFISH_TEST_DATABASE" --default-character-set=utf8mb4 --batch --skip-column-names \
        --max-allowed-packet=64M "$@"
}

# It does not know several factors.
if [[ $PILOTFISH_TEST_SERVER != mariadb ]]; then PILOTFISH_TEST_METHODS=""; fi

cd "$(dirname "$0")" || exit
# shellcheck source-path=SCRIPTDIR source=../shared/command_line.sh
source ../shared/command_line.sh
run_checks
