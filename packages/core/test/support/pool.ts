import {
  type BackendEntry,
  type BackendSettings,
  type Block,
  createPool,
  type PoolError,
  type PoolEvent,
  type PoolOptions,
  type StoragePool,
} from '../../src/index.ts'
import { ManualClock } from './clock.ts'
import { type Scripted, type ScriptedOptions, scripted } from './scripted.ts'

export interface Scene<Id extends string> {
  readonly pool: StoragePool<Id>
  readonly clock: ManualClock
  readonly events: PoolEvent[]
  /** The types of the events since the pool was opened. */
  eventTypes(): readonly string[]
  readonly on: Readonly<Record<Id, Scripted>>
}

/** What a test says about one backend: a scripted backend is made for it. */
export type Member = BackendSettings & { readonly backend?: Scripted } & Pick<
    ScriptedOptions,
    | 'closeWaits'
    | 'durability'
    | 'lateEffects'
    | 'maxBlockBytes'
    | 'maxBytes'
    | 'peeks'
    | 'skipsExisting'
    | 'synchronous'
    | 'tries'
    | 'without'
  >

/** A pool of scripted backends on a manual clock, all of one priority: by default blocks go to them by id. */
export async function poolOf<Id extends string>(
  members: Readonly<Record<Id, Member>>,
  options: Partial<PoolOptions> = {},
): Promise<Scene<Id>> {
  const clock = new ManualClock()
  const events: PoolEvent[] = []
  const on = {} as Record<Id, Scripted>
  const backends = {} as Record<Id, BackendEntry>
  for (const [id, member] of Object.entries<Member>(members) as [Id, Member][]) {
    const {
      backend,
      durability,
      lateEffects,
      maxBlockBytes,
      maxBytes,
      peeks,
      skipsExisting,
      synchronous,
      tries,
      closeWaits,
      without,
      ...settings
    } = member
    const traits = { durability, lateEffects: lateEffects ?? false, maxBlockBytes, synchronous }
    on[id] =
      backend ?? scripted(defined({ ...traits, maxBytes, peeks, tries, skipsExisting, closeWaits, without }))
    backends[id] = { ...settings, backend: on[id] }
  }
  const pool = await createPool<Id>({
    seed: 1,
    clock,
    ...options,
    backends,
    onEvent: (event) => events.push(event),
  })
  events.length = 0
  return { pool, clock, events, on, eventTypes: () => events.map(({ type }) => type) }
}

function defined(
  options: { readonly [K in keyof ScriptedOptions]: ScriptedOptions[K] | undefined },
): ScriptedOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

/** The error that a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<PoolError> {
  try {
    await promise
  } catch (error) {
    return error as PoolError
  }
  throw new Error('the promise resolved, but it should reject')
}

/** Ids of the backends that hold the block. */
export async function holders<Id extends string>(
  scene: Scene<Id>,
  { cid }: Pick<Block, 'cid'>,
): Promise<string> {
  const found: string[] = []
  for (const [id, backend] of Object.entries<Scripted>(scene.on)) if (await backend.holds(cid)) found.push(id)
  return found.sort().join(' ')
}

/** Whether the promise has settled by now. */
export function watched(promise: Promise<unknown>): { settled: boolean } {
  const state = { settled: false }
  const mark = (): void => {
    state.settled = true
  }
  promise.then(mark, mark)
  return state
}

export async function listed(pool: { list(): AsyncIterable<{ toString(): string }> }): Promise<string[]> {
  const cids: string[] = []
  for await (const cid of pool.list()) cids.push(cid.toString())
  return cids.sort()
}
