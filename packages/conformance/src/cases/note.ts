import { assertEqual } from '../assert.ts'
import { listAll, putAll } from '../blocks.ts'
import type { BackendCase } from '../types.ts'

const NOTE = JSON.stringify({ text: 'ä€𝄞', filler: 'n'.repeat(900) })

export const noteCases: readonly BackendCase[] = [
  {
    id: 'note/kept',
    title: 'the note that was written last is read, and is no block',
    requires: ['note'],
    async run({ backend, blocks }) {
      assertEqual('note of a new store', (await backend.readNote?.()) ?? '', '')
      await backend.writeNote?.('first')
      await backend.writeNote?.(NOTE)
      assertEqual('note', await backend.readNote?.(), NOTE)
      const some = await blocks(3)
      await putAll(backend, some)
      assertEqual('blocks listed beside a note', (await listAll(backend)).length, 3)
      for (const { cid } of some) await backend.delete(cid)
      assertEqual('note after puts and deletes', await backend.readNote?.(), NOTE)
      await backend.writeNote?.('')
      assertEqual('note after an empty one', (await backend.readNote?.()) ?? '', '')
    },
  },
  {
    id: 'note/own',
    title: 'the note of one store is not that of another',
    requires: ['note'],
    async run({ backend, another }) {
      const other = await another()
      await backend.writeNote?.(NOTE)
      assertEqual('note of another store', (await other.readNote?.()) ?? '', '')
    },
  },
  {
    id: 'note/outlives-close',
    title: 'the note is kept over close and reopen, with the data',
    requires: ['note', 'reopen'],
    async run(context) {
      await context.backend.writeNote?.(NOTE)
      await context.reopen()
      assertEqual('note after reopen', await context.backend.readNote?.(), NOTE)
    },
  },
]
