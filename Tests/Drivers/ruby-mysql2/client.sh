# shellcheck shell=bash disable=SC2034,SC2154
title="Ruby mysql2 (libmariadb)"
packages=(ruby ruby-mysql2)
run() { exec ruby checks.rb; }
version() { ruby -rmysql2 -e 'puts Mysql2::VERSION'; }
