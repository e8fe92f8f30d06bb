// go-sql-driver/mysql through database/sql.
package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
)

const (
	text       = "Grüße, 世界 🐟"
	typesTable = `CREATE TABLE types (id INT PRIMARY KEY, i8 TINYINT, u8 TINYINT UNSIGNED, i16 SMALLINT,
    u16 SMALLINT UNSIGNED, i24 MEDIUMINT, i32 INT, u32 INT UNSIGNED, i64 BIGINT, u64 BIGINT UNSIGNED,
    de DECIMAL(30,10), db DOUBLE, da DATE, ti TIME(6), dt DATETIME(6), tx VARCHAR(100) CHARACTER SET utf8mb4,
    bl BLOB, nu INT, js JSON, bi BIT(10))`
	columns       = "i8, u8, i16, u16, i24, i32, u32, i64, u64, de, db, da, ti, dt, tx, bl, nu, js, bi"
	virtualSelect = "SELECT member_name, sql_host, sql_port, role, state FROM cluster_schema.members"
	virtualCount  = "SELECT COUNT(*) FROM information_schema.cluster_members"
)

var (
	host      = env("HOST")
	port      = env("PORT")
	database  = env("DATABASE")
	usesTLS   = env("TLS") == "1"
	isSidecar = env("SIDECAR") == "1"
	allBytes  = func() []byte {
		result := make([]byte, 256)
		for i := range result {
			result[i] = byte(i)
		}
		return result
	}()
	ctx = context.Background()
	// Parameters by the binary protocol, and put into the statement's text.
	binary, textual *sql.DB
)

func env(name string) string { return os.Getenv("PILOTFISH_TEST_" + name) }

func open(user, password string, interpolate bool) *sql.DB {
	config := mysql.NewConfig()
	config.Net, config.Addr, config.DBName = "tcp", host+":"+port, database
	config.User, config.Passwd = user, password
	config.InterpolateParams, config.MultiStatements, config.ParseTime = interpolate, true, true
	config.MaxAllowedPacket = 64 << 20
	if usesTLS {
		config.TLSConfig = "test"
	}
	connector, err := mysql.NewConnector(config)
	must(err)
	return sql.OpenDB(connector)
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func equal(found, expected interface{}, what string) {
	if !reflect.DeepEqual(found, expected) {
		panic(fmt.Errorf("%s: %.200s, expected %.200s", what, fmt.Sprint(found), fmt.Sprint(expected)))
	}
}

type queryer interface {
	QueryContext(context.Context, string, ...interface{}) (*sql.Rows, error)
}

func readAll(rows *sql.Rows) [][]string {
	names, err := rows.Columns()
	must(err)
	result := [][]string{}
	for rows.Next() {
		values := make([]sql.NullString, len(names))
		places := make([]interface{}, len(names))
		for i := range values {
			places[i] = &values[i]
		}
		must(rows.Scan(places...))
		row := []string{}
		for _, value := range values {
			row = append(row, value.String)
		}
		result = append(result, row)
	}
	must(rows.Err())
	return result
}

func query(db queryer, statement string, parameters ...interface{}) [][]string {
	rows, err := db.QueryContext(ctx, statement, parameters...)
	must(err)
	defer rows.Close()
	return readAll(rows)
}

func exec(db *sql.DB, statements ...string) {
	for _, statement := range statements {
		_, err := db.ExecContext(ctx, statement)
		must(err)
	}
}

func errorNumber(err error) uint16 {
	var serverError *mysql.MySQLError
	if errors.As(err, &serverError) {
		return serverError.Number
	}
	panic(fmt.Errorf("not an error of the server: %v", err))
}

func login() {
	db := open(env("USER"), env("PASSWORD"), false)
	defer db.Close()
	equal(query(db, "SELECT DATABASE(), 1"), [][]string{{database, "1"}}, "value")
	equal(query(db, "SHOW SESSION STATUS LIKE 'Ssl_cipher'")[0][1] != "", usesTLS, "TLS")
}

func firstLogin() {
	db := open(env("FRESH_USER"), env("PASSWORD"), false)
	defer db.Close()
	equal(query(db, "SELECT 1"), [][]string{{"1"}}, "value")
}

type row struct {
	I8       int8
	U8       uint8
	I16      int16
	U16      uint16
	I24, I32 int32
	U32      uint32
	I64      int64
	U64      uint64
	Decimal  string
	Double   float64
	Date     time.Time
	Time     string
	DateTime time.Time
	Text     string
	Bytes    []byte
	Null     sql.NullInt64
	JSON     string
	Bits     []byte
}

func types() {
	exec(binary, "DROP TABLE IF EXISTS types", typesTable)
	expected := row{
		-128, 255, -32768, 65535, -8388608, -2147483648, 4294967295, -9223372036854775808, 18446744073709551615,
		"-12345678901234567890.0123456789", 0.1, time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC), "12:34:56.789012",
		time.Date(2024, 2, 29, 23, 59, 59, 123456000, time.UTC), text, allBytes, sql.NullInt64{},
		`{"fish": ["🐟", 1, 2.5, null]}`, []byte{2, 0xaa},
	}
	fields := reflect.ValueOf(expected)
	parameters := []interface{}{0}
	for i := 0; i < fields.NumField(); i++ {
		parameters = append(parameters, fields.Field(i).Interface())
	}
	insert := "INSERT INTO types (id, " + columns + ") VALUES (?" + strings.Repeat(", ?", fields.NumField()) + ")"
	for id, db := range []*sql.DB{binary, textual} {
		parameters[0] = id
		_, err := db.ExecContext(ctx, insert, parameters...)
		must(err)
	}
	for _, db := range []*sql.DB{binary, textual} {
		for id := 0; id < 2; id++ {
			var found row
			places := []interface{}{}
			for i := 0; i < fields.NumField(); i++ {
				places = append(places, reflect.ValueOf(&found).Elem().Field(i).Addr().Interface())
			}
			must(db.QueryRowContext(ctx, "SELECT "+columns+" FROM types WHERE id = ?", id).Scan(places...))
			equal(found, expected, "row "+strconv.Itoa(id))
		}
	}
	stored := []string{fmt.Sprintf("%X", text), fmt.Sprintf("%X", allBytes), "682"}
	equal(query(binary, "SELECT HEX(tx), HEX(bl), bi + 0 FROM types"), [][]string{stored, stored}, "stored")
}

