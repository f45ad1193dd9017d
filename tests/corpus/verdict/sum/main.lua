local function deep(n)
  if n == 0 then return 0 end
  return deep(n - 1) + 0
end

local next_word = io.read('a'):gmatch('%S+')
local word, n = next_word(), tonumber(next_word())
local sum, taken = 0, {}
for value in next_word do sum = sum + math.tointeger(value) end
if word == 'spin' then
  repeat until os.clock() * 1000 >= n
elseif word == 'sleep' then
  os.execute('sleep ' .. n / 1000)
elseif word == 'take' then
  for i = 1, n do taken[i] = string.rep('x', 1 << 20) .. i end
elseif word == 'deep' then
  sum = sum + deep(n)
elseif word == 'crash' then
  error('crash')
end
if word ~= 'quiet' then print(sum) end
if word == 'pad' then io.write(string.rep(' ', n)) end
os.exit(word == 'exit' and n or 0)
