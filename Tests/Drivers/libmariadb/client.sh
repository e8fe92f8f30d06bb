# shellcheck shell=bash disable=SC2034,SC2154
title="libmariadb (C)"
packages=(gcc pkg-config libmariadb-dev)
build() {
    # shellcheck disable=SC2046 # several options
    gcc -std=c11 -Wall -Wextra -Werror -O1 -o "$build/checks" checks.c $(pkg-config --cflags --libs libmariadb)
}
run() { exec "$build/checks"; }
version() { pkg-config --modversion libmariadb; }
