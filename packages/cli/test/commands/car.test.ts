import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { exportBlocks } from '@blockpool/car'
import { CID } from 'multiformats/cid'
import { describe, expect, it } from 'vitest'
import {
  blockpool,
  bytesOf,
  collect,
  DISK,
  filesIn,
  kept,
  makeFolder,
  openMemory,
  rawCid,
  Sink,
  write,
} from '../support.ts'

async function addTree(): Promise<{ cwd: string; root: string }> {
  const cwd = await makeFolder()
  await write(join(cwd, 'tree/a'), 'A')
  await write(join(cwd, 'tree/b/large'), bytesOf(600_000))
  const { code, stdout } = await blockpool(['add', 'tree'], { cwd })
  expect(code).toBe(0)
  return { cwd, root: stdout.text.trim() }
}

/** A CAR of two raw blocks without a root. */
async function twoBlocks(): Promise<{ car: Uint8Array; cids: readonly CID[] }> {
  const store = await openMemory()
  const cids: CID[] = []
  for (const bytes of [bytesOf(10), bytesOf(20)]) {
    const cid = await rawCid(bytes)
    await store.put({ cid, bytes })
    cids.push(cid)
  }
  return { car: new Uint8Array(Buffer.concat(await collect(exportBlocks(store, cids)))), cids }
}

const OTHER = kept('disk=kept:./other')

describe('blockpool export and import', () => {
  it('carry a tree from one pool to another, through a file', async () => {
    const { cwd, root } = await addTree()
    const exported = await blockpool(['export', root, '-o', 'tree.car', '--json'], { cwd })
    expect(exported.code).toBe(0)
    const { size } = await stat(join(cwd, 'tree.car'))
    expect(JSON.parse(exported.stdout.text)).toMatchObject({ roots: [root], blocks: 7, fileBytes: size })

    const imported = await blockpool(['import', 'tree.car'], { cwd, env: OTHER })
    expect([imported.code, imported.stdout.text]).toEqual([0, `${root}\n`])
    expect((await blockpool(['get', root, '-o', 'copy'], { cwd, env: OTHER })).code).toBe(0)
    expect(await readFile(join(cwd, 'copy/b/large'))).toEqual(Buffer.from(bytesOf(600_000)))
  })

  it('carry it through a pipe', async () => {
    const { cwd, root } = await addTree()
    const { code, stdout } = await blockpool(['export', root], { cwd })
    expect(code).toBe(0)
    const imported = await blockpool(['import', '-', '--json'], { cwd, env: OTHER, stdin: stdout.chunks })
    expect(JSON.parse(imported.stdout.text)).toMatchObject({ roots: [root], version: 1, blocks: 7 })
  })
})

describe('blockpool import', () => {
  it('says how many blocks came when there are no roots', async () => {
    const { car } = await twoBlocks()
    const { code, stdout } = await blockpool(['import', '-'], { cwd: await makeFolder(), stdin: [car] })
    expect([code, stdout.text]).toEqual([0, '2 blocks, no roots\n'])
  })

  it('of a file that is cut off ends with 5, and says what is in the pool', async () => {
    const cwd = await makeFolder()
    const { car, cids } = await twoBlocks()
    await write(join(cwd, 'cut.car'), car.subarray(0, -1))
    const { code, stdout, stderr } = await blockpool(['import', 'cut.car', '--json'], { cwd })
    expect([code, stdout.text]).toEqual([5, ''])
    expect(stderr.text).toContain('ERR_CAR_TRUNCATED')
    expect(stderr.text).toContain('1 blocks')
    expect((await blockpool(['block', 'has', `${cids[0]}`], { cwd })).code).toBe(0)
  })

  it('of wrong bytes ends with 5, also for a pool that does not verify what is put', async () => {
    const { car, cids } = await twoBlocks()
    for (const verifyPuts of ['true', 'false']) {
      const cwd = await makeFolder()
      await write(
        join(cwd, 'blockpool.config.json'),
        JSON.stringify({
          backends: { disk: { type: 'fs', path: './pool' } },
          verifyPuts: verifyPuts === 'true',
        }),
      )
      const { code } = await blockpool(['import', '-'], { cwd, env: {}, stdin: [car.with(-1, 1)] })
      expect(code).toBe(5)
      expect((await blockpool(['block', 'has', `${cids[1]}`], { cwd, env: {} })).code).toBe(3)
    }
  })

  it('of a file that is not there ends with 1', async () => {
    const { code, stderr } = await blockpool(['import', 'none.car', '--json'], { cwd: await makeFolder() })
    expect(code).toBe(1)
    expect(JSON.parse(stderr.text).error.code).toBe('ENOENT')
  })

  it('shows progress on a terminal alone', async () => {
    const { car } = await twoBlocks()
    const cwd = await makeFolder()
    const stderr = new Sink(true)
    await blockpool(['import', '-'], { cwd, stdin: [car], stderr })
    expect(stderr.text).toContain('importing')
    expect((await blockpool(['import', '-'], { cwd, stdin: [car] })).stderr.text).toBe('')
  })
})

