# shellcheck shell=bash disable=SC2034,SC2154
title="asyncmy"
packages=(python3-venv python3-pip)
modules=(asyncmy)
run() { PYTHONPATH=$shared exec "$venv/bin/python" checks.py; }
version() { "$venv/bin/pip" show asyncmy 2>/dev/null | sed -n 's/^Version: //p'; }
