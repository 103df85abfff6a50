import type { Blockstore } from 'interface-blockstore'
import { interfaceBlockstoreTests } from 'interface-blockstore-tests'
import { afterEach, beforeEach, describe, it } from 'vitest'

// The suite is written for a runner with globals.
Object.assign(globalThis, { describe, it, beforeEach, afterEach })

export interface BlockstoreUnderTest {
  readonly blockstore: Blockstore
  /** Closes it, and removes what was made for the test. */
  end(): Promise<void>
}

/** Declares the tests of `interface-blockstore-tests`, each with a new store. */
export function testBlockstore(name: string, create: () => Promise<BlockstoreUnderTest>): void {
  const ends = new Map<Blockstore, () => Promise<void>>()
  describe(name, () => {
    interfaceBlockstoreTests({
      async setup() {
        const { blockstore, end } = await create()
        ends.set(blockstore, end)
        return blockstore
      },
      async teardown(blockstore) {
        await ends.get(blockstore)?.()
        ends.delete(blockstore)
      },
    })
  })
}
