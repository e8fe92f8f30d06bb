use strict;
use warnings;
use DriverChecks;

DriverChecks::run('MariaDB');
