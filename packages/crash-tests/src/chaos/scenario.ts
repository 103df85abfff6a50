import type { Backend, StoragePool } from '@blockpool/core'

/** Something that happens to one backend of a pool under load. */
export interface Scenario {
  readonly name: string
  /** Whether its server can run here; says so where it cannot. */
  readonly canRun: () => boolean
  /** Starts its server. */
  readonly prepare: () => Promise<Stage>
}

/** A backend whose server runs. */
export interface Stage {
  readonly victim: Backend
  /** The fault comes. */
  begin(): Promise<void>
  /** Takes the fault away. Without it nobody does, and the server has to help itself. */
  end?(pool: StoragePool): Promise<void>
  /** Ends the server and removes what it has stored. The backend is closed. */
  stop(): Promise<void>
}

/** What every victim is to its pool: it takes the first copy of each block. */
export const victimSettings = { priority: 200 } as const

/** Stops all, the last first; the first error is thrown when all were stopped. */
export async function stopAll(...stops: readonly (() => Promise<unknown>)[]): Promise<void> {
  const ends: PromiseSettledResult<unknown>[] = []
  for (const stop of stops.toReversed()) ends.push(...(await Promise.allSettled([stop()])))
  const failed = ends.find((end) => end.status === 'rejected')
  if (failed) throw failed.reason
}
