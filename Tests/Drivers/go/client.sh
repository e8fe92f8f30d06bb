# shellcheck shell=bash disable=SC2034,SC2154
title="Go go-sql-driver/mysql"
packages=(golang-go golang-github-go-sql-driver-mysql-dev)
# The package's sources lie in a GOPATH of the system; nothing is fetched.
build() {
    GO111MODULE=off GOPATH=/usr/share/gocode GOFLAGS=-mod= GOCACHE="$build/cache" go build -o "$build/checks" checks.go
}
run() { exec "$build/checks"; }
version() { dpkg-query -W -f '${Version}\n' golang-github-go-sql-driver-mysql-dev; }
