def deep(n)
  n.zero? ? 0 : deep(n - 1)
end

word, n, *numbers = $stdin.read.split
n = n.to_i
sum = numbers.sum(&:to_i)
case word
when 'spin'
  nil while Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID, :millisecond) < n
when 'sleep' then sleep(n / 1000.0)
when 'take' then taken = Array.new(n) { 'x' * (1 << 20) }
when 'deep' then sum += deep(n)
when 'crash' then raise 'crash'
end
puts sum unless word == 'quiet'
print ' ' * n if word == 'pad'
exit(word == 'exit' ? n : 0)
