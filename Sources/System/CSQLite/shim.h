#pragma once
#include <sqlite3.h>

// sqlite3_db_config is variadic, which Swift cannot call.

/// Makes "text" in double quotes an identifier always: a misspelt name must not become a string.
static inline int pilotfish_sqlite3_disable_double_quoted_strings(sqlite3 *database) {
    int status = sqlite3_db_config(database, SQLITE_DBCONFIG_DQS_DML, 0, (int *)0);
    return status != SQLITE_OK ? status : sqlite3_db_config(database, SQLITE_DBCONFIG_DQS_DDL, 0, (int *)0);
}

/// Refuses what could corrupt the database file or change its schema table by SQL alone.
static inline int pilotfish_sqlite3_be_defensive(sqlite3 *database) {
    return sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)0);
}
