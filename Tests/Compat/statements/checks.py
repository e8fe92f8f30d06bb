"""What clients ask, word for word, and the wire types that they need in the answers."""

import importlib.util

from cluster import NODES, Failure


def missing():
    return None if importlib.util.find_spec("pymysql") else "Python module PyMySQL is not installed"


# pymysql.constants.FIELD_TYPE
DOUBLE, DATETIME, VAR_STRING = 5, 12, 253
INTEGERS = (3, 8)
BINARY = 63

WRAPPER_TOPOLOGY = (
    "SELECT SERVER_ID, CASE WHEN SESSION_ID = 'MASTER_SESSION_ID' THEN TRUE ELSE FALSE END, CPU, "
    "REPLICA_LAG_IN_MILLISECONDS, LAST_UPDATE_TIMESTAMP FROM information_schema.replica_host_status WHERE "
    "time_to_sec(timediff(now(), LAST_UPDATE_TIMESTAMP)) <= 300 OR SESSION_ID = 'MASTER_SESSION_ID' "
)
PROXYSQL = (
    "SELECT SERVER_ID,IF(SESSION_ID = 'MASTER_SESSION_ID' AND SERVER_ID <> (SELECT SERVER_ID FROM "
    "INFORMATION_SCHEMA.REPLICA_HOST_STATUS WHERE SESSION_ID = 'MASTER_SESSION_ID' ORDER BY LAST_UPDATE_TIMESTAMP DESC "
    "LIMIT 1), 'probably_former_MASTER_SESSION_ID', SESSION_ID) SESSION_ID, LAST_UPDATE_TIMESTAMP, IF(SESSION_ID = "
    "'MASTER_SESSION_ID', 0, REPLICA_LAG_IN_MILLISECONDS) AS REPLICA_LAG_IN_MILLISECONDS, CPU FROM "
    "INFORMATION_SCHEMA.REPLICA_HOST_STATUS WHERE ( (REPLICA_LAG_IN_MILLISECONDS >= 0 AND REPLICA_LAG_IN_MILLISECONDS "
    "<= 600000) OR SESSION_ID = 'MASTER_SESSION_ID' ) AND LAST_UPDATE_TIMESTAMP > NOW() - INTERVAL 180 SECOND "
    "ORDER BY SERVER_ID"
)
CONNECTOR_J_HOSTS = (
    "select server_id, session_id from information_schema.replica_host_status "
    "where last_update_timestamp > now() - INTERVAL 3 MINUTE"
)
CONNECTOR_J_WRITER = (
    "select server_id from information_schema.replica_host_status where session_id = 'MASTER_SESSION_ID' and "
    "last_update_timestamp > now() - INTERVAL 3 MINUTE ORDER BY last_update_timestamp DESC LIMIT 1"
)
AM_I_WRITER = (
    "SELECT SERVER_ID FROM information_schema.replica_host_status WHERE SESSION_ID = 'MASTER_SESSION_ID' "
    "AND SERVER_ID = @@aurora_server_id"
)
ROUTER_VIEW = (
    "select view_id from mysql_innodb_cluster_metadata.v2_ar_members where CAST(member_id AS char ascii) = "
    "CAST(@@server_uuid AS char ascii)"
)
ROUTER_INSTANCES = (
    "select C.cluster_id, C.cluster_name, M.member_id, I.endpoint, I.xendpoint, M.member_role, I.attributes, I.label "
    "from mysql_innodb_cluster_metadata.v2_ar_members M join mysql_innodb_cluster_metadata.v2_instances I on "
    "I.instance_id = M.instance_id join mysql_innodb_cluster_metadata.v2_ar_clusters C on I.cluster_id = C.cluster_id"
)

ROUTER_OPTIONS = (
    "SELECT address, attributes->>'$.ROEndpoint', attributes->>'$.RWEndpoint', attributes->>'$.RWSplitEndpoint', "
    "attributes->>'$.ROXEndpoint', attributes->>'$.RWXEndpoint', attributes->>'$.LocalCluster', options, router_name "
    "FROM mysql_innodb_cluster_metadata.v2_routers WHERE router_id=1"
)


class Asking:
    """A session of PyMySQL with a node."""

    def __init__(self, cluster, node):
        import pymysql

        self.connection = pymysql.connect(
            host=cluster.hosts[node], port=cluster.port, user="app", password=cluster.password, read_timeout=10
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def rows(self, statement):
        with self.connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())

    def described(self, statement):
        """Name, wire type and character set of each column; and the rows as the text protocol brings them."""
        self.connection.query(statement)
        result = self.connection._result
        fields = [(field.name, field.type_code, field.charsetnr) for field in result.fields]
        return fields, [list(row) for row in result.rows]


