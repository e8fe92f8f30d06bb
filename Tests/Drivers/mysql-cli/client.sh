# shellcheck shell=bash disable=SC2034,SC2154
title="mysql (command line, MySQL 9)"
packages=(debootstrap)
# It is in no stable suite of Debian: the folder of scripts/install-mysql9 has it.
build() {
    ../../../scripts/install-mysql9 >"$build/folder" 2>"$build/log" || {
        echo "error: $(tail -n 1 "$build/log")"
        return 1
    }
}
run() { PILOTFISH_TEST_MYSQL9=$(<"$build/folder") exec bash checks.sh; }
version() {
    local folder loader
    folder=$(<"$build/folder")
    loader=("$folder"/lib64/ld-linux-*.so.*)
    "${loader[0]}" --library-path "$folder/usr/lib/$(uname -m)-linux-gnu" "$folder/usr/bin/mysql" \
        --version | sed 's/.*Ver \([^ ]*\).*/\1/'
}
