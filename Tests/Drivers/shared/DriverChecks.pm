# The checks for Perl's DBI, for DBD::mysql and DBD::MariaDB, whose attributes differ by their prefix alone.
package DriverChecks;

use strict;
use warnings;
use utf8;
use DBI;
use Encode qw(encode_utf8);

binmode STDOUT, ':encoding(UTF-8)';
$| = 1;

my @checks = qw(login first-login types prepared transactions multi-results blob errors reconnect virtual-text
    virtual-prepared);
my %env = map { $_ => $ENV{"PILOTFISH_TEST_$_"} // '' }
    qw(HOST PORT USER PASSWORD FRESH_USER DATABASE TLS TLS_CA SIDECAR REFUSAL);
# What a read-only server's refusal of a write has to say; the only check then.
@checks = qw(refused-write) if $env{REFUSAL} ne '';

my $types_table = 'CREATE TABLE types (id INT PRIMARY KEY, i8 TINYINT, u8 TINYINT UNSIGNED, i16 SMALLINT,
    u16 SMALLINT UNSIGNED, i24 MEDIUMINT, i32 INT, u32 INT UNSIGNED, i64 BIGINT, u64 BIGINT UNSIGNED,
    de DECIMAL(30,10), db DOUBLE, da DATE, ti TIME(6), dt DATETIME(6), tx VARCHAR(100) CHARACTER SET utf8mb4,
    bl BLOB, nu INT, js JSON, bi BIT(10))';
my $columns = 'i8, u8, i16, u16, i24, i32, u32, i64, u64, de, db, da, ti, dt, tx, nu, js, bi, bl';
# MySQL's JSON is binary for these drivers.
my $selected = $columns =~ s/js, bi/CAST(js AS CHAR), bi + 0/r;
my $text = 'Grüße, 世界 🐟';
my $bytes = join '', map { chr } 0 .. 255;
my @values = (
    -128, 255, -32768, 65535, -8388608, -2147483648, 4294967295, '-9223372036854775808', '18446744073709551615',
    '-12345678901234567890.0123456789', 0.1, '2024-02-29', '12:34:56.789012', '2024-02-29 23:59:59.123456', $text,
    undef, '{"fish": ["🐟", 1, 2.5, null]}', 682, $bytes,
);
my $virtual_select = 'SELECT member_name, sql_host, sql_port, role, state FROM cluster_schema.members';
my $virtual_count = 'SELECT COUNT(*) FROM information_schema.cluster_members';

my ($driver, $prefix, $session);

sub equal {
    my ($found, $expected, $what) = @_;
    $what //= 'value';
    my ($a, $b) = map { flat($_) } $found, $expected;
    die sprintf("%s: %s, expected %s\n", $what, substr($a, 0, 200), substr($b, 0, 200)) if $a ne $b;
}

sub flat {
    my ($value) = @_;
    return 'NULL' unless defined $value;
    return '(' . join(', ', map { flat($_) } @$value) . ')' if ref $value;
    return "$value";
}

