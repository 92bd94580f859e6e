-- Charges all keys or none, by the server's own clock, which is the one clock of all gateways.
-- ARGV for each key: N, hold, cell width (ms), cost, debt (units that an outage left uncharged).
-- Returns { 1 admitted | 0 denied | -1 never, wait, violated bits, now, and for each key
-- remaining, reset, stamp or 0 }. A value is u32 sum, then u48 t, u32 n of each cell, oldest first.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local CELLS = 30

local function read(value)
	local log = { t = {}, n = {}, first = 1, last = 0, sum = 0 }
	if not value then return log end
	for at = 5, #value - 9, 10 do
		local a, b, c, d, e, f, g, h, i, j = string.byte(value, at, at + 9)
		local last = log.last + 1
		log.last = last
		log.t[last] = ((((a * 256 + b) * 256 + c) * 256 + d) * 256 + e) * 256 + f
		log.n[last] = ((g * 256 + h) * 256 + i) * 256 + j
		log.sum = log.sum + log.n[last]
	end
	return log
end

local function bytes(number, count)
	local out = {}
	for i = count, 1, -1 do
		out[i] = string.char(number % 256)
		number = math.floor(number / 256)
	end
	return table.concat(out)
end

local function write(key, log, hold, width)
	local out = { bytes(log.sum, 4) }
	for i = log.first, log.last do
		out[#out + 1] = bytes(log.t[i], 6) .. bytes(log.n[i], 4)
	end
	redis.call('SET', key, table.concat(out), 'PX', log.t[log.last] - now + hold + width)
end

local function drop(log, hold)
	while log.first <= log.last and now - log.t[log.first] >= hold do
		log.sum = log.sum - log.n[log.first]
		log.first = log.first + 1
	end
end

local function force(log, width, cost)
	local t = now
	local live = log.last >= log.first
	if live and log.t[log.last] > t then t = log.t[log.last] end
	if live and math.floor(t / width) == math.floor(log.t[log.last] / width) then
		log.t[log.last] = t
		log.n[log.last] = log.n[log.last] + cost
	else
		if log.last - log.first + 1 >= CELLS then
			log.n[log.first + 1] = log.n[log.first + 1] + log.n[log.first]
			log.first = log.first + 1
		end
		log.last = log.last + 1
		log.t[log.last] = t
		log.n[log.last] = cost
	end
	log.sum = log.sum + cost
	return t
end

local function wait_of(log, units, hold, cost)
	local need = log.sum + cost - units
	for i = log.first, log.last do
		need = need - log.n[i]
		if need <= 0 then return log.t[i] + hold - now end
	end
	return hold
end

local logs, verdict, wait, violated = {}, 1, 0, 0
local values = redis.call('MGET', unpack(KEYS))
for i = 1, #KEYS do
	local units, hold, width, cost, debt = tonumber(ARGV[5 * i - 4]), tonumber(ARGV[5 * i - 3]),
		tonumber(ARGV[5 * i - 2]), tonumber(ARGV[5 * i - 1]), tonumber(ARGV[5 * i])
	local log = read(values[i])
	logs[i] = log
	drop(log, hold)
	if debt > 0 then force(log, width, debt) end
	if cost > units or log.sum + cost > units then
		violated = violated + 2 ^ (i - 1)
		if cost > units then
			verdict = -1
		else
			wait = math.max(wait, wait_of(log, units, hold, cost))
			verdict = math.min(verdict, 0)
		end
	end
end

local reply = { verdict, wait, violated, now }
for i = 1, #KEYS do
	local units, hold, width, cost, debt = tonumber(ARGV[5 * i - 4]), tonumber(ARGV[5 * i - 3]),
		tonumber(ARGV[5 * i - 2]), tonumber(ARGV[5 * i - 1]), tonumber(ARGV[5 * i])
	local log, stamp = logs[i], 0
	if verdict == 1 then stamp = force(log, width, cost) end
	if verdict == 1 or debt > 0 then write(KEYS[i], log, hold, width) end
	local reset = log.last >= log.first and log.t[log.first] + hold - now or 0
	reply[#reply + 1] = math.max(0, units - log.sum)
	reply[#reply + 1] = reset
	reply[#reply + 1] = stamp
end
return reply
