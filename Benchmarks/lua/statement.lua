-- One statement again and again, without prepared statements: sysbench statement.lua --statement=SQL run
sysbench.cmdline.options = {
   statement = {"SQL to run", "SELECT 1"},
   connect = {"Connect anew for each", false},
}

function thread_init()
   driver = sysbench.sql.driver()
   connection = driver:connect()
end

function event()
   if sysbench.opt.connect then
      connection:disconnect()
      connection = driver:connect()
   end
   connection:query(sysbench.opt.statement)
end

function thread_done()
   connection:disconnect()
end
