/* Follows the primary by push: what it runs anyway tells it of each change, and it asks for nothing. */
#include <mysql.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Reads what the last OK packet told of session variables: names and values, one after the other. */
static void heed(MYSQL *connection, char *primary, size_t size) {
    const char *name, *value;
    size_t name_length, value_length;
    if (mysql_session_track_get_first(connection, SESSION_TRACK_SYSTEM_VARIABLES, &name, &name_length)) return;
    while (!mysql_session_track_get_next(connection, SESSION_TRACK_SYSTEM_VARIABLES, &value, &value_length)) {
        const char *wanted = "cluster_schema.primary";
        if (name_length == strlen(wanted) && !memcmp(name, wanted, name_length) &&
            (value_length != strlen(primary) || memcmp(primary, value, value_length))) {
            snprintf(primary, size, "%.*s", (int)value_length, value);
            if (value_length > 0) printf("primary %s, told by an OK packet\n", primary);
            fflush(stdout);
        }
        if (mysql_session_track_get_next(connection, SESSION_TRACK_SYSTEM_VARIABLES, &name, &name_length)) return;
    }
}

static void follow(const char *host, unsigned port) {
    char primary[300] = "";
    MYSQL *connection = mysql_init(NULL);
    if (mysql_real_connect(connection, host, getenv("PILOTFISH_USER"), getenv("PILOTFISH_PASSWORD"), NULL, port, NULL, 0))
        /* The login tells how things are; the statements of an application would stand here in place of DO 1. */
        do {
            heed(connection, primary, sizeof primary);
            usleep(100000);
        } while (!mysql_query(connection, "DO 1"));
    printf("lost %s:%u: %s\n", host, port, mysql_error(connection));
    mysql_close(connection);
}

int main(void) {
    for (;;) {
        char *nodes = strdup(getenv("PILOTFISH_NODES"));
        for (char *node = strtok(nodes, ","); node; node = strtok(NULL, ",")) {
            char *colon = strchr(node, ':');
            if (colon) *colon = 0;
            follow(node, colon ? (unsigned)atoi(colon + 1) : 6306);
            usleep(200000);
        }
        free(nodes);
    }
}
