# shellcheck shell=bash disable=SC2034,SC2154
title="mariadb (command line)"
packages=(mariadb-client)
run() { exec bash checks.sh; }
version() { mariadb --version | sed 's/.*Distrib \([^,]*\).*/\1/'; }
