-- The account with which a sidecar looks at its own mysqld: MariaDB 10.5.9 and later.
--
-- Run it once, on the primary: replication carries it to the other servers. (On servers that do not replicate from
-- each other yet, begin with SET SESSION sql_log_bin = 0 and run it on each.)
--
-- The account is for 'localhost' alone, which is the unix socket and, unless skip_name_resolve is on, TCP from
-- 127.0.0.1. With skip_name_resolve and mysqld.address: 127.0.0.1:3306, write 127.0.0.1 instead of localhost.

-- First way: a password. Put the same one, and nothing else, into the file that mysqld.password_file names.
CREATE USER IF NOT EXISTS 'pilotfish'@'localhost' IDENTIFIED BY 'change-me';

-- Second way: no password at all. mysqld asks the kernel who is at the other end of the unix socket, and lets the
-- operating system's user of the same name in. The sidecar must then run as the user "pilotfish", and
-- mysqld.password_file is left out.
--
--     CREATE USER IF NOT EXISTS 'pilotfish'@'localhost' IDENTIFIED VIA unix_socket;

-- SLAVE MONITOR (also spelt REPLICA MONITOR) is for SHOW ALL SLAVES STATUS: where the server replicates from, whether
-- replication runs, and how far behind it is. Without it nobody knows whether the server is a replica, and it is never
-- taken for the primary. Everything else that is looked at (read_only, server_id, the GTID
-- position, the counters of SHOW GLOBAL STATUS) needs a login and no privilege. The account can read no table, change
-- nothing, and see nobody else's statements.
GRANT SLAVE MONITOR ON *.* TO 'pilotfish'@'localhost';

-- Not needed: with SHOW DATABASES the log says at start if the server has a schema of its own by the name
-- cluster_schema, which the virtual one hides.
--
--     GRANT SHOW DATABASES ON *.* TO 'pilotfish'@'localhost';
