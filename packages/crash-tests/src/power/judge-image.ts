import { cidFromName } from '@blockpool/core'
import { fs } from '@blockpool/fs'
import { cidOf, sameBlock, sameBytes } from '../shared/blocks.ts'
import type { Report } from '../shared/judge.ts'
import type { Ledger } from '../shared/ledger.ts'
import type { Disk } from './disk.ts'
import { filesOf } from './files.ts'
import { smallBlock } from './workload.ts'

/** Where the store is on the disk. */
export const STORE = '/disk/store'

export interface Expected {
  readonly ledger: Ledger
  /** The id that the store told once it was open; undefined before. */
  readonly identity: string | undefined
  /** Read the listing and use the store too. */
  readonly thoroughly: boolean
}

/** Opens the store on a disk after a power cut and judges it. */
export async function judgeImage(disk: Disk, expected: Expected, report: Report): Promise<void> {
  const store = fs({ path: STORE, fileSystem: filesOf(disk) })
  try {
    await store.open?.()
  } catch (error) {
    report('broken', `the store does not open: ${String(error)}`)
    return
  }
  const { ledger, identity } = expected
  for (const name of disk.folder(`${STORE}/tmp`).entries.keys()) report('stale', `tmp/${name}`)
  if (identity !== undefined && (await store.identity?.()) !== identity)
    report('lost', 'the store is another one')
  for (const n of ledger.numbers) {
    const { cid, bytes } = smallBlock(n)
    const found = await store.get(cid)
    if (found && !sameBytes(found, bytes)) report('torn', `block ${n}`)
    if (!found && ledger.expectation(n) === 'present') report('lost', `block ${n}`)
    if (found && ledger.expectation(n) === 'absent') report('undone', `block ${n}`)
  }
  judgeFiles(disk, report)
  if (!expected.thoroughly) return
  const present = new Set(ledger.expecting('present').map((n) => String(smallBlock(n).cid)))
  for await (const cid of store.list()) present.delete(String(cid))
  for (const cid of present) report('lost', `${cid} is not listed`)
  const unused = smallBlock(1_000_000)
  await store.put(unused)
  await store.delete(unused.cid)
  await store.close?.()
}

/** Every file in the place of a block is one, whole. */
function judgeFiles(disk: Disk, report: Report): void {
  for (const [shard, folder] of disk.folder(`${STORE}/blocks`).entries) {
    if (folder.kind !== 'folder') continue
    for (const [name, file] of folder.entries) {
      const cid = cidFromName(name)
      if (!cid || file.kind !== 'file' || !sameBlock(cidOf(file.bytes), cid))
        report('torn', `${shard}/${name}`)
    }
  }
}
