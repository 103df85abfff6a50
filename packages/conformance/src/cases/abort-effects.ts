import { assertBytes, assertEqual, assertLists, rejection } from '../assert.ts'
import { listAll, putAll } from '../blocks.ts'
import { abortAfter, pause } from '../timing.ts'
import type { BackendCase } from '../types.ts'
import { verbs } from '../verbs.ts'
import { ABORT_DELAYS } from './abort.ts'

/** How long an effect that comes late is waited for. Milliseconds. */
const LATE = 50

export const abortEffectCases: readonly BackendCase[] = [
  {
    id: 'abort/aborted-put-has-no-effect',
    title: 'a put whose signal was aborted before the call stores nothing',
    async run({ backend, block }) {
      const one = await block()
      await rejection('put when aborted', () => backend.put(one, { signal: AbortSignal.abort() }))
      await pause(LATE)
      assertEqual('has after the aborted put', await backend.has(one.cid), false)
      assertLists('list after the aborted put', await listAll(backend), [])
    },
  },
  {
    id: 'abort/aborted-delete-has-no-effect',
    title: 'a delete whose signal was aborted before the call removes nothing',
    async run({ backend, block }) {
      const { cid, bytes } = await block()
      await backend.put({ cid, bytes })
      await rejection('delete when aborted', () => backend.delete(cid, { signal: AbortSignal.abort() }))
      await pause(LATE)
      assertBytes('get after the aborted delete', await backend.get(cid), bytes)
    },
  },
  {
    id: 'abort/put-never-lands-late',
    title: 'a put that was aborted has had its effect when it ends, or never will',
    async run({ backend, blocks }) {
      const all = await blocks(ABORT_DELAYS.length, 16_384)
      for (const [i, block] of all.entries()) {
        await abortAfter(ABORT_DELAYS[i] ?? 0, new Error('stop'), (signal) => backend.put(block, { signal }))
        await backend.delete(block.cid)
      }
      await pause(LATE)
      for (const { cid } of all) assertEqual('has after abort and delete', await backend.has(cid), false)
    },
  },
  {
    id: 'abort/delete-never-lands-late',
    title: 'a delete that was aborted has had its effect when it ends, or never will',
    async run({ backend, blocks }) {
      const all = await blocks(ABORT_DELAYS.length)
      await putAll(backend, all)
      for (const [i, block] of all.entries()) {
        const { cid } = block
        await abortAfter(ABORT_DELAYS[i] ?? 0, new Error('stop'), (signal) => backend.delete(cid, { signal }))
        await backend.put(block)
      }
      await pause(LATE)
      for (const { cid, bytes } of all) assertBytes('get after abort and put', await backend.get(cid), bytes)
    },
  },
  {
    id: 'abort/lets-go-of-the-signal',
    title: 'a call that has ended leaves no listener on its signal',
    async run({ backend, block }) {
      const { signal, listeners } = watchedSignal()
      const one = await block()
      const order = ['put', 'get', 'has', 'list', 'delete', 'get'] as const
      for (const name of order) {
        await verbs.find((verb) => verb.name === name)?.call(backend, one, { signal })
        await pause(0)
        assertEqual(`listeners left by ${name}`, listeners.size, 0)
      }
    },
  },
]

/** A signal that is never aborted, and the listeners on it. */
function watchedSignal(): { readonly signal: AbortSignal; readonly listeners: ReadonlySet<unknown> } {
  const { signal } = new AbortController()
  const listeners = new Set<unknown>()
  const { addEventListener, removeEventListener } = EventTarget.prototype
  signal.addEventListener = (...args: Parameters<EventTarget['addEventListener']>) => {
    listeners.add(args[1])
    addEventListener.apply(signal, args)
  }
  signal.removeEventListener = (...args: Parameters<EventTarget['removeEventListener']>) => {
    listeners.delete(args[1])
    removeEventListener.apply(signal, args)
  }
  return { signal, listeners }
}
