import { readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { blockpool, bytesOf, DISK, filesIn, makeFolder, rawCid, Sink, write } from '../support.ts'

async function addTree(): Promise<{ cwd: string; root: string }> {
  const cwd = await makeFolder()
  await write(join(cwd, 'tree/a'), 'A')
  await write(join(cwd, 'tree/b/large'), bytesOf(600_000))
  const { code, stdout } = await blockpool(['add', 'tree'], { cwd })
  expect(code).toBe(0)
  return { cwd, root: stdout.text.trim() }
}

describe('blockpool add', () => {
  it('prints the root and nothing else, and says the rest in JSON', async () => {
    const { cwd, root } = await addTree()
    const { stdout, stderr } = await blockpool(['add', 'tree', '--json'], { cwd })
    expect(JSON.parse(stdout.text)).toMatchObject({
      root,
      files: 2,
      bytes: 600_001,
      blocks: 7,
      skipped: [],
      underReplicated: 0,
    })
    expect(stderr.text).toBe('')
  })

  it('wraps several paths, and a single one when asked to', async () => {
    const cwd = await makeFolder()
    await write(join(cwd, 'a'), 'A')
    await write(join(cwd, 'b'), 'B')
    const roots: string[] = []
    for (const args of [['a'], ['a', '--wrap'], ['a', 'b']]) {
      const { stdout } = await blockpool(['add', ...args], { cwd })
      roots.push(stdout.text.trim())
    }
    expect(new Set(roots).size).toBe(3)
    expect((await blockpool(['cat', `${roots[2]}/b`], { cwd })).stdout.text).toBe('B')
  })

  it('warns of what it leaves out, unless it is to be quiet', async () => {
    const cwd = await makeFolder()
    await write(join(cwd, 'x/.blockpool/y'), '')
    expect((await blockpool(['add', 'x'], { cwd })).stderr.text).toContain('.blockpool')
    expect((await blockpool(['add', 'x', '--quiet'], { cwd })).stderr.text).toBe('')
  })

  it('shows progress on a terminal, on stderr alone, and none with --quiet', async () => {
    const cwd = await makeFolder()
    await write(join(cwd, 'x'), bytesOf(600_000))
    const terminal = new Sink(true)
    const { stdout } = await blockpool(['add', 'x'], { cwd, stderr: terminal })
    expect(terminal.text).toContain('adding')
    expect(stdout.text).toMatch(/^\w+\n$/)
    const quiet = new Sink(true)
    await blockpool(['add', 'x', '-q'], { cwd, stderr: quiet })
    expect(quiet.text).toBe('')
  })

  it('ends with 1 for a path that is not there and 2 for none at all', async () => {
    const cwd = await makeFolder()
    expect((await blockpool(['add', 'none'], { cwd })).code).toBe(1)
    expect((await blockpool(['add'], { cwd })).code).toBe(2)
  })
})

describe('blockpool get', () => {
  it('writes the tree to where it is told', async () => {
    const { cwd, root } = await addTree()
    const { code, stdout } = await blockpool(['get', root, '-o', 'out', '--json'], { cwd })
    expect(code).toBe(0)
    expect(JSON.parse(stdout.text)).toMatchObject({ cid: root, files: 2, directories: 2, bytes: 600_001 })
    expect(await filesIn(join(cwd, 'out'))).toEqual(['a', 'b/large'])
    expect(Buffer.compare(await readFile(join(cwd, 'out/b/large')), bytesOf(600_000))).toBe(0)
  })

  it('takes the last part of what is asked for as the name', async () => {
    const { cwd, root } = await addTree()
    expect((await blockpool(['get', `/ipfs/${root}/b/large`], { cwd })).code).toBe(0)
    expect(Buffer.compare(await readFile(join(cwd, 'large')), bytesOf(600_000))).toBe(0)
    expect((await blockpool(['get', root], { cwd })).code).toBe(0)
    expect(await filesIn(join(cwd, root))).toEqual(['a', 'b/large'])
  })

  it('replaces nothing without --force', async () => {
    const { cwd, root } = await addTree()
    await write(join(cwd, 'a'), 'mine')
    expect((await blockpool(['get', `${root}/a`], { cwd })).code).toBe(1)
    expect(await readFile(join(cwd, 'a'), 'utf8')).toBe('mine')
    expect((await blockpool(['get', `${root}/a`, '--force'], { cwd })).code).toBe(0)
    expect(await readFile(join(cwd, 'a'), 'utf8')).toBe('A')
  })

  it('ends with 1 when it left out links, and with 0 when it was told to make them', async () => {
    const cwd = await makeFolder()
    await write(join(cwd, 'x/file'), '')
    await symlink('/etc/passwd', join(cwd, 'x/link'))
    const root = (await blockpool(['add', 'x'], { cwd })).stdout.text.trim()
    const { code, stderr } = await blockpool(['get', root, '-o', 'out'], { cwd })
    expect(code).toBe(1)
    expect(stderr.text).toContain('link')
    expect((await blockpool(['get', root, '-o', 'all', '--all-links'], { cwd })).code).toBe(0)
  })

  it('ends with 3 for a block or a path that is not there, and with 2 for what is no CID', async () => {
    const { cwd, root } = await addTree()
    const unknown = (await rawCid(bytesOf(9))).toString()
    expect((await blockpool(['get', unknown], { cwd })).code).toBe(3)
    expect((await blockpool(['get', `${root}/none`], { cwd })).code).toBe(3)
    expect((await blockpool(['get', 'none'], { cwd })).code).toBe(2)
    expect((await blockpool(['get', `${root}/..`], { cwd })).code).toBe(1)
  })
})

describe('blockpool cat', () => {
  it('writes the bytes of a file and nothing else', async () => {
    const { cwd, root } = await addTree()
    const { code, stdout } = await blockpool(['cat', `${root}/b/large`], { cwd })
    expect(code).toBe(0)
    expect(Buffer.compare(stdout.bytes, bytesOf(600_000))).toBe(0)
  })

  it('ends with 2 for a directory and 3 for what is not there', async () => {
    const { cwd, root } = await addTree()
    expect((await blockpool(['cat', root], { cwd })).code).toBe(2)
    expect((await blockpool(['cat', `${root}/none`], { cwd })).code).toBe(3)
  })
})

describe('an interrupt', () => {
  it('ends with 130, without a word, and leaves the pool closed and whole', async () => {
    const cwd = await makeFolder()
    await write(join(cwd, 'x'), bytesOf(5_000_000))
    const interrupt = new AbortController()
    const stderr = new Sink(true)
    stderr._write = (_chunk, _encoding, done) => {
      interrupt.abort()
      done()
    }
    const stopped = await blockpool(['add', 'x'], { cwd, env: DISK, stderr, signal: interrupt.signal })
    expect(stopped.code).toBe(130)
    expect(stopped.stdout.text).toBe('')
    expect(await filesIn(join(cwd, 'pool/tmp'))).toEqual([])
    const listed = await blockpool(['ls'], { cwd, env: DISK })
    expect(listed.code).toBe(0)
    for (const cid of listed.stdout.text.split('\n').filter(Boolean)) {
      expect((await blockpool(['block', 'get', cid], { cwd, env: DISK })).code).toBe(0)
    }
  })

  it('that was there before ends the command before it begins', async () => {
    const cwd = await makeFolder()
    const { code } = await blockpool(['status'], { cwd, signal: AbortSignal.abort() })
    expect(code).toBe(130)
    expect(await filesIn(cwd)).toEqual([])
  })
})
