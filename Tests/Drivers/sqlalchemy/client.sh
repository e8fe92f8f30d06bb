# shellcheck shell=bash disable=SC2034,SC2154
title="SQLAlchemy (on PyMySQL)"
packages=(python3-venv python3-pip)
modules=(sqlalchemy)
run() { PYTHONPATH=$shared exec "$venv/bin/python" checks.py; }
version() { "$venv/bin/pip" show sqlalchemy 2>/dev/null | sed -n 's/^Version: //p'; }
