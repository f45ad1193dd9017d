local next_word = io.read('a'):gmatch('%S+')
local mood, counts, best = next_word(), {}, nil
for word in next_word do counts[word] = (counts[word] or 0) + 1 end
for word, count in pairs(counts) do
  if not best or count > counts[best] or count == counts[best] and word < best then best = word end
end
if mood == 'crash' then error('crash') end
while mood == 'slow' do end
local all = {}
while mood == 'greedy' do all[#all + 1] = string.rep('x', 1 << 20) .. #all end
print(best .. ' ' .. counts[best] + (mood == 'wrong' and 1 or 0))
