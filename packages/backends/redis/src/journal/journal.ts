import {
  type DebtChange,
  type DebtState,
  type Journal,
  type JournalChange,
  PoolError,
  type SharedJournal,
} from '@blockpool/core'
import { debtFrom, duesFrom, textOf } from './dues.ts'
import { readHead, writeHead } from './head.ts'
import { takeHold } from './holds.ts'
import { Looks } from './looks.ts'
import { News } from './news.ts'
import { type RedisJournalOptions, resolveJournalOptions } from './options.ts'
import { MERGE } from './scripts.ts'
import { type JournalServer, openServer } from './server.ts'

/** How long a change can be read by those who listen. */
const LOG_MS = 10 * 60_000
const DEBTS_AT_ONCE = 512

/**
 * A journal in Redis that the pools of several processes share. A string is a URL. What is written survives a power cut on
 * a standalone server with `appendfsync always`; other servers are refused unless `allowLossyJournal` is set.
 * @throws PoolError `ERR_INVALID_OPTIONS`
 */
export function redisJournal(given: string | RedisJournalOptions): Journal {
  const options = resolveJournalOptions(given)
  const { name } = options.redis
  let open: Session | undefined
  const session = (): Session => {
    if (!open) throw new PoolError('ERR_CLOSED', `the journal in ${name} is not open`)
    return open
  }
  const shared: SharedJournal = {
    longestPutMs: options.longestPutMs,
    lagMs: options.lagMs,
    merge: async (changes) => merge(session().server, changes, options.longestPutMs),
    hold: async (multihash) => takeHold(session().server, multihash),
    look: async (multihash) => session().looks.look(multihash),
    generation: async () => (await readHead(session().server)).generation,
    news: async () => session().news.read(),
  }
  return {
    durability: options.allowLossy ? 'process' : 'power',
    shared,
    async open() {
      open ??= await openSession(await openServer(options))
      return readHead(open.server)
    },
    async *debts() {
      const { server } = session()
      let cursor = '0'
      do {
        const [next, pairs] = (await server.call(
          'hscan',
          server.keys.debts,
          cursor,
          'COUNT',
          DEBTS_AT_ONCE,
        )) as [Buffer, Buffer[]]
        for (let i = 0; i < pairs.length; i += 2)
          yield debtFrom(Uint8Array.from(pairs[i] as Buffer), duesFrom(String(pairs[i + 1])))
        cursor = String(next)
      } while (cursor !== '0')
    },
    async write(changes: readonly JournalChange[]) {
      for (const change of changes) if (change.type === 'head') await writeHead(session().server, change.head)
    },
    async close() {
      open?.server.close()
      open = undefined
    },
  }
}

interface Session {
  readonly server: JournalServer
  readonly looks: Looks
  readonly news: News
}

async function openSession(server: JournalServer): Promise<Session> {
  try {
    return { server, looks: new Looks(server), news: await News.from(server) }
  } catch (error) {
    server.close()
    throw error
  }
}

async function merge(
  server: JournalServer,
  changes: readonly DebtChange[],
  longestPutMs: number,
): Promise<readonly DebtState[]> {
  const { debts, version, log, trace } = server.keys
  const keys = [debts, version, log, ...changes.map(({ multihash }) => trace(multihash))]
  const args = changes.flatMap((change) => [
    Buffer.from(change.multihash),
    textOf(change.owed),
    textOf(change.paid),
    traceAfter(change),
  ])
  const answers = (await server.run(MERGE, keys, [LOG_MS, longestPutMs, ...args])) as (Buffer | number)[]
  return changes.map(({ multihash }, i) => ({
    multihash,
    dues: duesFrom(String(answers[2 * i])),
    version: Number(answers[2 * i + 1]),
  }))
}

/** A confirmed delete leaves a trace; a put that lifts a tombstone removes it. */
function traceAfter({ owed, paid }: DebtChange): 'set' | 'clear' | '' {
  if (!paid.some((due) => due.startsWith('delete:'))) return ''
  return owed.includes('copies') ? 'clear' : 'set'
}
