import { assertBytes, assertEqual, assertLists, rejection } from '../assert.ts'
import { putAll } from '../blocks.ts'
import { abortAfter } from '../timing.ts'
import type { BackendCase, CaseContext } from '../types.ts'
import { type Verb, verbs } from '../verbs.ts'

/** From the call to its abort, in milliseconds; 0 is at once. */
export const ABORT_DELAYS: readonly number[] = [0, 0, 1, 2, 5]

const abortedCases: readonly BackendCase[] = verbs.map((verb) => ({
  id: `abort/aborted-${verb.name}`,
  title: `${verb.name} with a signal that is already aborted rejects with signal.reason`,
  requires: verb.name === 'ping' ? ['ping'] : [],
  async run({ backend, block }) {
    const [stored, unknown] = [await block(), await block()]
    await backend.put(stored)
    const reason = new Error('the caller gave up before the call')
    const options = { signal: AbortSignal.abort(reason) }
    for (const each of [stored, unknown]) {
      const error = await rejection(`${verb.name} when aborted`, () => verb.call(backend, each, options))
      assertEqual(`what ${verb.name} rejects with`, error, reason)
    }
  },
}))

const duringCases: readonly BackendCase[] = verbs.map((verb) => ({
  id: `abort/during-${verb.name}`,
  title: `an abort during ${verb.name} ends it with signal.reason or its result; the store stays usable`,
  requires: verb.name === 'ping' ? ['ping'] : [],
  run: (context) => abortDuring(verb, context),
}))

export const abortCases: readonly BackendCase[] = [...abortedCases, ...duringCases]

async function abortDuring(verb: Verb, { backend, block, blocks }: CaseContext): Promise<void> {
  const others = await blocks(20)
  await putAll(backend, others)
  for (const delay of ABORT_DELAYS) {
    const one = await block(65_536)
    if (verb.name === 'get') await backend.put(one)
    const reason = new Error('the caller gave up during the call')
    const end = await abortAfter(delay, reason, (signal) => verb.call(backend, one, { signal }))
    if (end.status === 'rejected') assertEqual(`what ${verb.name} rejects with`, end.reason, reason)
    else if (verb.name === 'get') assertBytes('get that was not aborted in time', end.value, one.bytes)
    else if (verb.name === 'list') assertLists('list that was not aborted in time', end.value as [], others)
    await backend.put(one)
    assertBytes('get after the abort', await backend.get(one.cid), one.bytes)
    await backend.delete(one.cid)
    assertEqual('has after the abort and a delete', await backend.has(one.cid), false)
  }
}
