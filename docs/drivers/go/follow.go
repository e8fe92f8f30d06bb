// Follows the primary by long poll, and reads from the replica that is least behind and least busy.
package main

import (
	"database/sql"
	"fmt"
	"os"
	"strings"
	"time"

	_ "github.com/go-sql-driver/mysql"
)

// One statement: the version is that of the topology which the two addresses come from.
const look = `SELECT topology_version, (SELECT CONCAT(sql_host, ':', sql_port) FROM cluster_schema.primary_member),
    (SELECT CONCAT(sql_host, ':', sql_port) FROM cluster_schema.members
     WHERE state = 'ONLINE' AND role IN ('PRIMARY', 'REPLICA') AND IFNULL(replication_lag_ms, 0) < 1000
     ORDER BY role = 'PRIMARY', threads_running, queries_per_second LIMIT 1) FROM cluster_schema.cluster`

// with gives a node's connections to work, and closes them behind it.
func with(node string, work func(*sql.DB) error) error {
	account := os.Getenv("PILOTFISH_USER") + ":" + os.Getenv("PILOTFISH_PASSWORD")
	db, err := sql.Open("mysql", account+"@tcp("+node+")/?timeout=3s&readTimeout=40s")
	if err != nil {
		return err
	}
	defer db.Close()
	return work(db)
}

func run(statement string) func(*sql.DB) error {
	return func(db *sql.DB) error { _, err := db.Exec(statement); return err }
}

func follow(watcher *sql.DB) (err error) {
	for err == nil {
		var version uint64
		var primary, reader sql.NullString
		if err = watcher.QueryRow(look).Scan(&version, &primary, &reader); err == nil && primary.Valid && reader.Valid {
			if err = with(primary.String, run("INSERT INTO app.note (text) VALUES ('go')")); err == nil {
				err = with(reader.String, run("SELECT COUNT(*) FROM app.note"))
			}
			fmt.Printf("primary %s, read from %s\n", primary.String, reader.String)
		}
		if err == nil { // A prepared statement, in the binary protocol.
			err = watcher.QueryRow("SELECT cluster_schema.wait_for_change(?, 30)", version).Scan(&version)
		}
	}
	return err
}

func main() {
	for {
		for _, node := range strings.Split(os.Getenv("PILOTFISH_NODES"), ",") {
			fmt.Printf("lost %s: %v\n", node, with(node, follow))
			time.Sleep(200 * time.Millisecond)
		}
	}
}
