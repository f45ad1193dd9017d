mood = gets.chomp
rows, columns = gets.split.map(&:to_i)
map = Array.new(rows) { gets.chomp }

sink = lambda do |row, column|
  next false if row.negative? || column.negative? || row == rows || map[row][column] != '#'

  map[row][column] = '.'
  [[-1, 0], [1, 0], [0, -1], [0, 1]].each { |down, right| sink.call(row + down, column + right) }
  true
end

islands = (0...rows).sum { |row| (0...columns).count { |column| sink.call(row, column) } }
islands += map[rows].size if mood == 'crash'
turn = 0
turn = 1 - turn while mood == 'slow'
text = 'x'
text += text while mood == 'greedy'
puts mood == 'wrong' ? islands + 1 : islands
