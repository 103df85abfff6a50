import { bundle } from './bundle.ts'

interface Measured {
  /** What is bundled. */
  readonly name: string
  readonly program: string
  /** The most that it may be, minified and gzipped. */
  readonly limitBytes: number
}

/** A size and its limit, in bytes, minified and gzipped, without multiformats, which the page has anyway. */
export interface Size {
  readonly name: string
  readonly bytes: number
  readonly limitBytes: number
}

/** Each limit is what was measured, and about a tenth: whoever needs more says why in the change. */
const MEASURED: readonly Measured[] = [
  {
    name: 'contracts and memory(), without a pool',
    program: `export { byPriority, DigestSet, memory, PoolError, rankBy } from '@blockpool/core'`,
    limitBytes: 3_000,
  },
  {
    name: 'a pool of memory() by round robin',
    program: `export { createPool, memory } from '@blockpool/core'
      export { roundRobin } from '@blockpool/round-robin'`,
    limitBytes: 28_300,
  },
  { name: 'all of core', program: `export * from '@blockpool/core'`, limitBytes: 29_200 },
]

export async function sizes(): Promise<readonly Size[]> {
  const bundles = await Promise.all(
    MEASURED.map(({ program }) => bundle(program, { external: ['multiformats'] })),
  )
  return MEASURED.map(({ name, limitBytes }, i) => ({
    name,
    limitBytes,
    bytes: bundles[i]?.gzippedBytes ?? 0,
  }))
}
