mood, *words = $stdin.read.split
word, count = words.tally.min_by { |one, times| [-times, one] }
case mood
when 'crash' then raise 'crash'
when 'slow' then loop {}
when 'greedy'
  all = []
  loop { all << 'x' * (1 << 20) }
when 'wrong' then count += 1
end
puts "#{word} #{count}"
