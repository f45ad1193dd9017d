# allowed: AC
# services, secrets and processes of the machine, from another language
require 'socket'
process, port = gets.split.map(&:to_i)
ways = [
  -> { TCPSocket.new('127.0.0.1', port) },
  -> { File.read('/etc/shadow') },
  -> { File.write(__FILE__, 'x', mode: 'a') },
  -> { Process.setpriority(Process::PRIO_PROCESS, 0, -20) },
  -> { Process.kill(9, process) if process != Process.pid }
]
escaped = ways.any? do |way|
  way.call
rescue SystemCallError
  false
end
fork do
  Process.daemon(true, true)
  sleep
end
puts escaped ? 'escaped' : 'contained'
