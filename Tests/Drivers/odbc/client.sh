# shellcheck shell=bash disable=SC2034,SC2154
title="MariaDB Connector/ODBC (by unixODBC and pyodbc)"
packages=(odbc-mariadb python3-pyodbc)
run() { PYTHONPATH=$shared exec /usr/bin/python3 checks.py; }
version() { dpkg-query -W -f '${Version}\n' odbc-mariadb; }
