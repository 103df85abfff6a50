import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { blockpool, bytesOf, DISK, filesIn, kept, makeFolder, rawCid, write } from '../support.ts'

const HELLO = new TextEncoder().encode('hello world')
/** A second backend that cannot open. */
const DEGRADED = kept('disk=kept:./pool,gone=fs:./none?create=false')

describe('blockpool block', () => {
  it('puts from stdin and gets to stdout', async () => {
    const cwd = await makeFolder()
    const put = await blockpool(['block', 'put'], { cwd, stdin: [HELLO.subarray(0, 5), HELLO.subarray(5)] })
    const cid = put.stdout.text.trim()
    expect(cid).toBe((await rawCid(HELLO)).toString())
    expect((await blockpool(['block', 'get', cid], { cwd })).stdout.text).toBe('hello world')
  })

  it('puts from a file and gets to a new one', async () => {
    const cwd = await makeFolder()
    await write(join(cwd, 'x'), HELLO)
    const cid = (await blockpool(['block', 'put', 'x'], { cwd })).stdout.text.trim()
    expect((await blockpool(['block', 'get', cid, '-o', 'y'], { cwd })).code).toBe(0)
    expect(await readFile(join(cwd, 'y'), 'utf8')).toBe('hello world')
    expect((await blockpool(['block', 'get', cid, '-o', 'x'], { cwd })).code).toBe(1)
  })

  it('takes only bytes that match a CID that is given', async () => {
    const cwd = await makeFolder()
    const cid = (await rawCid(HELLO)).toString()
    expect((await blockpool(['block', 'put', '--cid', cid], { cwd, stdin: [HELLO] })).code).toBe(0)
    expect((await blockpool(['block', 'put', '--cid', cid], { cwd, stdin: [bytesOf(3)] })).code).toBe(5)
  })

  it('says by exit code and word whether a block is there', async () => {
    const cwd = await makeFolder()
    const cid = (await rawCid(HELLO)).toString()
    expect(await blockpool(['block', 'has', cid], { cwd })).toMatchObject({
      code: 3,
      stdout: { text: 'no\n' },
    })
    await blockpool(['block', 'put'], { cwd, stdin: [HELLO] })
    const { code, stdout } = await blockpool(['block', 'has', cid, '--json'], { cwd })
    expect(code).toBe(0)
    expect(JSON.parse(stdout.text)).toEqual({ cid, has: true })
  })

  it('deletes, also what is not there', async () => {
    const cwd = await makeFolder()
    const cid = (await rawCid(HELLO)).toString()
    await blockpool(['block', 'put'], { cwd, stdin: [HELLO] })
    expect((await blockpool(['block', 'rm', cid, cid], { cwd })).code).toBe(0)
    expect((await blockpool(['block', 'get', cid], { cwd })).code).toBe(3)
  })

  it('ends with 5 when the only copy does not match its CID', async () => {
    const cwd = await makeFolder()
    const put = await blockpool(['block', 'put'], { cwd, env: DISK, stdin: [HELLO] })
    const cid = put.stdout.text.trim()
    const [file = ''] = (await filesIn(join(cwd, 'pool/blocks'))).filter((name) => name.includes('/'))
    await writeFile(join(cwd, 'pool/blocks', file), 'hello w0rld')
    const { code, stdout, stderr } = await blockpool(['block', 'get', cid], { cwd, env: DISK })
    expect(code).toBe(5)
    expect(stdout.bytes).toHaveLength(0)
    expect(stderr.text).toContain('disk: corrupt')
  })

  it('ends with 4 when an absence is not certain', async () => {
    const cwd = await makeFolder()
    const cid = (await rawCid(HELLO)).toString()
    const { code, stderr } = await blockpool(['block', 'get', cid, '--json'], { cwd, env: DEGRADED })
    expect(code).toBe(4)
    expect(JSON.parse(stderr.text)).toMatchObject({
      error: { code: 'ERR_UNAVAILABLE', backends: { disk: expect.any(String), gone: expect.any(String) } },
    })
  })
})

