title="Ruby mysql2 (libmariadb)"
packages=(ruby ruby-mysql2)
run() { exec ruby checks.rb; }
version() { ruby -rmysql2 -e 'puts Mysql2::VERSION'; }