func prepared() {
	statement, err := binary.PrepareContext(ctx, "SELECT ? + 1, ?")
	must(err)
	for number := 0; number < 3; number++ {
		rows, err := statement.QueryContext(ctx, number, text)
		must(err)
		equal(readAll(rows), [][]string{{strconv.Itoa(number + 1), text}}, "value")
		rows.Close()
	}
	must(statement.Close())
	_, err = binary.PrepareContext(ctx, "SELEC ?")
	equal(errorNumber(err), uint16(1064), "error")
	equal(query(binary, "SELECT 7"), [][]string{{"7"}}, "after it")
}

func transactions() {
	exec(binary, "DROP TABLE IF EXISTS transactions", "CREATE TABLE transactions (id INT PRIMARY KEY) ENGINE=InnoDB")
	transaction, err := binary.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	must(err)
	_, err = transaction.Exec("INSERT INTO transactions VALUES (1)")
	must(err)
	must(transaction.Rollback())
	equal(query(binary, "SELECT COUNT(*) FROM transactions"), [][]string{{"0"}}, "after rollback")
	transaction, err = binary.BeginTx(ctx, nil)
	must(err)
	_, err = transaction.Exec("INSERT INTO transactions VALUES (?)", 2)
	must(err)
	must(transaction.Commit())
	equal(query(binary, "SELECT id FROM transactions"), [][]string{{"2"}}, "after commit")
}

func resultSets(statements string) [][][]string {
	rows, err := binary.QueryContext(ctx, statements)
	must(err)
	defer rows.Close()
	results := [][][]string{}
	for {
		if names, _ := rows.Columns(); len(names) > 0 {
			results = append(results, readAll(rows))
		}
		if !rows.NextResultSet() {
			must(rows.Err())
			return results
		}
	}
}

func multiResults() {
	equal(resultSets("SELECT 1; SELECT 2, 3"), [][][]string{{{"1"}}, {{"2", "3"}}}, "statements")
	exec(binary, "DROP PROCEDURE IF EXISTS several",
		"CREATE PROCEDURE several() BEGIN SELECT 1; SELECT 2 UNION ALL SELECT 3; END")
	equal(resultSets("CALL several()"), [][][]string{{{"1"}}, {{"2"}, {"3"}}}, "procedure")
	equal(query(binary, "SELECT 4"), [][]string{{"4"}}, "after them")
}

func blob() {
	blob := bytes.Repeat(allBytes, 80000)
	exec(binary, "DROP TABLE IF EXISTS blobs", "CREATE TABLE blobs (id INT PRIMARY KEY, bl LONGBLOB)")
	for id, db := range []*sql.DB{binary, textual} {
		_, err := db.ExecContext(ctx, "INSERT INTO blobs VALUES (?, ?)", id, blob)
		must(err)
	}
	for _, db := range []*sql.DB{binary, textual} {
		for id := 0; id < 2; id++ {
			var found []byte
			must(db.QueryRowContext(ctx, "SELECT bl FROM blobs WHERE id = ?", id).Scan(&found))
			equal(bytes.Equal(found, blob), true, "row "+strconv.Itoa(id))
		}
	}
	equal(query(binary, "SELECT 5"), [][]string{{"5"}}, "after it")
}

