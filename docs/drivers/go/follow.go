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

const address = "SELECT CONCAT(sql_host, ':', sql_port) FROM cluster_schema."
const reader = address + `members
    WHERE state = 'ONLINE' AND role IN ('PRIMARY', 'REPLICA') AND IFNULL(replication_lag_ms, 0) < 1000
    ORDER BY role = 'PRIMARY', threads_running, queries_per_second LIMIT 1`

func open(node string) (*sql.DB, error) {
	account := os.Getenv("PILOTFISH_USER") + ":" + os.Getenv("PILOTFISH_PASSWORD")
	return sql.Open("mysql", account+"@tcp("+node+")/?timeout=3s&readTimeout=40s")
}

// use runs a statement on a node in a connection of its own, and reads its first value, if it has one.
func use(node, statement string) error {
	db, err := open(node)
	if err != nil {
		return err
	}
	defer db.Close()
	var value string
	if err = db.QueryRow(statement).Scan(&value); err == sql.ErrNoRows {
		return nil
	}
	return err
}

func follow(node string) error {
	watcher, err := open(node)
	if err != nil {
		return err
	}
	defer watcher.Close()
	for {
		var version, changed uint64
		var primary, replica string
		// The version first: what changes while the tables are read ends the wait at once.
		if err = watcher.QueryRow("SELECT topology_version FROM cluster_schema.cluster").Scan(&version); err != nil {
			return err
		}
		err = watcher.QueryRow(address + "primary_member").Scan(&primary)
		if err == nil {
			err = watcher.QueryRow(reader).Scan(&replica)
		}
		if err == nil {
			if err = use(primary, "INSERT INTO app.note (text) VALUES ('go')"); err != nil {
				return err
			}
			if err = use(replica, "SELECT COUNT(*) FROM app.note"); err != nil {
				return err
			}
			fmt.Printf("primary %s, read from %s\n", primary, replica)
		} else if err != sql.ErrNoRows {
			return err
		}
		// A prepared statement, in the binary protocol.
		wait := "SELECT cluster_schema.wait_for_change(?, 30)"
		if err = watcher.QueryRow(wait, version).Scan(&changed); err != nil {
			return err
		}
	}
}

func main() {
	for {
		for _, node := range strings.Split(os.Getenv("PILOTFISH_NODES"), ",") {
			fmt.Printf("lost %s: %v\n", node, follow(node))
			time.Sleep(200 * time.Millisecond)
		}
	}
}
