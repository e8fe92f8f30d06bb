# shellcheck shell=bash disable=SC2034,SC2154
title="Node.js mysql"
packages=(nodejs node-mysql)
cannot() {
    if [[ $server == mysql9 ]]; then echo "it knows none of MySQL 9's authentication methods"; fi
}
# Where Debian puts modules; Node.js packages of other origin do not look there by themselves.
run() { NODE_PATH=/usr/share/nodejs exec node checks.js; }
version() { NODE_PATH=/usr/share/nodejs node -p 'require("mysql/package.json").version'; }
