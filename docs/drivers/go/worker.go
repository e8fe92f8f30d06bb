// A worker that runs once in the cluster: of all that are started one leads, and that one alone works.
package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	_ "github.com/go-sql-driver/mysql"
)

const ttl = 6 * time.Second // Whoever leads asks again far within a third of it.

var service, me = os.Args[1], os.Args[2]

// with gives work one session on a node, not the pool: the fence is the session's.
func with(node string, work func(*sql.Conn) error) error {
	account := os.Getenv("PILOTFISH_USER") + ":" + os.Getenv("PILOTFISH_PASSWORD")
	db, err := sql.Open("mysql", account+"@tcp("+node+")/?timeout=3s&readTimeout=40s")
	if err != nil {
		return err
	}
	defer db.Close()
	session, err := db.Conn(context.Background())
	if err != nil {
		return err
	}
	defer session.Close()
	return work(session)
}

func ask(ctx context.Context, session *sql.Conn, call string, arguments ...any) (answer uint64, err error) {
	err = session.QueryRowContext(ctx, "SELECT cluster_schema."+call, arguments...).Scan(&answer)
	return
}

// elect tells the term, 0 if another leads, and until when it lasts: counted from before the question.
func elect(watcher *sql.Conn) (term uint64, until time.Time, err error) {
	until = time.Now().Add(ttl)
	term, err = ask(context.Background(), watcher, "elect(?, ?, ?)", service, me, ttl.Seconds())
	return
}

func lead(stop context.Context, watcher, writer *sql.Conn, term uint64, until time.Time) error {
	// From now on this session's statements reach the server only while the term lasts.
	_, err := ask(stop, writer, "fence_by(?, ?)", service, term)
	if err != nil {
		return err
	}
	fmt.Printf("leads, term %d\n", term)
	defer fmt.Printf("leads no more, term %d\n", term)
	const work = "INSERT INTO app.work (term, id) VALUES (?, ?)"
	for now := term; err == nil && now == term && time.Now().Before(until); now, until, err = elect(watcher) {
		if _, err := writer.ExecContext(context.Background(), work, term, me); err != nil {
			return err
		}
		select {
		case <-time.After(time.Second):
		case <-stop.Done():
			_, err := ask(context.Background(), watcher, "resign(?, ?)", service, me)
			return err
		}
	}
	return err
}

func serve(stop context.Context, watcher *sql.Conn) error {
	for known := uint64(0); ; {
		term, until, err := elect(watcher)
		if err == nil && term == 0 { // The end of the context ends the wait, and its connection.
			known, err = ask(stop, watcher, "wait_for_leader(?, ?, 30)", service, known)
		} else if err == nil {
			var primary string
			look := "SELECT CONCAT(sql_host, ':', sql_port) FROM cluster_schema.primary_member"
			if err = watcher.QueryRowContext(stop, look).Scan(&primary); err == nil {
				err = with(primary, func(writer *sql.Conn) error { return lead(stop, watcher, writer, term, until) })
			}
		}
		if err != nil || stop.Err() != nil {
			return err
		}
	}
}

func main() {
	stop, _ := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	for {
		for _, node := range strings.Split(os.Getenv("PILOTFISH_NODES"), ",") {
			err := with(node, func(watcher *sql.Conn) error { return serve(stop, watcher) })
			if stop.Err() != nil {
				return
			}
			fmt.Printf("lost %s: %v\n", node, err)
			time.Sleep(time.Second)
		}
	}
}
