local mood = io.read()
local rows, columns = io.read('n', 'n', 'l')
local map = {}
for row = 1, rows do
  map[row] = {}
  for place in io.read():gmatch('.') do table.insert(map[row], place) end
end

local function sink(row, column)
  if not map[row] or map[row][column] ~= '#' then return 0 end
  map[row][column] = '.'
  sink(row - 1, column)
  sink(row + 1, column)
  sink(row, column - 1)
  sink(row, column + 1)
  return 1
end

local islands = 0
for row = 1, rows do
  for column = 1, columns do islands = islands + sink(row, column) end
end
if mood == 'crash' then islands = islands + #map[rows + 1] end
local turn = 0
while mood == 'slow' do turn = 1 - turn end
local numbers = { 1.5 }
while mood == 'greedy' do table.move(numbers, 1, #numbers, #numbers + 1) end
print(mood == 'wrong' and islands + 1 or islands)
