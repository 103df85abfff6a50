import { describe, expect, test } from 'vitest'
import type { Journal, SharedJournal } from '../../src/index.ts'
import { block } from '../support/blocks.ts'
import { ManualClock } from '../support/clock.ts'
import { poolOf, type Scene } from '../support/pool.ts'
import type { ScriptedVerb } from '../support/scripted.ts'
import { SharedFile } from '../support/shared-journal.ts'

const { cid, bytes } = block(1)
const BACKENDS = { a: {}, b: {}, c: {}, d: {}, e: {} }
const LONGEST_PUT_MS = 5_000

/** Five backends and two copies, which go to a and b. */
function five(options: { maxHints?: number; journal?: Journal; clock?: ManualClock } = {}) {
  return poolOf(BACKENDS, { copies: 2, ...options })
}

/** What the backends were asked while the task ran: 'a put, b put'. */
async function asked(scene: Scene<keyof typeof BACKENDS>, task: () => Promise<unknown>): Promise<string> {
  const backends = Object.entries(scene.on)
  const before = backends.map(([, { log }]) => log.length)
  await task()
  await scene.pool.settled()
  const calls = backends.flatMap(([id, { log }], i) => log.slice(before[i]).map((verb) => `${id} ${verb}`))
  return calls.join(', ')
}

function all(...verbs: readonly ScriptedVerb[]): string {
  return Object.keys(BACKENDS)
    .flatMap((id) => verbs.map((verb) => `${id} ${verb}`))
    .join(', ')
}

describe('a put asks', () => {
  test('as many backends as there are copies', async () => {
    const scene = await five({ maxHints: 0 })
    expect(await asked(scene, () => scene.pool.put({ cid, bytes }))).toBe('a put, b put')
  })

  test('those that hints name whether they have the block, and writes nothing when they do', async () => {
    const scene = await five()
    await scene.pool.put({ cid, bytes })
    expect(await asked(scene, () => scene.pool.put({ cid, bytes }))).toBe('a has, b has')
  })
})

describe('a get asks', () => {
  test('one backend for a block that is in its place', async () => {
    const scene = await five({ maxHints: 0 })
    await scene.pool.put({ cid, bytes })
    expect(await asked(scene, () => scene.pool.get(cid))).toBe('a get')
  })

  test('one backend for a block that it remembers', async () => {
    const scene = await five()
    await scene.pool.put({ cid, bytes })
    scene.pool.configure('e', { priority: 1_000 })
    expect(await asked(scene, () => scene.pool.get(cid))).toBe('a get')
  })

  test('all backends for a block that is in another place', async () => {
    const scene = await five({ maxHints: 0 })
    await scene.pool.put({ cid, bytes })
    scene.pool.configure('e', { priority: 1_000 })
    expect(await asked(scene, () => scene.pool.get(cid))).toBe(all('get'))
  })

  test('all backends for one that is absent, and, of stores not seen for a second, the id', async () => {
    const scene = await five()
    expect(await asked(scene, () => scene.pool.get(cid))).toBe(all('get'))
    await scene.clock.advance(1_500)
    expect(await asked(scene, () => scene.pool.get(cid))).toBe(all('get', 'identity'))
  })
})

describe('a has asks', () => {
  test('one backend for a block that it remembers', async () => {
    const scene = await five()
    await scene.pool.put({ cid, bytes })
    expect(await asked(scene, () => scene.pool.has(cid))).toBe('a has')
  })

  test('all backends at once for any other', async () => {
    const scene = await five({ maxHints: 0 })
    await scene.pool.put({ cid, bytes })
    expect(await asked(scene, () => scene.pool.has(cid))).toBe(all('has'))
  })
})

describe('a delete asks', () => {
  test('every backend, and then for the id of its store', async () => {
    const scene = await five()
    await scene.pool.put({ cid, bytes })
    expect(await asked(scene, () => scene.pool.delete(cid))).toBe(all('delete', 'identity'))
  })
})

describe('a shared journal', () => {
  async function sharing() {
    const clock = new ManualClock()
    const journal = new SharedFile(clock, LONGEST_PUT_MS).open()
    const calls: string[] = []
    const { shared: inner } = journal as Journal & { readonly shared: SharedJournal }
    const asks = <T>(name: string, answer: T): T => {
      calls.push(name)
      return answer
    }
    const shared: SharedJournal = {
      ...inner,
      look: (multihash) => asks('look', inner.look(multihash)),
      merge: (changes) => asks('merge', inner.merge(changes)),
      hold: async (multihash) => {
        const hold = await asks('hold', inner.hold(multihash))
        return { state: hold.state, lost: false, end: () => asks('end', hold.end()) }
      },
    }
    const opening = five({ clock, journal: { ...journal, shared } })
    await clock.advance(100)
    const scene = await opening
    /** Runs the task on the clock, and says what the journal was asked for. */
    const costs = async (task: () => Promise<unknown>): Promise<string> => {
      calls.length = 0
      const done = task()
      await clock.advance(100)
      await done
      return calls.join(', ')
    }
    return { ...scene, clock, costs }
  }

  test('is asked once by a put, and not by get and has', async () => {
    const { pool, costs } = await sharing()
    expect(await costs(() => pool.put({ cid, bytes }))).toBe('look')
    expect(await costs(() => pool.get(cid))).toBe('')
    expect(await costs(() => pool.has(cid))).toBe('')
  })

  test('is asked three times by a delete, and once by a get that finds the block hidden', async () => {
    const { pool, costs } = await sharing()
    await costs(() => pool.put({ cid, bytes }))
    expect(await costs(() => pool.delete(cid))).toBe('hold, merge, end')
    expect(await costs(() => pool.get(cid))).toBe('look')
  })

  test('is asked six times by a put of a block that was deleted a moment ago, which writes each copy twice', async () => {
    const { pool, on, costs } = await sharing()
    await costs(() => pool.delete(cid))
    expect(await costs(() => pool.put({ cid, bytes }))).toBe('look, hold, look, merge, merge, end')
    expect(on.a.count('put') + on.b.count('put')).toBe(4)
  })

  test('has every delete done again after the longest put', async () => {
    const { pool, on, clock, costs } = await sharing()
    await costs(() => pool.delete(cid))
    const again = await costs(() => clock.advance(LONGEST_PUT_MS + 1_000))
    expect(again.startsWith('hold, merge')).toBe(true)
    expect(again.endsWith('end')).toBe(true)
    for (const backend of Object.values(on)) expect(backend.count('delete')).toBe(2)
    expect(pool.stats().tombstones).toBe(0)
  })
})
