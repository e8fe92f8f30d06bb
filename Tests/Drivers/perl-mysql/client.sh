# shellcheck shell=bash disable=SC2034,SC2154
title="Perl DBD::mysql"
packages=(libdbd-mysql-perl)
run() { exec perl -I "$shared" checks.pl; }
version() { perl -MDBD::mysql -e 'print "$DBD::mysql::VERSION\n"'; }
