# Ruby mysql2, a binding of libmariadb.
require "bigdecimal"
require "date"
require "mysql2"

$stdout.sync = true
# What a read-only server's refusal of a write has to say; the only check then.
REFUSAL = ENV["PILOTFISH_TEST_REFUSAL"].to_s.freeze
CHECKS = (REFUSAL.empty? ? %w[login first-login types prepared transactions multi-results blob errors reconnect
                              virtual-text virtual-prepared] : %w[refused-write]).freeze
HOST, PORT, USER, PASSWORD, FRESH_USER, DATABASE, TLS, TLS_CA, SIDECAR =
  %w[HOST PORT USER PASSWORD FRESH_USER DATABASE TLS TLS_CA SIDECAR].map { |name| ENV["PILOTFISH_TEST_#{name}"] }

TYPES_TABLE = <<~SQL.freeze
  CREATE TABLE types (id INT PRIMARY KEY, i8 TINYINT, u8 TINYINT UNSIGNED, i16 SMALLINT,
    u16 SMALLINT UNSIGNED, i24 MEDIUMINT, i32 INT, u32 INT UNSIGNED, i64 BIGINT, u64 BIGINT UNSIGNED,
    de DECIMAL(30,10), db DOUBLE, da DATE, ti TIME(6), dt DATETIME(6), tx VARCHAR(100) CHARACTER SET utf8mb4,
    bl BLOB, nu INT, js JSON, bi BIT(10))
SQL
COLUMNS = "i8, u8, i16, u16, i24, i32, u32, i64, u64, de, db, da, ti, dt, tx, bl, nu, js, bi".freeze
# MySQL's JSON is binary for mysql2.
SELECTED = COLUMNS.sub("js", "CAST(js AS CHAR)").freeze
TEXT = "Grüße, 世界 🐟".freeze
BYTES = (0..255).to_a.pack("C*").freeze
VALUES = [
  -128, 255, -32_768, 65_535, -8_388_608, -2_147_483_648, 4_294_967_295, -9_223_372_036_854_775_808,
  18_446_744_073_709_551_615, BigDecimal("-12345678901234567890.0123456789"), 0.1, Date.new(2024, 2, 29),
  "12:34:56.789012", Time.utc(2024, 2, 29, 23, 59, 59, 123_456), TEXT, BYTES, nil,
  '{"fish": ["🐟", 1, 2.5, null]}', 682
].freeze
# mysql2 binds integers as signed ones of 64 bits at most.
SENT = VALUES.map { |value| value == 18_446_744_073_709_551_615 ? value.to_s : value }.freeze
VIRTUAL_SELECT = "SELECT member_name, sql_host, sql_port, role, state FROM cluster_schema.members".freeze
VIRTUAL_COUNT = "SELECT COUNT(*) FROM information_schema.cluster_members".freeze

def connect(user: USER, password: PASSWORD, **options)
  options.merge!(sslca: TLS_CA, ssl_mode: :verify_identity, sslverify: true) if TLS == "1"
  Mysql2::Client.new(
    host: HOST, port: PORT.to_i, username: user, password: password, database: DATABASE, encoding: "utf8mb4",
    flags: Mysql2::Client::MULTI_STATEMENTS, as: :array, database_timezone: :utc, application_timezone: :utc, **options
  )
end

def session
  $session ||= connect
end

def rows(client, statement)
  result = client.query(statement, as: :array)
  result.nil? ? [] : result.to_a
end

def execute(client, statement, *parameters)
  prepared = client.prepare(statement)
  result = prepared.execute(*parameters, as: :array, database_timezone: :utc, application_timezone: :utc)
  result.nil? ? [] : result.to_a
ensure
  prepared&.close
end

def equal(found, expected, what = "value")
  return if found == expected

  raise "#{what}: #{found.inspect[0, 200]}, expected #{expected.inspect[0, 200]}"
end

def equal_row(row, what)
  row = row.dup
  row[12] = row[12].strftime("%H:%M:%S.%6N") if row[12].is_a?(Time)
  row[18] = row[18].unpack("C*").reduce(0) { |sum, byte| sum * 256 + byte } if row[18].is_a?(String)
  VALUES.each_with_index { |value, index| equal(row[index], value, "#{what} #{COLUMNS.split(', ')[index]}") }
