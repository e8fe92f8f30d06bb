-- What the sidecar's account needs beside mysql.sql where a quorum decides who may be written to (docs/fencing.md): MySQL
-- 8.0.22 and later. Run it once, on the primary, as mysql.sql.

-- super_read_only, event_scheduler, and the variables of semi-synchronous replication.
GRANT SYSTEM_VARIABLES_ADMIN ON *.* TO 'pilotfish'@'localhost';
-- Ending sessions that super_read_only waits for, and seeing them.
GRANT CONNECTION_ADMIN, PROCESS ON *.* TO 'pilotfish'@'localhost';

-- Not needed, but for one case: a session of an account with SYSTEM_USER, root for example, that writes for long on mysqld's
-- own socket holds super_read_only up, and can be ended by an account with SYSTEM_USER alone.
--
--     GRANT SYSTEM_USER ON *.* TO 'pilotfish'@'localhost';
