/**
 * Everything a replica writes, done by Redis in one step: either the whole batch is there, with a line in the log for each
 * change, or nothing of it. A batch that is sent again, because its answer was lost, is not done twice. A
 * Redis that has lost its memory has another epoch, or none, and refuses: the replica has to start over with it.
 * The oldest entries go when the limits of the writer are exceeded, so that Redis cannot grow without bound.
 */
export const WRITE_SCRIPT = `
local entries, meta, age, bytes, counts, log, epoch, seen = unpack(KEYS)
if redis.call('GET', epoch) ~= ARGV[1] then return redis.error_reply('EPOCH this Redis has lost what it held') end
local replica, number, now = ARGV[2], tonumber(ARGV[3]), ARGV[4]
if tonumber(redis.call('GET', seen) or '0') >= number then return 0 end
local ttl, keep, maxEntries, maxBytes, maxLog = ARGV[5], ARGV[6], tonumber(ARGV[7]), tonumber(ARGV[8]), ARGV[9]
local at = 10

local function tell(...) redis.call('XADD', log, 'MAXLEN', '~', maxLog, '*', 't', now, ...) end
local function remove(key)
  redis.call('DECRBY', bytes, redis.call('HSTRLEN', entries, key))
  redis.call('HDEL', entries, key)
  redis.call('HDEL', meta, key)
  redis.call('ZREM', age, key)
end
local function idOf(key)
  local known = redis.call('HGET', meta, key)
  return known and cjson.decode(known)[1] or nil
end

local selectors = tonumber(ARGV[at]); at = at + 1
for i = 1, selectors do
  tell('r', replica, 'o', 'purge', 'k', ARGV[at])
  at = at + 1
end

local removes = tonumber(ARGV[at]); at = at + 1
for i = 1, removes do
  local key, id = ARGV[at], ARGV[at + 1]
  at = at + 2
  if idOf(key) == id then
    remove(key)
    tell('r', replica, 'o', 'remove', 'k', key, 'i', id)
  end
end

local puts = tonumber(ARGV[at]); at = at + 1
for i = 1, puts do
  local key, id, facts, storedAt, payload = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4]
  at = at + 5
  redis.call('INCRBY', bytes, string.len(payload) - redis.call('HSTRLEN', entries, key))
  redis.call('HSET', entries, key, payload)
  redis.call('HSET', meta, key, facts)
  redis.call('ZADD', age, storedAt, key)
  while redis.call('HLEN', entries) > maxEntries or tonumber(redis.call('GET', bytes)) > maxBytes do
    local oldest = redis.call('ZRANGE', age, 0, 0)[1]
    if oldest == nil or oldest == key then break end
    local gone = idOf(oldest)
    remove(oldest)
    tell('r', '', 'o', 'remove', 'k', oldest, 'i', gone or '')
  end
  tell('r', replica, 'o', 'put', 'k', key, 'i', id)
end

local additions = tonumber(ARGV[at]); at = at + 1
for i = 1, additions do
  local key, dropped, deltas = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  at = at + 3
  local known = dropped == '0' and redis.call('HGET', counts, key)
  local sums = known and cjson.decode(known) or {}
  local some = false
  for name, delta in pairs(cjson.decode(deltas)) do
    some = true
    sums[name] = (sums[name] or 0) + delta
  end
  if some then redis.call('HSET', counts, key, cjson.encode(sums))
  elseif dropped ~= '0' then redis.call('HDEL', counts, key) end
  tell('r', replica, 'o', 'count', 'k', key, 'd', dropped, 'v', deltas)
end

redis.call('SET', seen, number, 'PX', keep)
for _, key in ipairs({ entries, meta, age, bytes }) do redis.call('PEXPIRE', key, ttl) end
for _, key in ipairs({ counts, log, epoch }) do redis.call('PEXPIRE', key, keep) end
return 1
`;

/** Writes counts back into a Redis that has lost them; those that another replica wrote back already stay. */
export const SEED_SCRIPT = `
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return redis.error_reply('EPOCH this Redis has lost what it held') end
for i = 2, #ARGV, 2 do redis.call('HSETNX', KEYS[1], ARGV[i], ARGV[i + 1]) end
return 1
`;
