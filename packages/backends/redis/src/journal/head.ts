import { randomUUID } from 'node:crypto'
import type { JournalHead } from '@blockpool/core'
import { SWAP_HEAD } from './scripts.ts'
import type { JournalServer } from './server.ts'

/** The head of the journal, which is made where there is none. */
export async function readHead(server: JournalServer): Promise<JournalHead> {
  const made: JournalHead = { id: randomUUID(), generation: 0, clean: true, leastCopies: 1, stores: {} }
  return changeHead(server, (head) => head ?? made)
}

/** Puts a head in the place of what other processes have written meanwhile, together with what they know. */
export async function writeHead(server: JournalServer, given: JournalHead): Promise<void> {
  await changeHead(server, (head) => ({
    ...given,
    generation: Math.max((head?.generation ?? 0) + 1, given.generation),
    leastCopies: Math.min(head?.leastCopies ?? given.leastCopies, given.leastCopies),
    stores: { ...head?.stores, ...given.stores },
  }))
}

async function changeHead(
  server: JournalServer,
  change: (head: JournalHead | undefined) => JournalHead,
): Promise<JournalHead> {
  for (;;) {
    const text = String((await server.call('get', server.keys.head)) ?? '')
    const before = text === '' ? undefined : (JSON.parse(text) as JournalHead)
    const after = change(before)
    if (after === before) return after
    const swapped = await server.run(SWAP_HEAD, [server.keys.head], [text, JSON.stringify(after)])
    if (Number(swapped) === 1) return after
  }
}
