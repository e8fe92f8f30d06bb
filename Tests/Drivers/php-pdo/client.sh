# shellcheck shell=bash disable=SC2034,SC2154
title="PHP pdo_mysql (mysqlnd)"
packages=(php-cli php-mysql)
run() { exec php -d memory_limit=-1 checks.php; }
version() { php -r 'echo PHP_VERSION, "\n";'; }