def equal(found, expected, what):
    if found != expected:
        raise Failure(f"{what}: {found!r} instead of {expected!r}")


def wrapper(cluster):
    hosts = sorted(cluster.hosts.values())
    for node in NODES:
        is_primary = node == cluster.primary
        with Asking(cluster, node) as asking:
            fields, rows = asking.described(WRAPPER_TOPOLOGY)
            kinds = [kind for _, kind, _ in fields]
            equal(kinds, [VAR_STRING, kinds[1], DOUBLE, DOUBLE, DATETIME], "wire types")
            if kinds[1] not in INTEGERS:
                raise Failure(f"whether a member is the writer has the wire type {kinds[1]}, which is no integer's")
            if fields[0][2] == BINARY:
                raise Failure("SERVER_ID is binary")
            equal(sorted(row[0] for row in rows), hosts, "hosts")
            equal([row[0] for row in rows if row[1]], [cluster.hosts[cluster.primary]], "writers")
            equal(asking.rows(AM_I_WRITER), [(cluster.hosts[node],)] if is_primary else [], "am I the writer")
            equal(asking.rows("SELECT @@innodb_read_only"), [(0 if is_primary else 1,)], "@@innodb_read_only")
            equal(asking.rows("SELECT @@aurora_server_id, @@aurora_server_id"), [(cluster.hosts[node],) * 2], "id")
            equal(len(asking.rows("SHOW VARIABLES LIKE 'aurora_version'")), 1, "aurora_version")


def proxysql(cluster):
    with Asking(cluster, 3) as asking:
        fields, rows = asking.described(PROXYSQL)
        names = ["SERVER_ID", "SESSION_ID", "LAST_UPDATE_TIMESTAMP", "REPLICA_LAG_IN_MILLISECONDS", "CPU"]
        equal([name for name, _, _ in fields], names, "columns")
        equal([row[0] for row in rows], sorted(cluster.hosts.values()), "hosts, in order")
        writers = [row[0] for row in rows if row[1] == "MASTER_SESSION_ID"]
        equal(writers, [cluster.hosts[cluster.primary]], "writers")
        for row in rows:
            float(row[3]), float(row[4])


def connector_j(cluster):
    with Asking(cluster, 2) as asking:
        equal(sorted(row[0] for row in asking.rows(CONNECTOR_J_HOSTS)), sorted(cluster.hosts.values()), "hosts")
        equal(asking.rows(CONNECTOR_J_WRITER), [(cluster.hosts[cluster.primary],)], "writer")
        expected = "OFF" if cluster.primary == 2 else "ON"
        equal(asking.rows("show global variables like 'innodb_read_only'"), [("innodb_read_only", expected)], "role")


def router(cluster):
    for node in NODES:
        with Asking(cluster, node) as asking:
            asking.rows("START TRANSACTION")
            equal(asking.rows("SELECT * FROM mysql_innodb_cluster_metadata.schema_version"), [(2, 1, 0)], "version")
            kind = asking.rows("select cluster_type from mysql_innodb_cluster_metadata.v2_this_instance")
            equal(kind, [("ar",)], "cluster type")
            equal(len(asking.rows(ROUTER_VIEW)), 1, "view of the member asked")
            rows = asking.rows(ROUTER_INSTANCES)
            primary = f"{cluster.hosts[cluster.primary]}:{cluster.port}"
            equal([row[3] for row in rows if row[5] == "PRIMARY"], [primary], "endpoint of the primary")
            equal(len(rows), 3, "members")
            equal(asking.rows(ROUTER_OPTIONS), [], "routers")
            asking.rows("UPDATE mysql_innodb_cluster_metadata.v2_routers set last_check_in=NOW() where router_id = 1")
            asking.rows("ROLLBACK")


def isis2(cluster):
    with Asking(cluster, 3) as asking:
        rows = asking.rows("SELECT MYSQL_HOST, MYSQL_STATUS, MYSQL_ROLE FROM information_schema.isis2is")
        roles = {host: (status, role) for host, status, role in rows}
        for node in NODES:
            expected = ("on", "master" if node == cluster.primary else "slave")
            equal(roles.get(cluster.hosts[node]), expected, f"db{node}")


CHECKS = (
    ("AWS wrapper's, with wire types", wrapper),
    ("ProxySQL's Aurora statement", proxysql),
    ("Connector/J 2.7's", connector_j),
    ("MySQL Router 9.7's", router),
    ("ISIS2IS", isis2),
)
