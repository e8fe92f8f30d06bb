# shellcheck shell=bash disable=SC2034,SC2154
title="mysqlclient"
packages=(python3-venv python3-pip python3-dev gcc pkg-config libmariadb-dev)
modules=(mysqlclient)
run() { PYTHONPATH=$shared exec "$venv/bin/python" checks.py; }
version() { "$venv/bin/pip" show mysqlclient 2>/dev/null | sed -n 's/^Version: //p'; }
