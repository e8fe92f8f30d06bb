-- One statement again and again, without prepared statements: sysbench statement.lua --statement=SQL run
sysbench.cmdline.options = {
   statement = {"SQL to run", "SELECT 1"},
}

function thread_init()
   connection = sysbench.sql.driver():connect()
end

function event()
   connection:query(sysbench.opt.statement)
end

function thread_done()
   connection:disconnect()
end