end

def equal_member(rows)
  equal(rows.map { |row| row[1..] }, [[HOST, PORT.to_i, "PRIMARY", "ONLINE"]], "member")
end

def error_number
  yield
  raise "no error"
rescue Mysql2::Error => e
  e.error_number
end

def result_sets(client, statements)
  results = [client.query(statements)&.to_a]
  while client.next_result
    result = client.store_result
    results << result.to_a if result
  end
  results
end

FUNCTIONS = {
  "login" => lambda {
    client = connect
    equal(rows(client, "SELECT DATABASE(), 1"), [[DATABASE, 1]])
    equal(rows(client, "SHOW SESSION STATUS LIKE 'Ssl_cipher'")[0][1].empty?, TLS != "1", "no TLS cipher")
    client.close
  },
  "first-login" => -> { equal(rows(connect(user: FRESH_USER), "SELECT 1"), [[1]]) },
  "types" => lambda {
    rows(session, "DROP TABLE IF EXISTS types")
    rows(session, TYPES_TABLE)
    quoted = SENT.map do |value|
      case value
      when nil then "NULL"
      when Integer, Float then value.to_s
      when BigDecimal then value.to_s("F")
      when Time then "'#{value.strftime('%F %T.%6N')}'"
      when BYTES then "X'#{value.unpack1('H*')}'"
      else "'#{session.escape(value.to_s)}'"
      end
    end
    rows(session, "INSERT INTO types (id, #{COLUMNS}) VALUES (0, #{quoted.join(', ')})")
    execute(session, "INSERT INTO types (id, #{COLUMNS}) VALUES (1#{', ?' * SENT.size})", *SENT)
    [0, 1].each do |id|
      equal_row(rows(session, "SELECT #{SELECTED} FROM types WHERE id = #{id}")[0], "text #{id}")
      # The binding gives times of the binary protocol in whole seconds when they have no date.
      row = execute(session, "SELECT #{SELECTED.sub('ti', 'CAST(ti AS CHAR)')} FROM types WHERE id = ?", id)[0]
      equal_row(row, "binary #{id}")
    end
    stored = [TEXT.unpack1("H*").upcase, BYTES.unpack1("H*").upcase, 682]
    equal(rows(session, "SELECT HEX(tx), HEX(bl), bi + 0 FROM types"), [stored, stored], "stored")
  },
  "prepared" => lambda {
    prepared = session.prepare("SELECT ? + 1, ?")
    3.times do |number|
      found = prepared.execute(number, TEXT, as: :array).to_a
      equal([found[0][0].to_i, found[0][1]], [number + 1, TEXT])
    end
    prepared.close
    equal(error_number { session.prepare("SELEC ?") }, 1064, "error")
    equal(rows(session, "SELECT 7"), [[7]], "after it")
  },
  "transactions" => lambda {
    rows(session, "DROP TABLE IF EXISTS transactions")
    rows(session, "CREATE TABLE transactions (id INT PRIMARY KEY) ENGINE=InnoDB")
    rows(session, "BEGIN")
    rows(session, "INSERT INTO transactions VALUES (1)")
    rows(session, "ROLLBACK")
    equal(rows(session, "SELECT COUNT(*) FROM transactions"), [[0]], "after rollback")
    rows(session, "BEGIN")
    rows(session, "INSERT INTO transactions VALUES (2)")
    rows(session, "COMMIT")
    equal(rows(session, "SELECT id FROM transactions"), [[2]], "after commit")
  },
  "multi-results" => lambda {
    equal(result_sets(session, "SELECT 1; SET @a = 1; SELECT 2, 3"), [[[1]], [[2, 3]]], "statements")
    rows(session, "DROP PROCEDURE IF EXISTS several")
    rows(session, "CREATE PROCEDURE several() BEGIN SELECT 1; SELECT 2 UNION ALL SELECT 3; END")
    equal(result_sets(session, "CALL several()"), [[[1]], [[2], [3]]], "procedure")
    equal(rows(session, "SELECT 4"), [[4]], "after them")
  },
  "blob" => lambda {
    blob = BYTES * 80_000
    rows(session, "DROP TABLE IF EXISTS blobs")
    rows(session, "CREATE TABLE blobs (id INT PRIMARY KEY, bl LONGBLOB)")
    rows(session, "INSERT INTO blobs VALUES (1, X'#{blob.unpack1('H*')}')")
    execute(session, "INSERT INTO blobs VALUES (2, ?)", blob)
    [1, 2].each do |id|
      equal(rows(session, "SELECT bl FROM blobs WHERE id = #{id}")[0][0] == blob, true, "text #{id}")
      equal(execute(session, "SELECT bl FROM blobs WHERE id = ?", id)[0][0] == blob, true, "binary #{id}")
    end
    equal(rows(session, "SELECT 5"), [[5]], "after it")
  },
  "errors" => lambda {
    rows(session, "DROP TABLE IF EXISTS errors")
    rows(session, "CREATE TABLE errors (id INT PRIMARY KEY)")
    rows(session, "INSERT INTO errors VALUES (1)")
    equal(error_number { rows(session, "SELEC 1") }, 1064, "syntax")
    equal(error_number { rows(session, "SELECT * FROM missing") }, 1146, "missing table")
    equal(error_number { rows(session, "INSERT INTO errors VALUES (1)") }, 1062, "duplicate")
    equal(error_number { connect(password: "wrong") }, 1045, "wrong password")
    equal(rows(session, "SELECT id FROM errors"), [[1]], "after them")
  },
  "reconnect" => lambda {
    client = connect(reconnect: true)
    number = rows(client, "SELECT CONNECTION_ID()")[0][0]
    rows(session, "KILL CONNECTION #{client.thread_id}")
    deadline = Time.now + 10
    begin
      found = rows(client, "SELECT CONNECTION_ID(), DATABASE()")[0]
      raise "still the killed session" if found[0] == number
    rescue Mysql2::Error, RuntimeError
      retry if Time.now < deadline
      raise
    end
    equal(found[1], DATABASE, "database")
  },
  "virtual-text" => lambda {
    equal_member(rows(session, VIRTUAL_SELECT))
    equal(rows(session, VIRTUAL_COUNT), [[1]], "information_schema")
    equal(rows(session, "SELECT 6"), [[6]], "after them")
  },
  "virtual-prepared" => lambda {
    equal_member(execute(session, "#{VIRTUAL_SELECT} WHERE state = ?", "ONLINE"))
    equal(execute(session, "#{VIRTUAL_COUNT} WHERE sql_port = ?", PORT.to_i), [[1]], "information_schema")
  },
  "refused-write" => lambda {
    number = rows(session, "SELECT CONNECTION_ID()")[0][0]
    writes = [-> { rows(session, "INSERT INTO refused VALUES (1)") },
              -> { execute(session, "INSERT INTO refused VALUES (?)", 1) }]
    writes.each do |write|
      write.call
      raise "no error"
    rescue Mysql2::Error => e
      equal(e.error_number, 1290, "error")
      equal(e.message.include?(REFUSAL), true, "text of #{e.message}")
    end
    equal(rows(session, "SELECT COUNT(*), CONNECTION_ID() FROM refused"), [[0, number]], "after them")
  }
}.freeze

failed = false
CHECKS.each.with_index(1) do |name, number|
  if name.start_with?("virtual-") && SIDECAR != "1"
    puts "ok #{number} - #{name} # SKIP only against the sidecar"
    next
  end
  begin
    FUNCTIONS[name].call
    puts "ok #{number} - #{name}"
  rescue StandardError => e
    failed = true
    $session = nil
    place = e.backtrace.find { |line| line.include?("checks.rb") }.to_s[/checks.rb:\d+/]
    puts "not ok #{number} - #{name}", "# #{e.class}: #{e.message.gsub(/\s+/, ' ')[0, 500]} (#{place})"
  end
end
puts "1..#{CHECKS.size}"
exit(failed ? 1 : 0)
