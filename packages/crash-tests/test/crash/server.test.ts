import { redisNeeded } from '@blockpool/test-services'
import { describe, expect, it } from 'vitest'
import { prepareTarget } from '../../src/crash/server.ts'
import { openTarget } from '../../src/crash/targets.ts'
import { verify } from '../../src/crash/verify.ts'
import { numberedBlock } from '../../src/shared/blocks.ts'
import type { Fault } from '../../src/shared/judge.ts'
import { Ledger } from '../../src/shared/ledger.ts'
import { withFolder } from '../../src/shared/temporary.ts'

/** What the judge says when the ledger has a put of block 0 and a delete of block 1, and these blocks are there. */
function faultsOf(...there: readonly number[]): Promise<Fault[]> {
  return withFolder(async (parent) => {
    const folder = `${parent}/redis`
    const server = await prepareTarget('redis', folder)
    try {
      const store = await openTarget('redis', folder)
      for (const n of there) await store.put(numberedBlock(n))
      await store.close?.()
      await server?.kill()
      await server?.start()
      const ledger = new Ledger()
      ledger.acknowledge('put', 0)
      ledger.acknowledge('delete', 1)
      const faults = new Set<Fault>()
      const report = (fault: Fault) => faults.add(fault)
      await verify({ target: 'redis', folder, ledger, numbers: [0, 1], listing: true, unused: 9, report })
      return [...faults]
    } finally {
      await server?.stop()
    }
  })
}

describe.runIf(redisNeeded())('the judge of what a killed redis has left', () => {
  it('has nothing to say when all is as it was acknowledged', async () => {
    expect(await faultsOf(0)).toEqual([])
  })

  it('finds a lost block', async () => {
    expect(await faultsOf()).toEqual(['lost'])
  })

  it('finds a deleted block that is back', async () => {
    expect(await faultsOf(0, 1)).toEqual(['undone'])
  })
})
