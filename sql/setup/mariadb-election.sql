-- What the sidecar's account needs beside mariadb.sql where a quorum decides who may be written to (docs/fencing.md):
-- MariaDB 10.5.9 and later. Run it once, on the primary, as mariadb.sql.

-- read_only.
GRANT READ_ONLY ADMIN ON *.* TO 'pilotfish'@'localhost';
-- event_scheduler: events of privileged definers write on under read_only.
GRANT SUPER ON *.* TO 'pilotfish'@'localhost';
-- Ending sessions that read_only waits for, and seeing them.
GRANT CONNECTION ADMIN, PROCESS ON *.* TO 'pilotfish'@'localhost';
-- rpl_semi_sync_master_enabled: a commit that waits for an acknowledgement holds read_only up.
GRANT REPLICATION MASTER ADMIN ON *.* TO 'pilotfish'@'localhost';
