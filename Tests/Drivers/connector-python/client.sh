# shellcheck shell=bash disable=SC2034,SC2154
title="MySQL Connector/Python"
packages=(python3-venv python3-pip)
modules=(mysql-connector-python)
run() { PYTHONPATH=$shared exec "$venv/bin/python" checks.py; }
version() { "$venv/bin/pip" show mysql-connector-python 2>/dev/null | sed -n 's/^Version: //p'; }
