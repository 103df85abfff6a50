// Each script is one step that nothing comes between. Dues are texts without line feeds, joined by them.

/**
 * KEYS debts, version, log, then the trace of each block. ARGV: how long the log and a trace are kept in milliseconds, then
 * for each change the multihash, the dues owed, the dues paid, and what becomes of the trace: 'set', 'clear' or ''. Answers
 * with the dues and the version of each.
 */
export const MERGE = `
local answers = {}
local now = redis.call('TIME')
local oldest = (tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000)) - tonumber(ARGV[1])
for i = 3, #ARGV, 4 do
  local multihash = ARGV[i]
  local gone, kept, seen = {}, {}, {}
  for due in string.gmatch(ARGV[i + 2], '[^\\n]+') do gone[due] = true end
  local function keep(text)
    for due in string.gmatch(text, '[^\\n]+') do
      if not gone[due] and not seen[due] then
        seen[due] = true
        kept[#kept + 1] = due
      end
    end
  end
  keep(redis.call('HGET', KEYS[1], multihash) or '')
  gone = {}
  keep(ARGV[i + 1])
  local dues = table.concat(kept, '\\n')
  if dues == '' then redis.call('HDEL', KEYS[1], multihash)
  else redis.call('HSET', KEYS[1], multihash, dues) end
  local trace = KEYS[4 + (i - 3) / 4]
  if ARGV[i + 3] == 'set' then redis.call('SET', trace, '', 'PX', ARGV[2])
  elseif ARGV[i + 3] == 'clear' then redis.call('DEL', trace) end
  local version = redis.call('INCR', KEYS[2])
  redis.call('XADD', KEYS[3], 'MINID', '~', oldest, '*', 'm', multihash, 'd', dues, 'v', version)
  answers[#answers + 1] = dues
  answers[#answers + 1] = version
end
return answers
`

/**
 * KEYS debts, version, then the hold and the trace of each block. ARGV: the multihashes. Answers with the dues of each, whether
 * it is held and has a trace, and last with the version.
 */
export const LOOK = `
local answers = {}
for i = 1, #ARGV do
  answers[#answers + 1] = redis.call('HGET', KEYS[1], ARGV[i]) or ''
  answers[#answers + 1] = redis.call('EXISTS', KEYS[1 + 2 * i])
  answers[#answers + 1] = redis.call('EXISTS', KEYS[2 + 2 * i])
end
answers[#answers + 1] = tonumber(redis.call('GET', KEYS[2]) or '0')
return answers
`

/** KEYS the hold, debts, version. ARGV: the token, its time in milliseconds, the multihash. False when another one holds it. */
export const HOLD = `
if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return false end
return { redis.call('HGET', KEYS[2], ARGV[3]) or '', tonumber(redis.call('GET', KEYS[3]) or '0') }
`

/** KEYS the hold. ARGV: the token, its time from now. */
export const RENEW = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`

/** KEYS the hold. ARGV: the token. */
export const LET_GO = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
`

/** KEYS the head. ARGV: what it is ('' for none), what it becomes. */
export const SWAP_HEAD = `
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1
`