describe('blockpool export', () => {
  it('ends with 3 when a block is not there, and leaves no file', async () => {
    const { cwd, root } = await addTree()
    const large = await rawCid(bytesOf(600_000).subarray(0, 262_144))
    expect((await blockpool(['block', 'rm', `${large}`], { cwd })).code).toBe(0)
    const before = await filesIn(cwd)
    const { code, stderr } = await blockpool(['export', root, '-o', 'tree.car', '--json'], { cwd })
    expect([code, JSON.parse(stderr.text).error.code]).toEqual([3, 'ERR_CAR_MISSING'])
    expect(await filesIn(cwd)).toEqual(before)
  })

  it('to a pipe that ends in an error leaves what no import takes for whole', async () => {
    const { cwd, root } = await addTree()
    const large = await rawCid(bytesOf(600_000).subarray(0, 262_144))
    await blockpool(['block', 'rm', `${large}`], { cwd })
    const { code, stdout } = await blockpool(['export', root], { cwd })
    expect(code).toBe(3)
    expect((await blockpool(['import', '-'], { cwd, env: OTHER, stdin: stdout.chunks })).code).toBe(5)
  })

  it('replaces a file only with --force', async () => {
    const { cwd, root } = await addTree()
    await write(join(cwd, 'tree.car'), 'mine')
    const args = ['export', root, '-o', 'tree.car']
    expect((await blockpool(args, { cwd })).code).toBe(1)
    expect(await readFile(join(cwd, 'tree.car'), 'utf8')).toBe('mine')
    expect((await blockpool([...args, '--force'], { cwd })).code).toBe(0)
    expect((await stat(join(cwd, 'tree.car'))).size).toBeGreaterThan(600_000)
  })

  it('writes the given blocks alone with --no-links', async () => {
    const { cwd, root } = await addTree()
    const { stdout } = await blockpool(['export', root, '--no-links', '-o', 'x.car', '--json'], { cwd })
    expect(JSON.parse(stdout.text)).toMatchObject({ blocks: 1 })
  })

  it('writes nothing to a terminal', async () => {
    const { cwd, root } = await addTree()
    const { code, stdout } = await blockpool(['export', root], { cwd, stdout: new Sink(true) })
    expect([code, stdout.text]).toEqual([2, ''])
  })

  it('takes CIDs alone', async () => {
    expect((await blockpool(['export', 'nonsense'], { cwd: await makeFolder(), env: DISK })).code).toBe(2)
  })

  it('names what it is given as roots', async () => {
    const { car, cids } = await twoBlocks()
    const cwd = await makeFolder()
    await blockpool(['import', '-'], { cwd, stdin: [car] })
    const { stdout } = await blockpool(['export', ...cids.map(String), '-o', 'x.car', '--json'], { cwd })
    expect(JSON.parse(stdout.text).roots.map((text: string) => CID.parse(text))).toHaveLength(2)
  })
})