func errorCodes() {
	exec(binary, "DROP TABLE IF EXISTS errors", "CREATE TABLE errors (id INT PRIMARY KEY)", "INSERT INTO errors VALUES (1)")
	for statement, number := range map[string]uint16{
		"SELEC 1": 1064, "SELECT * FROM missing": 1146, "INSERT INTO errors VALUES (1)": 1062,
	} {
		_, err := binary.ExecContext(ctx, statement)
		equal(errorNumber(err), number, statement)
	}
	wrong := open(env("USER"), "wrong", false)
	defer wrong.Close()
	equal(errorNumber(wrong.Ping()), uint16(1045), "wrong password")
	equal(query(binary, "SELECT id FROM errors"), [][]string{{"1"}}, "after them")
}

func reconnect() {
	db := open(env("USER"), env("PASSWORD"), false)
	defer db.Close()
	db.SetMaxOpenConns(1)
	number := query(db, "SELECT CONNECTION_ID()")[0][0]
	exec(binary, "KILL CONNECTION "+number)
	// database/sql makes a new connection when the pooled one is found closed.
	deadline := time.Now().Add(10 * time.Second)
	for {
		rows, err := db.QueryContext(ctx, "SELECT CONNECTION_ID(), DATABASE()")
		if err == nil {
			found := readAll(rows)[0]
			rows.Close()
			if found[0] != number {
				equal(found[1], database, "database")
				return
			}
		}
		if time.Now().After(deadline) {
			panic(fmt.Errorf("no new connection: %v", err))
		}
	}
}

func equalMember(rows [][]string) {
	equal(len(rows), 1, "members")
	equal(rows[0][1:], []string{host, port, "PRIMARY", "ONLINE"}, "member")
}

func virtualText() {
	equalMember(query(textual, virtualSelect+" WHERE state = ?", "ONLINE"))
	equal(query(textual, virtualCount), [][]string{{"1"}}, "information_schema")
	equal(query(textual, "SELECT 6"), [][]string{{"6"}}, "after them")
}

func virtualPrepared() {
	equalMember(query(binary, virtualSelect+" WHERE state = ?", "ONLINE"))
	number, _ := strconv.Atoi(port)
	equal(query(binary, virtualCount+" WHERE sql_port = ?", number), [][]string{{"1"}}, "information_schema")
}

// On one connection, which goes on.
func refusedWrite() {
	for _, db := range []*sql.DB{binary, textual} {
		connection, err := db.Conn(ctx)
		must(err)
		_, err = connection.ExecContext(ctx, "INSERT INTO refused VALUES (?)", 1)
		equal(errorNumber(err), uint16(1290), "error")
		equal(strings.Contains(err.Error(), env("REFUSAL")), true, "text of "+err.Error())
		equal(query(connection, "SELECT COUNT(*) FROM refused"), [][]string{{"0"}}, "after it")
		must(connection.Close())
	}
}

func carryOut(function func()) (err error) {
	defer func() {
		if problem := recover(); problem != nil {
			err = fmt.Errorf("%v", problem)
		}
	}()
	function()
	return nil
}

func main() {
	if usesTLS {
		pem, err := os.ReadFile(env("TLS_CA"))
		must(err)
		authorities := x509.NewCertPool()
		authorities.AppendCertsFromPEM(pem)
		must(mysql.RegisterTLSConfig("test", &tls.Config{RootCAs: authorities, ServerName: host}))
	}
	binary = open(env("USER"), env("PASSWORD"), false)
	textual = open(env("USER"), env("PASSWORD"), true)
	checks := []struct {
		name     string
		function func()
	}{
		{"login", login}, {"first-login", firstLogin}, {"types", types}, {"prepared", prepared},
		{"transactions", transactions}, {"multi-results", multiResults}, {"blob", blob}, {"errors", errorCodes},
		{"reconnect", reconnect}, {"virtual-text", virtualText}, {"virtual-prepared", virtualPrepared},
	}
	if env("REFUSAL") != "" {
		checks = append(checks[:0], struct {
			name     string
			function func()
		}{"refused-write", refusedWrite})
	}
	status := 0
	for index, check := range checks {
		if strings.HasPrefix(check.name, "virtual-") && !isSidecar {
			fmt.Printf("ok %d - %s # SKIP only against the sidecar\n", index+1, check.name)
		} else if err := carryOut(check.function); err != nil {
			fmt.Printf("not ok %d - %s\n# %s\n", index+1, check.name, strings.Join(strings.Fields(err.Error()), " "))
			status = 1
		} else {
			fmt.Printf("ok %d - %s\n", index+1, check.name)
		}
	}
	fmt.Printf("1..%d\n", len(checks))
	os.Exit(status)
}
