import type { Backend } from '@blockpool/core'
import { numberedBlock } from '../shared/blocks.ts'
import { judgeBlock, judgeListing, judgeUse, type Report } from '../shared/judge.ts'
import type { Ledger } from '../shared/ledger.ts'
import { openCopies, openPool, strayFiles, type TargetName } from './targets.ts'

export interface Check {
  readonly target: TargetName
  readonly folder: string
  readonly ledger: Ledger
  /** Blocks to look at. */
  readonly numbers: readonly number[]
  /** Look at the listing too. */
  readonly listing: boolean
  /** A block that was never used. */
  readonly unused: number
  readonly report: Report
}

/** Opens what a kill has left and judges it. What was seen once is expected from then on. */
export async function verify(check: Check): Promise<void> {
  await judgeCopies(check)
  if (check.target === 'pool') await judgePool(check)
}

/** Every copy by itself: an acknowledged block has all of them, an acknowledged delete left none. */
async function judgeCopies(check: Check): Promise<void> {
  const { target, folder, ledger, report } = check
  const copies = await openCopies(target, folder)
  try {
    for (const file of await strayFiles(target, folder)) report('stale', file)
    await Promise.all(copies.map((copy) => judgeCopy(copy, check)))
    if (target !== 'pool') await Promise.all(copies.map((copy) => judgeUse(copy, check.unused, report)))
    if (check.listing) for (const copy of copies) await judgeListing(copy, ledger, report)
  } finally {
    await closeAll(copies)
  }
}

async function judgeCopy(copy: Backend, { target, ledger, numbers, report }: Check): Promise<void> {
  await Promise.all(
    numbers.map(async (n) => {
      const found = await judgeBlock(copy, ledger, n, report)
      if (found !== undefined && target !== 'pool') ledger.settle(n, found)
    }),
  )
}

/** The pool over the copies. What it shows of an unfinished put is put again, so that it has all its copies. */
async function judgePool({ folder, ledger, numbers, unused, report }: Check): Promise<void> {
  const pool = await openPool(folder)
  try {
    await Promise.all(
      numbers.map(async (n) => {
        const unfinished = ledger.expectation(n) === 'either'
        const found = await judgeBlock(pool, ledger, n, report)
        if (found === undefined) return
        if (found && unfinished) await pool.put(numberedBlock(n))
        ledger.settle(n, found)
      }),
    )
    await judgeUse(pool, unused, report)
    // What it hides, because a delete was begun, is gone from the copies when its debts are paid.
    await pool.settled()
  } finally {
    await pool.close?.()
  }
}

async function closeAll(stores: readonly Backend[]): Promise<void> {
  for (const store of stores) await store.close?.()
}
