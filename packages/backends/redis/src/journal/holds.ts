import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type DebtState, type Hold, PoolError } from '@blockpool/core'
import { duesFrom } from './dues.ts'
import { HOLD, LET_GO, RENEW } from './scripts.ts'
import type { JournalServer } from './server.ts'

/** A process that has died lets go after this long. Milliseconds. */
const HOLD_MS = 5_000
const RENEW_EVERY_MS = HOLD_MS / 4
/** A hold counts as lost this much before it runs out, since the answer took its time, too. */
const MARGIN_MS = 1_000
/** The longest that is waited for another process, and between two tries. Milliseconds. */
const PATIENCE_MS = 4 * HOLD_MS
const FIRST_PAUSE_MS = 5
const MOST_PAUSE_MS = 250

/** Takes a block for this process, as soon as no other one has it. */
export async function takeHold(server: JournalServer, multihash: Uint8Array): Promise<Hold> {
  const token = randomUUID()
  const key = server.keys.hold(multihash)
  const giveUpAt = performance.now() + PATIENCE_MS
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, MOST_PAUSE_MS)) {
    const askedAt = performance.now()
    const { debts, version } = server.keys
    const answer = await server.run(HOLD, [key, debts, version], [token, HOLD_MS, Buffer.from(multihash)])
    if (answer !== null) {
      const [dues, number] = answer as [Buffer, number]
      return heldFrom(server, key, token, askedAt, {
        multihash,
        dues: duesFrom(String(dues)),
        version: Number(number),
      })
    }
    if (performance.now() > giveUpAt) throw notLetGo(server.name)
    await sleep(pause * (0.5 + Math.random()))
  }
}

function heldFrom(
  server: JournalServer,
  key: string,
  token: string,
  askedAt: number,
  state: DebtState,
): Hold {
  let until = askedAt + HOLD_MS - MARGIN_MS
  const renew = async (): Promise<void> => {
    const from = performance.now()
    if (Number(await server.run(RENEW, [key], [token, HOLD_MS])) === 1) until = from + HOLD_MS - MARGIN_MS
  }
  // What cannot be renewed runs out, and counts as lost before.
  const timer = setInterval(() => void renew().catch(() => {}), RENEW_EVERY_MS)
  timer.unref()
  return {
    state,
    get lost() {
      return performance.now() > until
    },
    async end() {
      clearInterval(timer)
      await server.run(LET_GO, [key], [token])
    },
  }
}

function notLetGo(name: string): PoolError {
  return new PoolError(
    'ERR_BACKEND',
    `${name}: another process has not let go of the block in ${PATIENCE_MS} ms`,
    {
      retryable: true,
    },
  )
}
