-- Gives units back to the cells that they were charged in, unless such a cell may be gone.
-- ARGV for each key: stamp, units, hold (ms). Returns the units given back for each key.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

local function number(value, at, count)
	local sum = 0
	for i = at, at + count - 1 do sum = sum * 256 + string.byte(value, i) end
	return sum
end

local function bytes(value)
	return string.char(math.floor(value / 16777216) % 256, math.floor(value / 65536) % 256,
		math.floor(value / 256) % 256, value % 256)
end

local reply = {}
for i = 1, #KEYS do
	local stamp, units, hold = tonumber(ARGV[3 * i - 2]), tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i])
	local value = redis.call('GET', KEYS[i])
	local back = 0
	if value and now - stamp < hold - 50 then
		for at = 5, #value - 9, 10 do
			if number(value, at, 6) >= stamp then
				local n = number(value, at + 6, 4)
				back = math.min(units, n)
				value = bytes(number(value, 1, 4) - back) .. string.sub(value, 5, at + 5) ..
					bytes(n - back) .. string.sub(value, at + 10)
				redis.call('SET', KEYS[i], value, 'KEEPTTL')
				break
			end
		end
	end
	reply[i] = back
end
return reply
