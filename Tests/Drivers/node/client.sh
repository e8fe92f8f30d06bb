# shellcheck shell=bash disable=SC2034,SC2154
title="Node.js mysql"
packages=(nodejs node-mysql)
cannot() {
    echo "it speaks without CLIENT_PLUGIN_AUTH, and so gets error 1251 through the sidecar (docs/protocol.md)"
}
# Where Debian puts modules; Node.js packages of other origin do not look there by themselves.
run() { NODE_PATH=/usr/share/nodejs exec node checks.js; }
version() { NODE_PATH=/usr/share/nodejs node -p 'require("mysql/package.json").version'; }
