#!/usr/bin/env bash
# Prints the primary now and after each change of the topology, until it is ended. Options are those of the shell:
#
#   sql/examples/wait_loop.sh --host=db1.internal --port=6306 --user=app
set -euo pipefail
ask() { mariadb "${options[@]}" --batch --skip-column-names --execute="$1"; }
options=("$@")

version=0
while version=$(ask "SELECT cluster_schema.wait_for_change($version, 60)"); do
    # The loop also comes by when nothing has changed for a minute.
    ask "SELECT NOW(), $version, MEMBER_NAME, SQL_HOST, SQL_PORT FROM cluster_schema.PRIMARY_MEMBER"
done
