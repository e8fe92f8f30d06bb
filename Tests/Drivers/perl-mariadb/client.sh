# shellcheck shell=bash disable=SC2034,SC2154
title="Perl DBD::MariaDB"
packages=(libdbd-mariadb-perl)
run() { exec perl -I "$shared" checks.pl; }
version() { perl -MDBD::MariaDB -e 'print "$DBD::MariaDB::VERSION\n"'; }
