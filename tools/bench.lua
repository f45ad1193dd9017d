-- For wrk, both ways of tools/bench.py: what it prints at the end is for programs to read. With a
-- file of "token<TAB>body" lines as argument it sends those submissions, in turn and over again.
local requests, next_one = {}, 0

local function take_turns()
    next_one = next_one % #requests + 1
    return requests[next_one]
end

function init(arguments)
    if not arguments[1] then
        return
    end
    for line in io.lines(arguments[1]) do
        local token, body = line:match("^(.-)\t(.*)$")
        requests[#requests + 1] = wrk.format("POST", "/rooms/submit", {
            ["Authorization"] = "Bearer " .. token,
            ["Content-Type"] = "application/json",
        }, body)
    end
    request = take_turns
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format("figures %d %d %d %d\n", summary.requests, summary.duration,
        latency:percentile(99),
        errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