describe('blockpool ls', () => {
  it('prints each block on a line, or as an object', async () => {
    const cwd = await makeFolder()
    const cids: string[] = []
    for (const seed of [1, 2, 3]) {
      const { stdout } = await blockpool(['block', 'put'], { cwd, stdin: [bytesOf(10, seed)] })
      cids.push(stdout.text.trim())
    }
    const lines = (await blockpool(['ls'], { cwd })).stdout.text.trimEnd().split('\n')
    expect(lines.toSorted()).toEqual(cids.toSorted())
    const objects = (await blockpool(['ls', '--json'], { cwd })).stdout.text.trimEnd().split('\n')
    expect(objects.map((line) => JSON.parse(line).cid).toSorted()).toEqual(cids.toSorted())
  })

  it('ends with 4 when a backend cannot be listed, unless a part is enough', async () => {
    const cwd = await makeFolder()
    expect((await blockpool(['ls'], { cwd, env: DEGRADED })).code).toBe(4)
    expect((await blockpool(['ls', '--partial'], { cwd, env: DEGRADED })).code).toBe(0)
  })
})

describe('blockpool status', () => {
  it('shows what is stored, measured now', async () => {
    const cwd = await makeFolder()
    await blockpool(['block', 'put'], { cwd, stdin: [bytesOf(2_048)] })
    const { code, stdout } = await blockpool(['status'], { cwd })
    expect(code).toBe(0)
    expect(stdout.text).toMatch(/^disk +kept +healthy +1 +2\.0 KiB/m)
    const object = JSON.parse((await blockpool(['status', '--json'], { cwd })).stdout.text)
    expect(object).toMatchObject({
      degraded: false,
      totalBackends: 1,
      healthyBackends: 1,
      usedBytes: 2_048,
      backends: { disk: { blocks: 1, usedBytes: 2_048, healthy: true, dollarsPerMonth: 0 } },
    })
  })

  it('ends with 4 when a backend is down, and still shows all', async () => {
    const cwd = await makeFolder()
    const { code, stdout } = await blockpool(['status'], { cwd, env: DEGRADED })
    expect(code).toBe(4)
    expect(stdout.text).toMatch(/^gone +fs +not open/m)
  })

  it('ends with 4 when no backend opens', async () => {
    const cwd = await makeFolder()
    const env = { BLOCKPOOL_BACKENDS: 'gone=fs:./none?create=false' }
    const { code, stderr } = await blockpool(['status'], { cwd, env })
    expect(code).toBe(4)
    expect(stderr.text).toContain('gone')
  })
})

describe('blockpool explain', () => {
  it('says where a block is and where it would go', async () => {
    const cwd = await makeFolder()
    const env = kept('a=kept:./a?priority=200,b=kept:./b,c=kept:./c?write=false&read=false')
    const cid = (await blockpool(['block', 'put'], { cwd, env, stdin: [HELLO] })).stdout.text.trim()
    const { code, stdout } = await blockpool(['explain', cid, '--json'], { cwd, env })
    expect(code).toBe(0)
    const { backends, ...rest } = JSON.parse(stdout.text)
    expect(rest).toEqual({ cid, size: HELLO.length })
    expect(backends).toMatchObject([
      { backend: 'a', state: 'present', read: { rank: 0 }, write: { rank: 0, target: true } },
      { backend: 'b', state: 'missing', read: { rank: 1 }, write: { rank: 1, target: false } },
      { backend: 'c', read: { reason: 'reads are off' }, write: { reason: 'writes are off' } },
    ])
    const words = (await blockpool(['explain', cid], { cwd, env })).stdout.text
    expect(words).toMatch(/^a +present +1\. +1\.$/m)
    expect(words).toMatch(/^c .*no: reads are off +no: writes are off$/m)
  })

  it('takes the size of a block that is not stored', async () => {
    const cwd = await makeFolder()
    const cid = (await rawCid(HELLO)).toString()
    const { stdout } = await blockpool(['explain', cid, '--size', '5000', '--json'], { cwd })
    expect(JSON.parse(stdout.text)).toMatchObject({ size: 5000, backends: [{ state: 'missing' }] })
  })
})