# Options: server_prepare => 1 for the binary protocol.
sub open_session {
    my ($user, $password, %options) = @_;
    my $source = "dbi:$driver:host=$env{HOST};port=$env{PORT};database=$env{DATABASE}";
    my %attributes = (RaiseError => 1, PrintError => 0, AutoCommit => 1, "${prefix}_multi_statements" => 1);
    $attributes{mysql_enable_utf8mb4} = 1 if $driver eq 'mysql';
    $attributes{"${prefix}_server_prepare"} = 1 if $options{server_prepare};
    if ($env{TLS} eq '1') {
        $attributes{"${prefix}_ssl"} = 1;
        $attributes{"${prefix}_ssl_ca_file"} = $env{TLS_CA};
        $attributes{"${prefix}_ssl_verify_server_cert"} = 1;
        # Debian's DBD::mysql cannot insist on TLS; the check of the login looks whether it is there.
        $attributes{mysql_ssl_optional} = 1 if $driver eq 'mysql';
    }
    return DBI->connect($source, $user // $env{USER}, $password // $env{PASSWORD}, \%attributes);
}

sub rows {
    my ($connection, $statement, @parameters) = @_;
    return $connection->selectall_arrayref($statement, undef, @parameters);
}

# The last parameter is bound as binary.
sub insert {
    my ($connection, $statement, @parameters) = @_;
    my $prepared = $connection->prepare($statement);
    for my $index (1 .. @parameters) {
        if ($index == @parameters) {
            $prepared->bind_param($index, $parameters[-1], DBI::SQL_BLOB);
        } else {
            $prepared->bind_param($index, $parameters[$index - 1]);
        }
    }
    $prepared->execute;
    $prepared->finish;
}

sub result_sets {
    my ($connection, $statements) = @_;
    my $prepared = $connection->prepare($statements);
    $prepared->execute;
    my @results;
    do {
        push @results, $prepared->fetchall_arrayref if $prepared->{NUM_OF_FIELDS};
    } while ($prepared->more_results);
    return \@results;
}

sub error_number {
    my ($function) = @_;
    return $DBI::err unless eval { $function->(); 1 };
    die "no error\n";
}

my %functions = (
    'login' => sub {
        my $connection = open_session();
        equal(rows($connection, 'SELECT DATABASE(), 1'), [[$env{DATABASE}, 1]]);
        my $has_cipher = rows($connection, "SHOW SESSION STATUS LIKE 'Ssl_cipher'")->[0][1] ne '' ? '1' : '0';
        equal($has_cipher, $env{TLS}, 'TLS');
        $connection->disconnect;
    },
    'first-login' => sub {
        my $connection = open_session($env{FRESH_USER});
        equal(rows($connection, 'SELECT 1'), [[1]]);
        $connection->disconnect;
    },
    'types' => sub {
        rows_none($session, 'DROP TABLE IF EXISTS types', $types_table);
        my $binary = open_session(undef, undef, server_prepare => 1);
        # Numbers are bound as text, which a column of bits would take for bytes.
        my $marks = join ', ', ('?') x (@values - 2), '? + 0', '?';
        my $id = 0;
        insert($_, "INSERT INTO types (id, $columns) VALUES (@{[$id++]}, $marks)", @values) for $session, $binary;
        for my $connection ($session, $binary) {
            for my $id (0, 1) {
                my @expected = @values;
                my $found = rows($connection, "SELECT $selected FROM types WHERE id = ?", $id);
                equal($found->[0], \@expected, "row $id");
            }
        }
        my $stored = [uc unpack('H*', encode_utf8($text)), uc unpack('H*', $bytes)];
        equal(rows($session, 'SELECT HEX(tx), HEX(bl) FROM types'), [$stored, $stored], 'stored');
        $binary->disconnect;
    },
    'prepared' => sub {
        my $connection = open_session(undef, undef, server_prepare => 1);
        my $prepared = $connection->prepare('SELECT ? + 1, ?');
        for my $number (0 .. 2) {
            $prepared->bind_param(1, $number, DBI::SQL_INTEGER);
            $prepared->bind_param(2, $text);
            $prepared->execute;
            equal($prepared->fetchall_arrayref, [[$number + 1, $text]]);
        }
        $prepared->finish;
        equal(error_number(sub { $connection->prepare('SELEC ?')->execute(1) }), 1064, 'error');
        equal(rows($connection, 'SELECT 7'), [[7]], 'after it');
        $connection->disconnect;
    },
    'transactions' => sub {
        rows_none($session, 'DROP TABLE IF EXISTS transactions',
            'CREATE TABLE transactions (id INT PRIMARY KEY) ENGINE=InnoDB');
        $session->begin_work;
        $session->do('INSERT INTO transactions VALUES (1)');
        $session->rollback;
        equal(rows($session, 'SELECT COUNT(*) FROM transactions'), [[0]], 'after rollback');
        $session->begin_work;
        $session->do('INSERT INTO transactions VALUES (2)');
        $session->commit;
        equal(rows($session, 'SELECT id FROM transactions'), [[2]], 'after commit');
    },
    'multi-results' => sub {
        equal(result_sets($session, 'SELECT 1; SELECT 2, 3'), [[[1]], [[2, 3]]], 'statements');
        rows_none($session, 'DROP PROCEDURE IF EXISTS several');
        $session->do('CREATE PROCEDURE several() BEGIN SELECT 1; SELECT 2 UNION ALL SELECT 3; END');
        equal(result_sets($session, 'CALL several()'), [[[1]], [[2], [3]]], 'procedure');
        equal(rows($session, 'SELECT 4'), [[4]], 'after them');
    },
    'blob' => sub {
        my $blob = $bytes x 80_000;
        rows_none($session, 'DROP TABLE IF EXISTS blobs', 'CREATE TABLE blobs (id INT PRIMARY KEY, bl LONGBLOB)');
        my $binary = open_session(undef, undef, server_prepare => 1);
        insert($session, 'INSERT INTO blobs (id, bl) VALUES (?, ?)', 1, $blob);
        insert($binary, 'INSERT INTO blobs (id, bl) VALUES (?, ?)', 2, $blob);
        for my $connection ($session, $binary) {
            for my $id (1, 2) {
                my $found = rows($connection, 'SELECT bl FROM blobs WHERE id = ?', $id)->[0][0];
                die "row $id is not the same\n" unless $found eq $blob;
            }
        }
        equal(rows($session, 'SELECT 5'), [[5]], 'after it');
        $binary->disconnect;
    },
    'errors' => sub {
        rows_none($session, 'DROP TABLE IF EXISTS errors', 'CREATE TABLE errors (id INT PRIMARY KEY)');
        $session->do('INSERT INTO errors VALUES (1)');
        equal(error_number(sub { rows($session, 'SELEC 1') }), 1064, 'syntax');
        equal(error_number(sub { rows($session, 'SELECT * FROM missing') }), 1146, 'missing table');
        equal(error_number(sub { $session->do('INSERT INTO errors VALUES (1)') }), 1062, 'duplicate');
        equal(error_number(sub { open_session(undef, 'wrong') }), 1045, 'wrong password');
        equal(rows($session, 'SELECT id FROM errors'), [[1]], 'after them');
    },
    'reconnect' => sub {
        my $connection = open_session();
        $connection->{"${prefix}_auto_reconnect"} = 1;
        my $number = rows($connection, 'SELECT CONNECTION_ID()')->[0][0];
        $session->do("KILL CONNECTION $number");
        # The driver connects again when ping finds the session gone.
        my $deadline = time + 10;
        while (time < $deadline) {
            last if eval { $connection->ping && rows($connection, 'SELECT CONNECTION_ID()')->[0][0] != $number };
        }
        my $found = rows($connection, 'SELECT CONNECTION_ID(), DATABASE()')->[0];
        die "still the killed session\n" if $found->[0] == $number;
        equal($found->[1], $env{DATABASE}, 'database');
        $connection->disconnect;
    },
    'virtual-text' => sub {
        equal_member(rows($session, "$virtual_select WHERE state = ?", 'ONLINE'));
        equal(rows($session, $virtual_count), [[1]], 'information_schema');
        equal(rows($session, 'SELECT 6'), [[6]], 'after them');
    },
    'virtual-prepared' => sub {
        my $connection = open_session(undef, undef, server_prepare => 1);
        equal_member(rows($connection, "$virtual_select WHERE state = ?", 'ONLINE'));
        equal(rows($connection, "$virtual_count WHERE sql_port = ?", $env{PORT}), [[1]], 'information_schema');
        $connection->disconnect;
    },
);

$functions{'refused-write'} = sub {
    my $binary = open_session(undef, undef, server_prepare => 1);
    for my $connection ($session, $binary) {
        my $number = rows($connection, 'SELECT CONNECTION_ID()');
        equal(error_number(sub { insert($connection, 'INSERT INTO refused VALUES (?)', 1) }), 1290, 'error');
        die "the text: $DBI::errstr\n" if index($DBI::errstr, $env{REFUSAL}) < 0;
        equal(rows($connection, 'SELECT COUNT(*) FROM refused'), [[0]], 'after it');
        equal(rows($connection, 'SELECT CONNECTION_ID()'), $number, 'connection id');
    }
    $binary->disconnect;
};

sub rows_none {
    my ($connection, @statements) = @_;
    $connection->do($_) for @statements;
}

sub equal_member {
    my ($rows) = @_;
    equal(scalar @$rows, 1, 'members');
    my @found = @{ $rows->[0] };
    equal([@found[1 .. 4]], [$env{HOST}, $env{PORT}, 'PRIMARY', 'ONLINE'], 'member');
}

# $driver: mysql or MariaDB
sub run {
    ($driver) = @_;
    $prefix = lc $driver;
    my ($number, $failed) = (0, 0);
    for my $name (@checks) {
        $number++;
        if ($name =~ /^virtual-/ && $env{SIDECAR} ne '1') {
            print "ok $number - $name # SKIP only against the sidecar\n";
            next;
        }
        if (eval { $session //= open_session(); $functions{$name}->(); 1 }) {
            print "ok $number - $name\n";
        } else {
            my $error = $@ =~ s/\s+/ /gr;
            print "not ok $number - $name\n# $error\n";
            $failed = 1;
            undef $session;
        }
    }
    print '1..' . @checks . "\n";
    $session->disconnect if $session;
    exit $failed;
}

1;
